//! App-only, delegated or an ID token: the ordered rule, first hit wins.

use serde::Serialize;
use serde_json::Value;

use crate::Claims;

/// The application id of the token exchange endpoint, the same in every tenant: what Entra writes
/// as `aud` for `api://AzureADTokenExchange`.
pub const EXCHANGE_APP_ID: &str = "fb60f99c-7a34-4190-8149-302f77469936";

/// Hosts that stand in the `iss` of Entra tokens, of all clouds.
pub const ENTRA_HOSTS: &[&str] = &[
    "sts.windows.net",
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "login.microsoftonline.us",
    "login.usgovcloudapi.net",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "sts.chinacloudapi.cn",
    "login.microsoftonline.de",
    "login.sovcloud-identity.fr",
    "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg",
];

/// The host of an external tenant ends so.
const EXTERNAL_TENANTS: &str = ".ciamlogin.com";

/// Claims that only a token for a signed-in user has.
const USER_CLAIMS: &[&str] = &["upn", "unique_name", "preferred_username", "amr", "ipaddr"];

/// Claims that only an ID token has.
const ID_TOKEN_CLAIMS: &[&str] = &["nonce", "at_hash", "c_hash"];

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// An application or managed identity acts as itself.
    AppOnly,
    /// An application acts for a signed-in user.
    Delegated,
    /// A statement to a client about who signed in; never an access token.
    IdToken,
    /// The claims do not tell.
    Undetermined,
}

/// The kind of a token and the claim that decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Classification {
    /// The kind.
    pub kind: TokenKind,
    /// The deciding claim, or the last one looked for when none decided.
    pub claim: &'static str,
    /// One sentence: why that claim decides. Holds no personal value.
    pub because: String,
}

type Rule = fn(&Claims) -> Option<Classification>;

/// Microsoft documents what the single claims mean; the order is ours.
const RULES: &[Rule] =
    &[identity_type, foreign_issuer, id_token, scopes, user_claims, subject, roles, public_client, relation];

/// Classifies an Entra token by its claims.
///
/// Microsoft calls `idtyp` the most accurate way; where it is missing, the other
/// claims decide one after the other. A token of another issuer is undetermined,
/// unless it carries `idtyp`.
pub fn classify(claims: &Claims) -> Classification {
    let decided = RULES.iter().find_map(|rule| rule(claims));
    decided.unwrap_or_else(|| {
        let because = "None of the claims that tell an app-only token from a delegated one is present.";
        hit(TokenKind::Undetermined, "xms_idrel", because)
    })
}

fn hit(kind: TokenKind, claim: &'static str, because: impl Into<String>) -> Classification {
    Classification { kind, claim, because: because.into() }
}

fn identity_type(claims: &Claims) -> Option<Classification> {
    let (kind, because) = match claims.text("idtyp")?.to_ascii_lowercase().as_str() {
        "app" => (TokenKind::AppOnly, "`idtyp` is `app`: the application acts as itself."),
        "user" => (TokenKind::Delegated, "`idtyp` is `user`: the application acts for a signed-in user."),
        "fmi" => (
            TokenKind::AppOnly,
            "`idtyp` is `fmi`, as in tokens for an Azure DevOps pipeline: a workload acts as itself, which counts as app-only.",
        ),
        _ => return None,
    };
    Some(hit(kind, "idtyp", because))
}

fn foreign_issuer(claims: &Claims) -> Option<Classification> {
    let issuer = claims.text("iss").filter(|issuer| !is_entra(issuer))?;
    let host = host(issuer).unwrap_or("the issuer");
    let known = if host.contains('@') { "the issuer" } else { host };
    let because = format!(
        "Only tokens that Entra issued are divided into app-only and delegated ones, and this one comes from {}.",
        crate::redact_text(known)
    );
    Some(hit(TokenKind::Undetermined, "iss", because))
}

fn id_token(claims: &Claims) -> Option<Classification> {
    if scope(claims).is_some() {
        return None;
    }
    if let Some(claim) = ID_TOKEN_CLAIMS.iter().find(|claim| present(claims, claim)) {
        let because =
            format!("`{claim}` stands only in ID tokens, which tell a client who signed in and give no access.");
        return Some(hit(TokenKind::IdToken, claim, because));
    }
    let audiences = claims.audiences();
    let for_client = matches!(audiences.as_slice(), [audience] if is_guid(audience) && *audience != EXCHANGE_APP_ID);
    let of_client = ["azp", "appid", "roles"].iter().any(|claim| claims.contains(claim));
    if !for_client || of_client || !claims.contains("sub") || is_own_subject(claims) {
        return None;
    }
    let because = "`aud` is an application id and neither `azp` nor `appid` says which client asked: the token was made \
                   for that client, as an ID token is.";
    Some(hit(TokenKind::IdToken, "aud", because))
}

fn scopes(claims: &Claims) -> Option<Classification> {
    scope(claims)?;
    let because = "`scp` lists what the application may do for a signed-in user; an app-only token has none.";
    Some(hit(TokenKind::Delegated, "scp", because))
}

fn user_claims(claims: &Claims) -> Option<Classification> {
    let claim = USER_CLAIMS.iter().find(|claim| present(claims, claim))?;
    Some(hit(TokenKind::Delegated, claim, format!("`{claim}` is about a signed-in user; an app-only token has none.")))
}

fn subject(claims: &Claims) -> Option<Classification> {
    let because = match claims.text("sub")? {
        subject if subject.starts_with("/eid1/") => "`sub` starts with `/eid1/`: it names a workload, not a user.",
        _ if is_own_subject(claims) => "`sub` equals `oid`: both are the object id of a service principal.",
        _ => return None,
    };
    Some(hit(TokenKind::AppOnly, "sub", because))
}

fn roles(claims: &Claims) -> Option<Classification> {
    if !present(claims, "roles") || scope(claims).is_some() {
        return None;
    }
    let because = "There are `roles` and no `scp`: these are application permissions. A weak sign, since users can have roles too.";
    Some(hit(TokenKind::AppOnly, "roles", because))
}

fn public_client(claims: &Claims) -> Option<Classification> {
    let claim = ["azpacr", "appidacr"].into_iter().find(|claim| match claims.get(claim) {
        Some(Value::String(text)) => text == "0",
        Some(other) => other.as_i64() == Some(0),
        None => false,
    })?;
    let because =
        format!("`{claim}` is 0: a public client asked for the token, and such a client only acts for a user.");
    Some(hit(TokenKind::Delegated, claim, because))
}

fn relation(claims: &Claims) -> Option<Classification> {
    let (kind, because) = claims.text("xms_idrel")?.split_whitespace().find_map(|number| match number {
        "7" | "33" => Some((TokenKind::AppOnly, "`xms_idrel` points to a service principal or managed identity.")),
        "1" | "3" | "5" => Some((TokenKind::Delegated, "`xms_idrel` points to a member or guest of the tenant.")),
        _ => None,
    })?;
    Some(hit(kind, "xms_idrel", format!("{because} A late hint, used because no better claim is present.")))
}

/// The scopes, unless absent, empty or `/` as in app-only tokens of agents.
fn scope(claims: &Claims) -> Option<&Value> {
    claims.get("scp").filter(|value| match value {
        Value::String(text) => !matches!(text.trim(), "" | "/"),
        other => is_filled(other),
    })
}

fn present(claims: &Claims, name: &str) -> bool {
    claims.get(name).is_some_and(is_filled)
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

fn is_own_subject(claims: &Claims) -> bool {
    claims
        .text("sub")
        .is_some_and(|sub| sub.starts_with("/eid1/") || (!sub.is_empty() && claims.text("oid") == Some(sub)))
}

fn is_entra(issuer: &str) -> bool {
    host(issuer).is_some_and(|host| {
        let host = host.to_ascii_lowercase();
        ENTRA_HOSTS.contains(&host.as_str()) || host.ends_with(EXTERNAL_TENANTS)
    })
}

fn host(issuer: &str) -> Option<&str> {
    let (_, rest) = issuer.trim().split_once("://")?;
    rest.split(['/', '?', '#', ':']).next().filter(|host| !host.is_empty())
}

/// Whether the text is a GUID in its usual form, in either letter case.
pub(crate) fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "11111111-2222-4333-8444-555555555555";
    const OTHER: &str = "99999999-2222-4333-8444-555555555555";

    fn of(value: Value) -> Classification {
        classify(&serde_json::from_value(value).unwrap())
    }

    #[test]
    fn the_first_hit_decides() {
        use TokenKind::{AppOnly, Delegated, IdToken, Undetermined};
        for (claims, kind, claim) in [
            (json!({"idtyp": "app", "scp": "x", "upn": "y"}), AppOnly, "idtyp"),
            (json!({"idtyp": "user", "roles": ["x"], "nonce": "n"}), Delegated, "idtyp"),
            (json!({"idtyp": "fmi"}), AppOnly, "idtyp"),
            (json!({"idtyp": "device", "scp": "x"}), Delegated, "scp"),
            (json!({"nonce": "n", "preferred_username": "x", "roles": ["y"]}), IdToken, "nonce"),
            (json!({"nonce": "n", "scp": "x"}), Delegated, "scp"),
            (json!({"at_hash": "n"}), IdToken, "at_hash"),
            (json!({"aud": ID, "sub": "pair", "oid": OTHER, "name": "x"}), IdToken, "aud"),
            (json!({"aud": ID, "sub": "pair", "oid": OTHER, "azp": ID, "upn": "x"}), Delegated, "upn"),
            (json!({"aud": ID, "sub": OTHER, "oid": OTHER}), AppOnly, "sub"),
            (json!({"aud": EXCHANGE_APP_ID, "sub": "pair", "oid": OTHER}), Undetermined, "xms_idrel"),
            (json!({"scp": "User.Read", "roles": ["x"], "sub": ID, "oid": ID}), Delegated, "scp"),
            (json!({"scp": "/", "sub": ID, "oid": ID}), AppOnly, "sub"),
            (json!({"scp": " ", "roles": ["x"]}), AppOnly, "roles"),
            (json!({"unique_name": "x", "roles": ["x"]}), Delegated, "unique_name"),
            (json!({"amr": ["pwd"]}), Delegated, "amr"),
            (json!({"amr": [], "ipaddr": ""}), Undetermined, "xms_idrel"),
            (json!({"sub": "/eid1/c/pub/t/x/a/y/z"}), AppOnly, "sub"),
            (json!({"sub": ID, "oid": OTHER, "azpacr": "0"}), Delegated, "azpacr"),
            (json!({"appidacr": 0}), Delegated, "appidacr"),
            (json!({"azpacr": "1", "xms_idrel": "7 30"}), AppOnly, "xms_idrel"),
            (json!({"xms_idrel": "2 33"}), AppOnly, "xms_idrel"),
            (json!({"xms_idrel": "1 30"}), Delegated, "xms_idrel"),
            (json!({"xms_idrel": "30 77"}), Undetermined, "xms_idrel"),
            (json!({}), Undetermined, "xms_idrel"),
        ] {
            let found = of(claims.clone());
            assert_eq!((found.kind, found.claim), (kind, claim), "{claims}");
            assert!(
                found.because.contains(&format!("`{claim}`")) || kind == Undetermined,
                "{claims}: {}",
                found.because
            );
        }
    }

    #[test]
    fn the_rule_is_about_entra_only() {
        for issuer in [
            "https://token.actions.githubusercontent.com",
            "https://northeurope.oic.prod-aks.azure.com/11111111-2222-4333-8444-555555555555/x/",
            "https://login.microsoftonline.com.example/x",
            "nonsense",
        ] {
            let found = of(json!({"iss": issuer, "preferred_username": "dana", "scp": "x"}));
            assert_eq!((found.kind, found.claim), (TokenKind::Undetermined, "iss"), "{issuer}");
            assert!(found.because.contains("Entra"));
        }
        for issuer in [
            "https://sts.windows.net/x/",
            "https://LOGIN.microsoftonline.com/x/v2.0",
            "https://login.microsoftonline.us/x/v2.0",
            "https://contoso.ciamlogin.com/x/v2.0",
        ] {
            assert_eq!(of(json!({"iss": issuer, "scp": "x"})).kind, TokenKind::Delegated, "{issuer}");
        }
    }

    #[test]
    fn the_reason_names_nobody() {
        for claim in USER_CLAIMS {
            let found = of(json!({ *claim: "dana@contoso.example" }));
            assert!(!found.because.contains("dana"), "{}", found.because);
        }
        assert!(!of(json!({"iss": "https://dana@contoso.example/"})).because.contains("dana"));
    }

    #[test]
    fn guids_are_told_from_other_texts() {
        for (text, expected) in
            [(ID, true), ("api://x", false), ("1111111122224333844455555555555", false), ("", false)]
        {
            assert_eq!(is_guid(text), expected, "{text}");
        }
    }
}
