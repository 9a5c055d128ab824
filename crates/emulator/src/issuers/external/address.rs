//! Which addresses may be asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// Whether an address is HTTPS, carries no password, and is none of this network where it is a plain number.
/// What its name stands for is looked at when it is resolved.
pub(super) fn may_ask(url: &Url, private: bool) -> bool {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    url.scheme() == "https"
        && !host.is_empty()
        && url.username().is_empty()
        && url.password().is_none()
        && literal.map_or(true, |address| private || is_public(address))
}

/// Whether an address belongs to the internet, rather than to this machine, its network or nobody.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_protocol = (first, second, third) == (192, 0, 0);
    let is_benchmark = first == 198 && (second == 18 || second == 19);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || is_shared
        || is_protocol
        || is_benchmark
        || first == 0
        || first >= 224)
}

/// Addresses that stand for an IPv4 address are judged by that one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, fourth, fifth, sixth, seventh, eighth] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match (first, second) {
        (0, 0) if (third, fourth, fifth) == (0, 0, 0) && sixth == 0xffff => is_public_v4(v4(seventh, eighth)),
        (0x64, 0xff9b) if (third, fourth, fifth, sixth) == (0, 0, 0, 0) => is_public_v4(v4(seventh, eighth)),
        (0x2002, high) => is_public_v4(v4(high, third)),
        (0x2001, 0x0db8 | 0) => false,
        // Only 2000::/3 was ever given to anyone.
        _ => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for public in ["8.8.8.8", "20.190.128.1", "100.63.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for other in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "::127.0.0.1",
            "100::1",
            "5f00::1",
        ] {
            assert!(!is_public(other.parse().unwrap()), "{other}");
        }
        assert!(is_public("::ffff:8.8.8.8".parse().unwrap()));
        assert!(is_public("64:ff9b::808:808".parse().unwrap()));
    }

    #[test]
    fn numbers_are_seen_through_however_they_are_written() {
        for refused in [
            "https://127.0.0.1/x",
            "https://127.1/x",
            "https://2130706433/x",
            "https://0x7f.0.0.1/x",
            "https://0177.0.0.1/x",
            "https://[::1]/x",
            "https://[::ffff:7f00:1]/x",
            "https://169.254.169.254/metadata",
            "https://10.0.0.1:8443/x",
        ] {
            let url = Url::parse(refused).unwrap();
            assert!(!may_ask(&url, false), "{refused}");
            assert!(may_ask(&url, true), "{refused}");
        }
    }

    #[test]
    fn only_https_without_a_password_is_asked() {
        assert!(may_ask(&Url::parse("https://ci.example/issuer").unwrap(), false));
        for refused in [
            "http://ci.example/issuer",
            "file:///etc/passwd",
            "ftp://ci.example",
            "https://user@ci.example/",
            "https://user:word@ci.example/",
            "data:application/json,{}",
        ] {
            assert!(!may_ask(&Url::parse(refused).unwrap(), true), "{refused}");
        }
    }
}
