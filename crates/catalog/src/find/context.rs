//! What stands before a message and belongs to it: the login step, the request, the OAuth error.

use memchr::memmem;

use super::window::{BEFORE, View};
use super::{Fields, decode, message, prefix};

/// How far before a message its OAuth error and its copied ids are looked for, in bytes.
const NEAR: usize = 600;

/// How far before a message its request is looked for, in bytes.
const REQUEST: usize = 2_000;

/// The hosts of token endpoints.
const HOSTS: [&str; 7] = [
    "login.microsoftonline.com/",
    "login.microsoftonline.us/",
    "login.windows.net/",
    "login.chinacloudapi.cn/",
    "login.partner.microsoftonline.cn/",
    "login.microsoft.com/",
    "mtlsauth.microsoft.com/",
];

/// Tenants that name no tenant.
const SHARED_TENANTS: [&str; 3] = ["common", "organizations", "consumers"];

/// The `error` values of OAuth and of Entra.
const OAUTH_ERRORS: [&str; 17] = [
    "invalid_client",
    "invalid_request",
    "invalid_grant",
    "invalid_scope",
    "invalid_resource",
    "invalid_tenant",
    "invalid_instance",
    "invalid_token",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "interaction_required",
    "login_required",
    "consent_required",
    "access_denied",
    "temporarily_unavailable",
    "server_error",
];

/// Fills in what the message did not say from what stands before it.
pub(super) fn read_before(view: View<'_>, at: usize, federated: bool, fields: &mut Fields) {
    let before = view.before(at, BEFORE);
    let previous = last(before, b"AADSTS");
    let own = previous.map_or(0, |at| at + "AADSTS".len());
    let near = before.get(own.max(before.len().saturating_sub(NEAR))..).unwrap_or_default();
    if may_tell(near) {
        read_near(near, previous.is_none(), fields);
    }
    if fields.tenant.is_none() {
        fields.tenant = request_tenant(before.get(own.max(before.len().saturating_sub(REQUEST))..).unwrap_or_default());
    }
    read_login(before, federated, fields);
}

/// Whether decoding the text before a message is worth it.
fn may_tell(near: &[u8]) -> bool {
    let marks: [&[u8]; 4] = [b"_", b"orrelation", b"equest I", b"]:"];
    marks.iter().any(|mark| memmem::find(near, mark).is_some())
}

/// The OAuth error, and the ids of a block that a browser gives for copying.
fn read_near(near: &[u8], first: bool, fields: &mut Fields) {
    let text = decode::plain(near, 0);
    let text = text.as_str();
    if fields.oauth_error.is_none() {
        fields.oauth_error = oauth_error(text);
    }
    if fields.timestamp.is_none() {
        fields.timestamp = bracketed_time(text).map(str::to_owned);
    }
    let lower = text.to_ascii_lowercase();
    // Other ids may belong to the failure before.
    let copied = lower.contains("request id:") || first;
    if copied && fields.trace_id.is_none() && fields.correlation_id.is_none() {
        let id = |label| message::labelled(text, &lower, label).map(message::id).filter(|id| !id.is_empty());
        fields.trace_id = id("request id").or_else(|| id("trace id")).map(str::to_owned);
        fields.correlation_id = id("correlation id").map(str::to_owned);
        if fields.correlation_id.is_some() && fields.timestamp.is_none() {
            fields.timestamp = message::labelled(text, &lower, "timestamp").map(|time| message::time(time).to_owned());
        }
    }
}

/// The last OAuth error before the message, unless another object closed after it.
fn oauth_error(text: &str) -> Option<String> {
    let own = text.rsplit('}').next()?;
    let mut words = own.rsplit(|char: char| !char.is_ascii_lowercase() && char != '_');
    words.find(|word| OAUTH_ERRORS.contains(word)).map(str::to_owned)
}

/// The last place of a needle; the search forward is the one that is vectorised.
fn last(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memmem::find_iter(haystack, needle).last()
}

/// The OAuth error behind the message, where an object gives it last.
pub(super) fn oauth_error_behind(data: &str) -> Option<String> {
    let lower = data.to_ascii_lowercase();
    let error = message::keyed(data, &lower, "error").or_else(|| message::keyed(data, &lower, "errorcode"))?;
    OAUTH_ERRORS.contains(&error).then(|| error.to_owned())
}

/// `invalid_client: 700027 - [2021-06-10 22:21:00Z]: `, as MSAL for Node begins.
fn bracketed_time(text: &str) -> Option<&str> {
    let (_, inner) = text.trim_end().strip_suffix("]:")?.rsplit_once('[')?;
    prefix::iso_time(inner).filter(|length| *length == inner.len()).map(|_| inner)
}

/// The tenant of the last token request.
fn request_tenant(before: &[u8]) -> Option<String> {
    memmem::find(before, b"/oauth2")?;
    let text = decode::plain(before, 0);
    tenant_in(text.as_str())
}

/// The tenant in the last `https://{host}/{tenant}/oauth2…` of a text.
pub(super) fn tenant_in(text: &str) -> Option<String> {
    memmem::find(text.as_bytes(), b"/oauth2")?;
    let ends = HOSTS.iter().filter_map(|host| text.rfind(host).map(|at| at + host.len()));
    let path = text.get(ends.max()?..)?.trim_start_matches('/');
    let (tenant, rest) = path.split_once('/')?;
    let names_one = !tenant.is_empty() && tenant.len() <= 100 && !tenant.contains(char::is_whitespace);
    let request = rest.trim_start_matches('/').starts_with("oauth2");
    (names_one && request && !SHARED_TENANTS.contains(&tenant)).then(|| tenant.to_owned())
}

/// The inputs and the token details that the login action prints.
fn read_login(before: &[u8], federated: bool, fields: &mut Fields) {
    let details = federated && (fields.issuer.is_none() || fields.subject.is_none() || fields.audience.is_none());
    let block = if details { last(before, b"ederated token details") } else { None };
    let inputs = fields.application.is_none() || fields.tenant.is_none();
    let step = if inputs { last(before, b"client-id:").or_else(|| last(before, b"tenant-id:")) } else { None };
    let Some(start) = block.into_iter().chain(step).min() else { return };
    let start = memchr::memrchr(b'\n', before.get(..start).unwrap_or_default()).map_or(0, |end| end + 1);
    let text = decode::plain(before.get(start.saturating_sub(NEAR)..).unwrap_or_default(), 0);
    let lines = text.as_str().lines().map(|line| line.get(prefix::prefix(line).length..).unwrap_or_default().trim());
    let mut step = Fields::default();
    for line in lines {
        if line.starts_with("Run ") {
            step = Fields::default();
        }
        read_login_line(line, &mut step);
    }
    if contradicts(fields.subject.as_deref(), step.subject.as_deref()) {
        return;
    }
    if details {
        fill(&mut fields.issuer, step.issuer);
        fill(&mut fields.subject, step.subject);
        fill(&mut fields.audience, step.audience);
    }
    fill(&mut fields.application, step.application);
    fill(&mut fields.tenant, step.tenant);
}

/// Whether the login was for another subject, so that it belongs to another failure.
fn contradicts(told: Option<&str>, printed: Option<&str>) -> bool {
    let masked = |subject: &str| subject.contains("***");
    matches!((told, printed), (Some(told), Some(printed)) if told != printed && !masked(told) && !masked(printed))
}

fn read_login_line(line: &str, step: &mut Fields) {
    let line = line.strip_prefix("##[group]").unwrap_or(line);
    if line.contains("ederated token details") {
        (step.issuer, step.subject, step.audience) = (None, None, None);
    }
    let details =
        [("issuer - ", &mut step.issuer), ("subject claim - ", &mut step.subject), ("audience - ", &mut step.audience)];
    for (words, slot) in details {
        if let Some(value) = line.strip_prefix(words).map(str::trim).filter(|value| !value.is_empty()) {
            *slot = Some(value.to_owned());
        }
    }
    for (words, slot) in [("client-id:", &mut step.application), ("tenant-id:", &mut step.tenant)] {
        let value = line.strip_prefix(words).map(str::trim).unwrap_or_default().trim_matches(['"', '\'']);
        let told = !value.trim_matches('*').is_empty() && !value.contains(['$', ' ', '{']);
        if told {
            *slot = Some(value.to_owned());
        }
    }
}

fn fill(slot: &mut Option<String>, value: Option<String>) {
    if slot.is_none() {
        *slot = value;
    }
}
