//! What an exchange case says of secrets, passwords and codes: a word instead of the value, which is not kept.

use jiff::Timestamp;
use serde_json::Value;

use super::ReadError;
use super::fields::{Fields, plain};
use crate::{ClientSecret, Code, Password};

/// `wrong`, `valid`, `expired` or `{"registered": {"expires": "2026-01-31T12:00:00Z"}}`; anything else is a secret
/// that nobody compared, and `false` none.
pub(super) fn client_secret(fields: &Fields<'_>) -> Result<Option<ClientSecret>, ReadError> {
    let secret = match fields.get("client_secret") {
        None | Some(Value::Bool(false)) => None,
        Some(Value::String(text)) => Some(match plain(text).as_str() {
            "wrong" => ClientSecret::Wrong,
            "valid" => ClientSecret::Registered { expires: None },
            "expired" => ClientSecret::Registered { expires: Some(Timestamp::UNIX_EPOCH) },
            _ => ClientSecret::Unchecked,
        }),
        Some(Value::Object(_)) => Some(registered(fields)?),
        Some(_) => Some(ClientSecret::Unchecked),
    };
    Ok(match fields.flag("has_client_secret")? {
        Some(false) => None,
        Some(true) => Some(secret.unwrap_or_default()),
        None => secret,
    })
}

fn registered(fields: &Fields<'_>) -> Result<ClientSecret, ReadError> {
    let Some(registered) =
        fields.object("client_secret")?.map(|secret| secret.object("registered")).transpose()?.flatten()
    else {
        return Ok(ClientSecret::Unchecked);
    };
    let expires = registered.word("expires", "a time as in RFC 3339", |text| text.trim().parse().ok())?;
    Ok(ClientSecret::Registered { expires })
}

/// `right` or `wrong`; anything else is a password that nobody compared.
pub(super) fn password(fields: &Fields<'_>) -> Result<Option<Password>, ReadError> {
    let password = fields.text("password")?.filter(|password| !password.is_empty());
    Ok(password.map(|password| match plain(&password).as_str() {
        "right" => Password::Right,
        "wrong" => Password::Wrong,
        _ => Password::Unchecked,
    }))
}

/// What is known of the code, device code or refresh token; anything else is one that nobody looked up.
pub(super) fn code(fields: &Fields<'_>) -> Result<Option<Code>, ReadError> {
    let code = fields.text_of(&["code", "device_code", "refresh_token"])?.filter(|code| !code.is_empty());
    Ok(code.map(|code| match plain(&code).as_str() {
        "valid" => Code::Valid,
        "pending" => Code::Pending,
        "expired" => Code::Expired,
        "unknown" => Code::Unknown,
        "redeemed" => Code::Redeemed,
        "wrongverifier" => Code::WrongVerifier,
        "declined" => Code::Declined,
        _ => Code::Unchecked,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_told_by_a_word_and_any_other_text_is_one_that_nobody_compared() {
        let read = |value: Value| client_secret(&Fields::of(&value, "").unwrap());
        let registered = |expires| Ok(Some(ClientSecret::Registered { expires }));
        for (value, expected) in [
            (json!({}), Ok(None)),
            (json!({"client_secret": false}), Ok(None)),
            (json!({"client_secret": true}), Ok(Some(ClientSecret::Unchecked))),
            (json!({"client_secret": "x~y"}), Ok(Some(ClientSecret::Unchecked))),
            (json!({"has_client_secret": true}), Ok(Some(ClientSecret::Unchecked))),
            (json!({"has_client_secret": true, "client_secret": "wrong"}), Ok(Some(ClientSecret::Wrong))),
            (json!({"has_client_secret": false, "client_secret": "wrong"}), Ok(None)),
            (json!({"client_secret": "valid"}), registered(None)),
            (json!({"client_secret": "expired"}), registered(Some(Timestamp::UNIX_EPOCH))),
            (json!({"client_secret": {"registered": {}}}), registered(None)),
            (
                json!({"client_secret": {"registered": {"expires": "2026-01-31T12:00:00Z"}}}),
                registered("2026-01-31T12:00:00Z".parse().ok()),
            ),
        ] {
            assert_eq!(read(value.clone()), expected, "{value}");
        }
        let error = read(json!({"client_secret": {"registered": {"expires": "soon"}}})).unwrap_err().to_string();
        assert_eq!(error, "client_secret.registered.expires must be a time as in RFC 3339, but is 'soon'");
    }

    #[test]
    fn passwords_and_codes_are_told_by_words() {
        let value = json!({"password": "wrong", "device_code": "wrong-verifier"});
        let fields = Fields::of(&value, "").unwrap();
        assert_eq!((password(&fields), code(&fields)), (Ok(Some(Password::Wrong)), Ok(Some(Code::WrongVerifier))));
        let value = json!({"password": "hunter2", "code": "0.AAA", "refresh_token": "expired"});
        let fields = Fields::of(&value, "").unwrap();
        assert_eq!((password(&fields), code(&fields)), (Ok(Some(Password::Unchecked)), Ok(Some(Code::Unchecked))));
    }
}
