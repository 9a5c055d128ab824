//! The user is in the tenant.

use super::grant::Grant;
use super::{Exchange, source};
use crate::decision::Finding;
use crate::{Basis, Check, ErrorSpec, User, Verdict, View, same_id};

pub(super) const CHECK: Check =
    Check { id: "user.exists", title: "The user is in the tenant", errors: &[NOT_FOUND], evaluate };

const NOT_FOUND: ErrorSpec =
    ErrorSpec { code: 50_034, oauth_error: "invalid_grant", status: 400, basis: Basis::Seen, source: source::B2C_545 };

fn evaluate(exchange: &Exchange<'_>) -> Finding {
    let name = username(exchange)?;
    let user = exchange.directory.user(name);
    let asked = exchange.tenant.map(|tenant| tenant.id.as_str());
    let home = user.and_then(|user| user.tenant_id.as_deref());
    let lives_elsewhere = home.zip(asked).is_some_and(|(home, asked)| !same_id(home, asked));
    match (user, exchange.directory.view) {
        (Some(_), _) if !lives_elsewhere => Ok(format!("`{name}` is a user of the tenant").into()),
        (None, View::Partial) => Err(Verdict::cannot_tell(format!("whether `{name}` is in the tenant is not known"))),
        // Entra prints the placeholder instead of the name.
        _ => Err(NOT_FOUND.refuse(
            format!(
                "The user account {{EmailHidden}} does not exist in the {} directory. To sign into this application, the \
                 account must be added to the directory.",
                exchange.tenant_name()
            ),
            format!("no user `{name}` is in the tenant"),
        )),
    }
}

/// Whom the request names. Codes and tokens name nobody, unless who looked them up says so.
pub(super) fn username<'a>(exchange: &Exchange<'a>) -> Result<&'a str, Verdict> {
    if !exchange.is_for_user() {
        return Err(Verdict::does_not_apply("the token is not for a user"));
    }
    exchange.request.username.as_deref().filter(|name| !name.trim().is_empty()).ok_or_else(|| match exchange.grant {
        Some(Grant::Password) => exchange.missing_parameter("username"),
        _ => Verdict::does_not_apply("the request does not name the user"),
    })
}

/// The user whom the request names.
pub(super) fn user<'a>(exchange: &Exchange<'a>) -> Result<&'a User, Verdict> {
    let name = username(exchange)?;
    exchange.directory.user(name).ok_or_else(|| Verdict::not_reached("the user is not known"))
}
