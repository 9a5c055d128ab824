//! Patterns over issuers: `*` is one or more characters other than `/`, `**` any run of characters.

/// Whether `text` fits `pattern`, letter case aside unless `exact`.
///
/// Takes time in proportion to the product of both lengths at worst; most pairs
/// part at the first or the last character.
pub(crate) fn fits(pattern: &str, text: &str, exact: bool) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    if exact { both_ways::<true>(pattern, text) } else { both_ways::<false>(pattern, text) }
}

fn both_ways<const EXACT: bool>(pattern: &[u8], text: &[u8]) -> bool {
    let starts_alike = match (pattern.first(), text.first()) {
        (Some(&wanted), Some(&c)) => wanted == b'*' || same::<EXACT>(wanted, c),
        _ => true,
    };
    starts_alike && ends_alike::<EXACT>(pattern, text) && walk::<EXACT>(pattern, text)
}

fn same<const EXACT: bool>(a: u8, b: u8) -> bool {
    if EXACT { a == b } else { a.eq_ignore_ascii_case(&b) }
}

/// Compares backwards up to the pattern's last star, which rejects most hosts that begin with a star at once.
fn ends_alike<const EXACT: bool>(pattern: &[u8], text: &[u8]) -> bool {
    let mut tail = text.iter().rev();
    let literal = pattern.iter().rev().take_while(|&&wanted| wanted != b'*');
    literal.copied().all(|wanted| tail.next().is_some_and(|&c| same::<EXACT>(wanted, c)))
}

/// Greedy matching with two places to fall back to: the last `*`, which may grow up to the next
/// slash, and the last `**`, which may grow without end.
fn walk<const EXACT: bool>(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut segment: Option<(usize, usize)> = None;
    let mut any: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), text.get(read)) {
            (None, None) => return true,
            (Some(b'*'), _) if pattern.get(at + 1) == Some(&b'*') => {
                // What stands before a `**` is settled: growing an earlier star could only lose text.
                at += 2;
                (any, segment) = (Some((at, read)), None);
                continue;
            }
            (Some(b'*'), Some(&c)) if c != b'/' => {
                (at, read) = (at + 1, read + 1);
                segment = Some((at, read));
                continue;
            }
            (Some(&wanted), Some(&c)) if wanted != b'*' && same::<EXACT>(wanted, c) => {
                (at, read) = (at + 1, read + 1);
                continue;
            }
            _ => {}
        }
        match (segment, any) {
            (Some((back, next)), _) if text.get(next).is_some_and(|&c| c != b'/') => {
                (at, read) = (back, next + 1);
                segment = Some((at, read));
            }
            (_, Some((back, next))) if next < text.len() => {
                (at, read) = (back, next + 1);
                (any, segment) = (Some((at, read)), None);
            }
            _ => return false,
        }
    }
}

/// Whether a configured value, read as a pattern in which `*` is any run, covers the presented one.
pub(crate) fn covers(configured: &str, presented: &str) -> bool {
    fits(&stars_as_any(configured, 1), presented, true)
}

/// Whether two values agree where neither is masked: logs write `***` in place of a secret.
pub(crate) fn agrees(a: &str, b: &str) -> bool {
    a == b || is_masked(a) && fits(&stars_as_any(a, 3), b, true) || is_masked(b) && fits(&stars_as_any(b, 3), a, true)
}

/// Whether a log has put `***` in place of a part of the value.
pub(crate) fn is_masked(value: &str) -> bool {
    value.contains("***")
}

/// Writes every run of at least `least` stars as `**`; shorter runs are dropped, as no platform sends them.
fn stars_as_any(value: &str, least: usize) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    let mut stars = 0;
    for c in value.chars().chain(['\0']) {
        if c == '*' {
            stars += 1;
            continue;
        }
        if stars >= least {
            out.push_str("**");
        }
        stars = 0;
        out.push(c);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stays_within_a_segment() {
        let cases = [
            ("a/*/c", "a/b/c", true),
            ("a/*/c", "a/bb/c", true),
            ("a/*/c", "a//c", false),
            ("a/*/c", "a/b/b/c", false),
            ("*.b.c/*", "x.y.b.c/1", true),
            ("*.b.c/*", ".b.c/1", false),
            ("a.*", "a.b.c", true),
            ("a.*", "a.b/c", false),
            ("a/**", "a/", true),
            ("a/**", "a/b/c", true),
            ("a/**/z", "a/b/c/z", true),
            ("a/**/z", "a/b/c", false),
            ("**x/*/y", "a/x/b/x/c/y", true),
            ("*-oidc.s3.*.com", "k-oidc.oidc.s3.eu.com", false),
            ("*-oidc.s3.*.com", "k-oidc-oidc.s3.eu.com", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(fits(pattern, text, true), expected, "{pattern} over {text}");
        }
    }

    #[test]
    fn case_counts_only_when_exact() {
        assert!(fits("Abc/*", "aBC/d", false));
        assert!(!fits("Abc/*", "aBC/d", true));
    }

    #[test]
    fn a_mask_hides_any_run() {
        assert!(agrees("***/***", "contoso/app"));
        assert!(agrees("contoso", "c*****o"));
        assert!(!agrees("***/web", "contoso/app"));
        assert!(!agrees("*", "contoso"));
    }

    proptest! {
        #[test]
        fn a_pattern_without_stars_fits_itself_only(a in "[a-c/.]{0,12}", b in "[a-c/.]{0,12}") {
            prop_assert!(fits(&a, &a, true));
            prop_assert_eq!(fits(&a, &b, true), a == b);
        }

        #[test]
        fn agrees_with_the_plain_definition(pattern in "[ab/*]{0,8}", text in "[ab/]{0,10}") {
            prop_assert_eq!(fits(&pattern, &text, true), by_definition(pattern.as_bytes(), text.as_bytes()), "{} over {}", pattern, text);
        }
    }

    fn by_definition(pattern: &[u8], text: &[u8]) -> bool {
        match pattern {
            [] => text.is_empty(),
            [b'*', b'*', rest @ ..] => (0..=text.len()).any(|n| by_definition(rest, &text[n..])),
            [b'*', rest @ ..] => {
                let run = text.iter().take_while(|&&c| c != b'/').count();
                (1..=run).any(|n| by_definition(rest, &text[n..]))
            }
            [c, rest @ ..] => text.first() == Some(c) && by_definition(rest, &text[1..]),
        }
    }
}
