use std::borrow::Cow;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::json;

use super::*;

const HEADER: &str = r#"{"typ":"JWT","alg":"RS256","kid":"key-1"}"#;
const CLAIMS: &str = r#"{"iss":"https://token.actions.githubusercontent.com","sub":"repo:contoso/app:ref:refs/heads/main","aud":"api://AzureADTokenExchange","exp":1793534680}"#;

fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn token(claims: &str) -> String {
    format!("{}.{}.{}", encode(HEADER), encode(claims), encode("not a real signature"))
}

fn kinds(decoded: &Decoded) -> Vec<ProblemKind> {
    decoded.problems.iter().map(|problem| problem.kind).collect()
}

#[test]
fn a_well_formed_token_is_read_without_problems() {
    let token = token(CLAIMS);
    let decoded = decode(&token);
    assert_eq!(decoded.problems, []);
    assert_eq!(decoded.dressing, []);
    assert_eq!(serde_json::to_string(&decoded.header).unwrap(), HEADER);
    assert_eq!(serde_json::to_string(&decoded.claims).unwrap(), CLAIMS);
    assert_eq!(decoded.signature.unwrap().reveal(), encode("not a real signature"));
    assert_eq!(decoded.compact.reveal(), token);
}

#[test]
fn every_dressing_comes_off() {
    use Dressing::{Bearer, FormBody, JsonWrapper, OtherText, Quotes, Whitespace};
    let token = token(CLAIMS);
    let wrapped = token.as_bytes().chunks(40).map(String::from_utf8_lossy).collect::<Vec<Cow<'_, str>>>();
    let percent = token.replace('.', "%2E");
    let table: &[(String, &[Dressing])] = &[
        (format!("Bearer {token}"), &[Bearer]),
        (format!("authorization: bearer  {token}\n"), &[Whitespace, Bearer]),
        (format!("'Authorization: Bearer {token}'"), &[Quotes, Bearer]),
        (format!("Authorization: \"Bearer {token}"), &[Bearer]),
        (format!("\"{token}\","), &[Quotes]),
        (format!("`{token}`"), &[Quotes]),
        (format!("```\n{token}\n```"), &[Quotes, Whitespace]),
        (format!("\u{201c}{token}\u{201d}"), &[Quotes]),
        (format!("{token}'"), &[Quotes]),
        (format!("\u{feff}{token}\r\n"), &[Whitespace]),
        (wrapped.join("\n"), &[Whitespace]),
        (wrapped.join("\r\n  "), &[Whitespace]),
        (format!(r#"{{"count":1,"value":"{token}"}}"#), &[JsonWrapper]),
        (format!("{{\n  \"oidcToken\": \"{token}\"\n}}\n"), &[Whitespace, JsonWrapper]),
        (format!(r#"{{"token_type":"Bearer","access_token":"{token}","id_token":"eyJ"}}"#), &[JsonWrapper]),
        (format!(r#"{{"value":"old","value":"{token}"}}"#), &[JsonWrapper]),
        (format!(r#"{{"kind":"TokenRequest","status":{{"token":"{token}"}}}}"#), &[JsonWrapper, JsonWrapper]),
        (format!(r#"{{"unheard_of":"{token}"}}"#), &[JsonWrapper]),
        (format!(r#"{{"value":"Bearer {token}"}}"#), &[JsonWrapper, Bearer]),
        (format!(r#"{{"value":"{token}""#), &[JsonWrapper]),
        (format!(r#""{{\"value\":\"{token}\"}}""#), &[Quotes, JsonWrapper]),
        (format!(r#"{{"value":"\u0065{}"}}"#, token.get(1..).unwrap()), &[JsonWrapper]),
        (format!("grant_type=client_credentials&client_assertion_type=urn&client_assertion={token}&x=y"), &[FormBody]),
        (format!("assertion=eyJ&client_assertion={percent}"), &[FormBody]),
        (format!("POST / HTTP/1.1\r\nHost: x\r\n\r\nclient_assertion={token}"), &[FormBody]),
        (format!("https://contoso.example/cb?state=1#id_token={token}&s=2"), &[FormBody]),
        (format!("export ARM_OIDC_TOKEN='{token}'"), &[FormBody, Quotes]),
        (format!("2026-11-01 12:00 assertion is {token}, sent"), &[OtherText]),
        (format!("['{token}']"), &[OtherText]),
        (format!("{{'value': '{token}'}}"), &[OtherText]),
    ];
    for (text, dressing) in table {
        let decoded = decode(text);
        assert_eq!(decoded.compact.reveal(), token, "{text}");
        assert_eq!(decoded.dressing, *dressing, "{text}");
        assert_eq!(decoded.problems, [], "{text}");
        assert!(
            decoded.claims.is_some_and(|claims| claims.text("aud") == Some("api://AzureADTokenExchange")),
            "{text}"
        );
    }
}

#[test]
fn contents_in_plain_json_are_read() {
    for (text, header, claims) in [
        (CLAIMS.to_owned(), false, true),
        (HEADER.to_owned(), true, false),
        (format!("{HEADER}.{CLAIMS}.[Signature]"), true, true),
        (format!("{HEADER}\n{CLAIMS}\n"), true, true),
    ] {
        let decoded = decode(&text);
        assert_eq!((decoded.header.is_some(), decoded.claims.is_some()), (header, claims), "{text}");
        assert_eq!(decoded.problems, [], "{text}");
        assert_eq!(decoded.dressing.last(), Some(&Dressing::PlainJson), "{text}");
    }
    let other = decode(r#"{"error":"invalid_client"}"#);
    assert_eq!(kinds(&other), [ProblemKind::PartCount]);
    assert!(other.claims.is_none());
}

#[test]
fn every_fault_is_told_where_it_is() {
    use ProblemKind::{
        Alphabet, Base64, DuplicateKey, Empty, Encrypted, Json, NotAnObject, Padding, PartCount, TimeFormat, Truncated,
        Utf8,
    };
    let header = encode(HEADER);
    let claims = encode(CLAIMS);
    let object = |text: &str| format!("{header}.{}.c2ln", encode(text));
    let payload = |text: &str| encode(text);
    let table: Vec<(String, Vec<(ProblemKind, String)>)> = vec![
        (String::new(), vec![(Empty, String::new())]),
        (" \n".to_owned(), vec![(Empty, " \n".to_owned())]),
        ("\"\"".to_owned(), vec![(Empty, "\"\"".to_owned())]),
        (format!("{header}.{claims}"), vec![(PartCount, format!("{header}.{claims}"))]),
        (claims.clone(), vec![(PartCount, claims.clone())]),
        (format!("{header}.{claims}."), vec![(PartCount, String::new())]),
        (format!("{header}.{claims}.YQ.YQ"), vec![(PartCount, format!("{header}.{claims}.YQ.YQ"))]),
        (format!("{header}.{claims}=.c2ln"), vec![(Padding, "=".to_owned())]),
        (format!("{header}.{claims}.++a/"), vec![(Alphabet, "++a/".to_owned())]),
        (format!("{header}.{claims}.c2%!ln"), vec![(Base64, "%!".to_owned())]),
        (format!("{header}.{claims}.c2lnX"), vec![(Base64, "X".to_owned())]),
        (object("{\"iss\":nope}"), vec![(Json, "5v".to_owned())]),
        (object("[1]"), vec![(NotAnObject, payload("[1]"))]),
        (object(r#"{"iss":"a","iss":"b"}"#), vec![(DuplicateKey, payload(r#"{"iss":"a","iss":"b"}"#))]),
        (
            object(r#"{"exp":1.5,"iat":"7"}"#),
            vec![(TimeFormat, payload(r#"{"exp":1.5,"iat":"7"}"#)), (TimeFormat, payload(r#"{"exp":1.5,"iat":"7"}"#))],
        ),
        (format!("{header}.{}.c2ln", encode(b"{\"sub\":\"\xff\"}")), vec![(Utf8, "L_".to_owned())]),
        (format!("{header}..."), vec![(PartCount, header.clone()), (Truncated, "...".to_owned())]),
        (format!("{header}.{claims}.…"), vec![(Truncated, "…".to_owned()), (PartCount, String::new())]),
    ];
    for (text, expected) in table {
        let decoded = decode(&text);
        let told = decoded.problems.iter().map(|p| (p.kind, text.get(p.at.clone()).unwrap().to_owned()));
        assert_eq!(told.collect::<Vec<_>>(), expected, "{text}");
    }
    let jwe = format!("{}..aXY.Y3Q.dGFn", encode(r#"{"alg":"dir","enc":"A128GCM"}"#));
    let decoded = decode(&jwe);
    assert_eq!(kinds(&decoded), [Encrypted]);
    assert!(decoded.header.is_some() && decoded.claims.is_none());
}

#[test]
fn either_alphabet_and_padding_is_still_read() {
    let claims = r#"{"sub":"~~~???>>>"}"#;
    for engine in [&STANDARD, &URL_SAFE] {
        let text = format!("{}.{}.{}", engine.encode(HEADER), engine.encode(claims), engine.encode(b"\xfb\xff"));
        let decoded = decode(&text);
        assert!(decoded.claims.is_some_and(|claims| claims.text("sub") == Some("~~~???>>>")), "{text}");
        assert!(decoded.header.is_some_and(|header| header.text("alg") == Some("RS256")), "{text}");
    }
}

#[test]
fn a_token_cut_off_anywhere_keeps_what_is_whole() {
    let whole = token(CLAIMS);
    let start = encode(HEADER).len() + 1;
    for end in start..start + encode(CLAIMS).len() {
        let decoded = decode(whole.get(..end).unwrap());
        assert!(kinds(&decoded).contains(&ProblemKind::PartCount), "{end}");
        assert!(kinds(&decoded).contains(&ProblemKind::Truncated) || end < start + 2, "{end} {:?}", kinds(&decoded));
        assert_eq!(decoded.header.unwrap().text("alg"), Some("RS256"));
        for (name, value) in decoded.claims.unwrap_or_default().iter() {
            assert_eq!(serde_json::from_str::<Claims>(CLAIMS).unwrap().get(name), Some(value), "{end}");
        }
    }
    let late = decode(whole.get(..start + encode(CLAIMS).len() - 12).unwrap());
    assert_eq!(late.claims.unwrap().text("sub"), Some("repo:contoso/app:ref:refs/heads/main"));
}

#[test]
fn a_cut_between_the_bytes_of_a_letter_is_only_a_cut() {
    let claims = "{\"iss\":\"x\",\"name\":\"é\"}".as_bytes();
    let text = format!("{}.{}", encode(HEADER), encode(&claims[..claims.len() - 3]));
    let decoded = decode(&text);
    assert_eq!(kinds(&decoded), [ProblemKind::PartCount, ProblemKind::Truncated]);
    assert_eq!(decoded.claims.unwrap().text("iss"), Some("x"));
}

#[test]
fn positions_lead_back_through_the_dressing() {
    let broken = format!("{}.{}.c2%n", encode(HEADER), encode(CLAIMS));
    for text in [
        format!("Authorization: Bearer {broken}"),
        format!("{{\"value\": \"{broken}\"}}"),
        format!("  a=b&client_assertion={broken}&c=d"),
        broken.as_bytes().chunks(7).map(String::from_utf8_lossy).collect::<Vec<Cow<'_, str>>>().join("\n\t"),
    ] {
        let at: Vec<&str> = decode(&text).problems.into_iter().map(|p| text.get(p.at).unwrap()).collect();
        assert_eq!(at, ["%"], "{text}");
    }
    let escaped = format!(r#"{{"value":"{}"}}"#, broken.replace('%', r"\u0025"));
    let at: Vec<&str> = decode(&escaped).problems.into_iter().map(|p| escaped.get(p.at).unwrap()).collect();
    assert_eq!(at, [broken.replace('%', r"\u0025")]);
}

#[test]
fn depth_is_a_problem_and_no_overflow() {
    let deep = format!(r#"{{"a":{}{},"iss":"x"}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let decoded = decode(&token(&deep));
    assert_eq!(kinds(&decoded), [ProblemKind::Json]);
    assert_eq!(decoded.claims.unwrap().text("iss"), Some("x"));
    assert_eq!(kinds(&decode(&format!(r#"{{"iss":{}"#, "[".repeat(500_000)))).first(), Some(&ProblemKind::Json));
}

#[test]
fn only_the_header_of_an_overlong_text_is_read() {
    let text = format!("Bearer {}.{}", encode(HEADER), "A".repeat(MAX_TOKEN_BYTES));
    let decoded = decode(&text);
    assert_eq!(kinds(&decoded), [ProblemKind::TooLong]);
    assert_eq!(decoded.problems.first().map(|problem| problem.at.clone()), Some(MAX_TOKEN_BYTES..text.len()));
    assert_eq!(decoded.header.unwrap().text("kid"), Some("key-1"));
    assert!(decoded.claims.is_none());
    assert_eq!(kinds(&decode(&"é".repeat(MAX_TOKEN_BYTES))), [ProblemKind::TooLong]);
}

#[test]
fn messages_and_output_hold_no_part_of_the_signature() {
    let decoded = decode(&format!("{}.{}.AbC%dEf+g=", encode(HEADER), encode(CLAIMS)));
    assert_eq!(decoded.problems.len(), 3);
    let shown = format!("{} {decoded:?}", serde_json::to_string(&decoded).unwrap());
    assert!(!shown.contains("AbC") && !shown.contains("dEf"), "{shown}");
}

#[test]
fn the_redacted_form_keeps_problems_and_hides_people() {
    let decoded = decode(&token(r#"{"iss":"x","upn":"dana@contoso.example","upn":"dana@contoso.example"}"#));
    let redacted = decoded.redacted();
    assert_eq!(redacted.problems, decoded.problems);
    assert_eq!(redacted.claims.unwrap().get("upn"), Some(&json!("[redacted]")));
    assert_eq!(redacted.compact, Secret::default());
}

#[test]
fn messages_say_what_is_wrong() {
    let header = encode(HEADER);
    let texts = [
        String::new(),
        header.clone(),
        format!("{header}."),
        format!("{header}.{}.+/=", encode(r#"{"iss":"a","iss":"b","exp":"x"}"#)),
        format!("{header}.{}.é", encode("[]")),
        format!("{header}.{}.YWJjZ", encode(b"{\"a\":\xff")),
        format!("{header}.{}…", encode("nope")),
        "A.B.C.D.E".to_owned(),
        "{}".to_owned(),
    ];
    let messages = texts.iter().flat_map(|text| decode(text).problems).map(|problem| problem.message);
    insta::assert_snapshot!(messages.collect::<Vec<_>>().join("\n"), @"
    There is no token: the text is empty.
    The token has 1 part; a signed token has three, with dots between them.
    The token has 2 parts; a signed token has three, with dots between them.
    The payload is empty.
    The payload has the key `iss` more than once; the last one counts.
    `exp` is not a whole number of seconds since 1970.
    The signature is in standard base64 (`+`, `/`); a token has `-` and `_` instead.
    The signature is padded with `=`, which a token must not be.
    The payload is JSON, but not an object.
    The signature has a character that base64url does not have.
    The payload is not JSON: expected value at line 1 column 6.
    The payload is not UTF-8 text; what is not was replaced.
    The signature has a length that base64 cannot have: characters are missing or added.
    The token has 2 parts; a signed token has three, with dots between them.
    The payload is not JSON: expected ident at line 1 column 2.
    The token was shortened here.
    The token is encrypted (five parts): its claims can be read only with the recipient's key.
    The header has a length that base64 cannot have: characters are missing or added.
    The header breaks off; only what stands before the break can be read.
    The text is JSON, and there is no token in it.
    ");
}
