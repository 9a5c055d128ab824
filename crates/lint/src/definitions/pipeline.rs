//! Pipelines of Data Factory, Synapse and Fabric: activities that ask Entra for a token themselves.

use crate::source::{Node, Place, Text};

use super::secret::{is_expression, is_given};

/// Hosts of the token endpoint.
const TOKEN_HOSTS: &[&str] = &[
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
];

/// A Web activity that asks Entra for a token.
#[derive(Debug)]
pub(crate) struct TokenRequest<'a> {
    /// The activity's name.
    pub(crate) name: &'a str,
    /// Its body.
    pub(crate) body: Place,
    /// It sends a user's password.
    pub(crate) password_grant: bool,
    /// It sends a client secret that is written in the pipeline.
    pub(crate) plain_secret: bool,
}

/// Whether an entry is a pipeline.
pub(super) fn is_pipeline(entry: &Node) -> bool {
    let activities = entry.at(&["properties", "activities"]).map(Node::items).unwrap_or_default();
    activities.iter().any(|activity| activity.get("type").is_some() && activity.get("name").is_some())
}

/// Every activity of a pipeline that asks for a token, at whatever depth.
pub(crate) fn token_requests(pipeline: &Node) -> Vec<TokenRequest<'_>> {
    let mut found = Vec::new();
    pipeline.walk(&mut |node| found.extend(token_request(node)));
    found
}

fn token_request(activity: &Node) -> Option<TokenRequest<'_>> {
    let kind = activity.known_at(&["type"])?;
    let settings = activity.get("typeProperties").filter(|_| matches!(kind, "WebActivity" | "WebHook" | "Web"))?;
    let address = ["url", "relativeUrl"].iter().find_map(|key| expression(settings.get(key)?))?.to_string();
    asks_for_token(&address).then_some(())?;
    let body = settings.get("body")?;
    let text = match expression(body) {
        Some(text) => text.to_string(),
        None => members(body),
    };
    let field = |name: &str| field(&text, name);
    Some(TokenRequest {
        name: activity.known_at(&["name"]).unwrap_or_default(),
        body: body.place,
        password_grant: field("grant_type").is_some_and(|grant| grant.eq_ignore_ascii_case("password")),
        plain_secret: field("client_secret").is_some_and(is_given),
    })
}

/// A text, or the text of an expression object.
fn expression(node: &Node) -> Option<&Text> {
    node.text().or_else(|| node.get("value")?.text())
}

fn asks_for_token(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let token = lower.contains("/oauth2/") && lower.contains("token");
    token && (TOKEN_HOSTS.iter().any(|host| lower.contains(host)) || !lower.contains("://"))
}

/// The fields of a body that is an object, as a form has them.
fn members(body: &Node) -> String {
    let pair = |(key, value): (&str, Option<&str>)| format!("{key}={}", value.unwrap_or_default());
    let pairs = body.entries().iter().map(|entry| pair((&entry.key, entry.value.known())));
    pairs.collect::<Vec<_>>().join("&")
}

/// The value of a field of a form, as it is written; none for one that an expression joins in with `concat`.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let is_end = |c: char| matches!(c, '&' | '\'' | '"' | '\n' | '\r');
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(name) {
        let begins = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if let Some(value) = after.strip_prefix('=').filter(|_| begins) {
            let end =
                if is_expression(value) && value.starts_with("@{") { value.find('}') } else { value.find(is_end) };
            let value = value.split_at(end.unwrap_or(value.len())).0.trim();
            return (!value.is_empty()).then_some(value);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_form() {
        let text = "grant_type=client_credentials&client_secret=@{activity('Get').output.value}&scope=x";
        assert_eq!(field(text, "grant_type"), Some("client_credentials"));
        assert!(field(text, "client_secret").is_some_and(|value| !is_given(value)));
        let joined = "@concat('grant_type=client_credentials&client_secret=', activity('Get').output.value)";
        assert_eq!(field(joined, "client_secret"), None);
        assert_eq!(field("client_secret=a", "secret"), None);
    }

    #[test]
    fn addresses_of_the_token_endpoint() {
        assert!(asks_for_token("https://login.microsoftonline.com/t/oauth2/v2.0/token"));
        assert!(asks_for_token(
            "@concat('https://login.microsoftonline.com/', pipeline().parameters.t, '/oauth2/token')"
        ));
        assert!(!asks_for_token("https://api.example.com/oauth2/token"));
    }
}
