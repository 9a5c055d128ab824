//! Bad input gets a right answer or a clean refusal, and never a 5xx with an AADSTS text.

use std::net::SocketAddr;
use std::time::Duration;

use crate::server::{DEPLOYER, ORDERS, Server, TENANT, code, settings};
use fedlens_emulator::{Settings, sample};
use reqwest::Client;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

async fn impatient() -> Server {
    Server::with(Settings { patience: Duration::from_secs(1), ..settings(sample()) }).await
}

/// A right request is answered: nothing that came before has hurt.
async fn assert_healthy(server: &Server) {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", DEPLOYER),
        ("client_secret", "emulated-secret"),
        ("scope", ORDERS),
    ];
    let (status, body) = server.token(TENANT, &fields).await;
    assert_eq!(status, 200, "{body}");
}

/// Everything the server sends until it closes the connection.
async fn spoken(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // A reset is a way of closing too.
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A server may also close the connection before the client has sent all.
fn assert_refused(answer: reqwest::Result<reqwest::Response>, status: u16) {
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_and_heads_have_a_limit() {
    let server = Server::start().await;
    let url = server.url(&format!("/{TENANT}/oauth2/v2.0/token"));
    let large = "client_assertion=".to_owned() + &"a".repeat(2 << 20);
    let answer = server.client.post(&url).body(large).send().await;
    assert_refused(answer, 413);
    let answer = server.client.post(&url).header("x-large", "a".repeat(200 << 10)).send().await;
    assert_refused(answer, 431);
    assert_healthy(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_stands_in_a_body_is_refused_with_a_code() {
    let server = Server::start().await;
    let url = server.url(&format!("/{TENANT}/oauth2/v2.0/token"));
    let huge_name = format!("{}=1", "n".repeat(10_000));
    let many: String = (0..20_000).map(|number| format!("f{number}=&")).collect();
    let nested = format!("client_assertion={}&client_id={DEPLOYER}&grant_type=client_credentials", "%7B".repeat(5_000));
    let bodies: [&[u8]; 12] = [
        b"",
        b"&&&&",
        b"=",
        b"%",
        b"%zz=%zz",
        &[0xff, 0xfe, 0x00],
        b"grant_type=client_credentials",
        b"{\"grant_type\":\"client_credentials\"}",
        b"grant_type=\x00&client_id=\x00",
        huge_name.as_bytes(),
        many.as_bytes(),
        nested.as_bytes(),
    ];
    for body in bodies {
        for kind in ["application/x-www-form-urlencoded", "application/json", "multipart/form-data", ""] {
            let request = server.client.post(&url).header("content-type", kind).body(body.to_vec());
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let error: Value = answer.json().await.unwrap();
            assert!((400..500).contains(&status) && code(&error) > 0, "{status} {error} for {body:?}");
        }
    }
    assert_healthy(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn assertions_of_any_bytes_are_refused_with_a_code() {
    let server = Server::start().await;
    let deep = format!("{}.{}.x", "e30", "W1tb".repeat(20_000));
    let tokens =
        ["..", "a.b.c", "e30.e30.e30", "e30.e30", "eyJhbGciOm51bGx9.eyJpc3MiOjF9.", "\u{1f642}.\u{1f642}.x", &deep];
    for token in tokens {
        let (status, body) = server.exchange(token).await;
        assert!((400..500).contains(&status) && code(&body) > 0, "{status} {body} for {token:.40}");
    }
    assert_healthy(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_paths_and_methods_are_answered() {
    let server = Server::start().await;
    for path in ["/", "/x", "/%00/oauth2/v2.0/token", "/../../etc/passwd", "/_fedlens/nothing", "/a/b/c/d/e/f"] {
        let status = server.client.get(server.url(path)).send().await.unwrap().status().as_u16();
        assert!((400..500).contains(&status), "{status} for {path}");
    }
    let url = server.url(&format!("/{TENANT}/oauth2/v2.0/token"));
    let answer: Value = server.client.get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(code(&answer), 900_561);
    let long = format!("/{}/oauth2/v2.0/token", "t".repeat(20_000));
    assert_eq!(server.client.post(server.url(&long)).send().await.unwrap().status(), 400);
    assert_healthy(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_broken_clients_are_let_go() {
    let server = impatient().await;
    let plain = server.running.identity_address;
    let token = format!("POST /{TENANT}/oauth2/v2.0/token HTTP/1.1\r\nhost: x\r\n");
    let mut clients = JoinSet::new();
    for (address, bytes) in [
        (plain, "GET / HTT".as_bytes()),
        (plain, b"GET / HTTP/1.1\r\nhost: x\r\n"),
        (plain, b"\x00\x01\x02\x03\r\n\r\n"),
        (plain, b"GET / HTTP/9.9\r\n\r\n"),
        (server.running.address, b""),
        (server.running.address, b"\x16\x03\x01"),
        (server.running.address, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"),
        (server.running.address, token.as_bytes()),
    ] {
        let bytes = bytes.to_vec();
        clients.spawn(async move { spoken(address, &bytes).await });
    }
    for answer in clients.join_all().await {
        assert!(!answer.contains("AADSTS") && !answer.contains(" 500 "), "{answer}");
    }
    assert_healthy(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_know_the_authority_is_refused_and_nothing_breaks() {
    let server = Server::start().await;
    let stranger = Client::builder().no_proxy().build().unwrap();
    assert!(stranger.get(server.url("/_fedlens/health")).send().await.is_err());
    assert_healthy(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_idle_connections_keep_nobody_out() {
    let server = Server::start().await;
    let mut idle = Vec::new();
    for number in 0..1_000 {
        let address = if number % 2 == 0 { server.running.address } else { server.running.identity_address };
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    assert_healthy(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn injected_faults_carry_no_code() {
    let faults = vec!["token:503:1:7".parse().unwrap(), "metadata:500".parse().unwrap()];
    let server = Server::with(Settings { faults, ..settings(sample()) }).await;
    let url = server.url(&format!("/{TENANT}/oauth2/v2.0/token"));
    let answer = server.client.post(url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "7"));
    assert!(!answer.text().await.unwrap().contains("AADSTS"));
    let url = server.url(&format!("/{TENANT}/v2.0/.well-known/openid-configuration"));
    assert_eq!(server.client.get(url).send().await.unwrap().status(), 500);
}
