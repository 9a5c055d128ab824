//! What holds for any text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fedlens_token::{Claims, decode, find_tokens, redact_text};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

/// Pieces that the decoder and the redaction look at closely.
const PIECES: &[&str] = &[
    "eyJ",
    "eyJhbGciOiJSUzI1NiJ9",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
    "eyJ0123456789012345678",
    ".",
    "..",
    "…",
    "=",
    "+/",
    "Authorization: ",
    "Bearer ",
    "Basic ",
    "\"",
    "'",
    "`",
    "\\",
    "\\\"",
    "\\n",
    "\n",
    "\r\n",
    " ",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    ";",
    "&",
    "?",
    "#",
    "/",
    "://",
    "@",
    "%40",
    "-",
    "--",
    "client_secret",
    "password",
    "Password=",
    "pwd",
    "sig",
    "value",
    "user ",
    "User account '",
    "dana",
    "contoso.example",
    "dana@contoso.example",
    "repo:contoso@4711/app@990011",
    "[redacted]",
    "[",
    "$",
    "*",
    "null",
    "1793534680",
    "\"exp\":",
    "\u{feff}",
    "é",
    "\u{200b}",
    "│ ",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "abc8Q~0123456789012345678901234567890123",
    "AbCdEfGhIjKlMnOpQ0-_",
    "#EXT#",
    "claims",
    "scp",
    "n",
    "u0027",
];

fn crafted() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![4 => select(PIECES).prop_map(str::to_owned), 1 => ".{0,3}"], 0..24)
        .prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    let bytes =
        prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    prop_oneof![crafted(), bytes, mutated()]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,8}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn claims() -> impl Strategy<Value = Claims> {
    prop::collection::btree_map("x_[a-z./]{1,10}", json(), 1..6).prop_map(Claims::from_iter)
}

fn encode(value: &impl serde::Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).expect("claims are JSON"))
}

fn token() -> impl Strategy<Value = (String, Claims)> {
    (claims(), prop::collection::vec(any::<u8>(), 1..40)).prop_map(|(claims, signature)| {
        let header = encode(&serde_json::json!({"typ": "JWT", "alg": "RS256", "kid": "key-1"}));
        (format!("{header}.{}.{}", encode(&claims), URL_SAFE_NO_PAD.encode(signature)), claims)
    })
}

/// A token with a few characters replaced, added, removed or doubled.
fn mutated() -> impl Strategy<Value = String> {
    let change =
        (any::<Index>(), 0..4_u8, prop_oneof![any::<char>(), select(vec!['.', '=', '+', '\n', '"', '{', 'A'])]);
    (token(), prop::collection::vec(change, 1..5)).prop_map(|((token, _), changes)| {
        let mut letters: Vec<char> = token.chars().collect();
        for (index, kind, letter) in changes {
            let at = index.index(letters.len().max(1)).min(letters.len());
            match kind {
                0 => letters.insert(at, letter),
                1 => letters.truncate(at + 1),
                _ if letters.is_empty() => {}
                2 => drop(letters.remove(at)),
                _ => letters[at] = letter,
            }
        }
        letters.into_iter().collect()
    })
}

fn dressed(token: &str, layers: &[u8]) -> String {
    layers.iter().fold(token.to_owned(), |inner, layer| match layer {
        0 => format!("  {inner}\r\n"),
        1 => format!("'{inner}'"),
        2 => format!("Bearer {inner}"),
        3 => serde_json::json!({"count": 1, "value": inner}).to_string(),
        _ => Value::from(inner).to_string(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn every_problem_lies_inside_the_text(text in any_text()) {
        for problem in decode(&text).problems {
            prop_assert!(text.get(problem.at.clone()).is_some(), "{:?} of {text:?}", problem.at);
            prop_assert!(!problem.message.is_empty());
        }
    }

    #[test]
    fn a_well_formed_token_comes_back_whole((token, claims) in token()) {
        let decoded = decode(&token);
        prop_assert_eq!(decoded.problems, []);
        prop_assert_eq!(decoded.claims, Some(claims));
        prop_assert_eq!(decoded.compact.reveal(), token);
    }

    #[test]
    fn dressing_never_hides_the_token((token, claims) in token(), layers in prop::collection::vec(0..5_u8, 0..5)) {
        let text = dressed(&token, &layers);
        let decoded = decode(&text);
        prop_assert_eq!(decoded.compact.reveal(), token);
        prop_assert_eq!(decoded.claims, Some(claims));
        prop_assert_eq!(decoded.problems, [], "{}", text);
    }

    #[test]
    fn a_token_is_found_between_other_words((token, _) in token(), before in "[ -,:;<>{}é]{0,20}", after in "([ ,;:<>{}é][ -~]{0,20})?") {
        let text = format!("{before}{token}{after}");
        let found = find_tokens(&text).into_iter().next();
        prop_assert_eq!(found.and_then(|range| text.get(range)), Some(token.as_str()));
    }

    #[test]
    fn found_tokens_stand_apart_and_in_order(text in any_text()) {
        let found = find_tokens(&text);
        prop_assert!(found.iter().all(|range| text.get(range.clone()).is_some_and(|token| token.starts_with("eyJ"))));
        prop_assert!(found.is_sorted_by(|one, next| one.end <= next.start));
    }

    #[test]
    fn redacting_twice_changes_nothing_more(text in any_text()) {
        let once = redact_text(&text).into_owned();
        let twice = redact_text(&once);
        prop_assert_eq!(&twice, &once, "{:?}", text);
    }

    #[test]
    fn no_token_survives_redaction((token, _) in token(), before in crafted(), after in crafted()) {
        let shown = redact_text(&format!("{before}{token}{after}")).into_owned();
        let (_, rest) = token.split_once('.').expect("a token has dots");
        prop_assert!(!shown.contains(rest), "{}", shown);
        prop_assert_eq!(find_tokens(&shown), []);
    }

    #[test]
    fn a_wrapped_token_does_not_survive_either((token, _) in token(), width in 40..100_usize) {
        let is_mixed = |line: &str| line.bytes().any(|b| b.is_ascii_lowercase()) && line.bytes().any(|b| b.is_ascii_uppercase());
        let lines: Vec<&str> = token.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
        let shown = redact_text(&lines.join("\n")).into_owned();
        prop_assert!(!lines.iter().any(|line| line.len() == width && is_mixed(line) && shown.contains(*line)), "{}", shown);
    }

    #[test]
    fn ids_and_subjects_survive_redaction(
        id in "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
        subject in "(repo:[a-z]{1,8}@[0-9]{1,9}/[a-z.-]{1,8}@[0-9]{1,9}:ref:refs/heads/[a-z/-]{1,9}|system:serviceaccount:[a-z-]{1,9}:[a-z-]{1,9})",
        code in 10_000..9_999_999_u32,
    ) {
        let text = format!("AADSTS{code}: No match for subject '{subject}'. Trace ID: {id} Timestamp: 2026-11-01 12:00:00Z");
        prop_assert_eq!(redact_text(&text), text.as_str());
    }

    #[test]
    fn redacted_claims_name_nobody(claims in claims(), user in "[a-z]{3,9}@[a-z]{3,9}\\.example") {
        let mut claims = claims;
        claims.0.insert("x_list".to_owned(), serde_json::json!([{"upn": "Dana"}, user]));
        let shown = serde_json::to_string(&claims.redacted()).expect("claims are JSON");
        prop_assert!(!shown.contains(&user) && !shown.contains("Dana"), "{}", shown);
    }
}
