//! The values that messages carry in their sentences.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::Fields;
use super::prefix::iso_time;

/// The longest value that is lifted out, in bytes.
const MAX_VALUE: usize = 600;

/// Which field a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Issuer,
    Subject,
    Audience,
    Application,
    Tenant,
    Resource,
    Key,
    CurrentTime,
    ValidFrom,
    Expires,
}

/// How a value is written.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// In quotes.
    Quoted,
    /// In quotes, or up to the next blank.
    Word,
    /// In quotes, or up to these words.
    Until(&'static str),
    /// A time.
    Time,
}

/// The words before a value, in lower case; the first rule that finds a value for its field wins.
const RULES: [(&str, Field, Shape); 55] = [
    ("assertion issuer: ", Field::Issuer, Shape::Quoted),
    ("assertion issuer ", Field::Issuer, Shape::Quoted),
    ("issued by issuer ", Field::Issuer, Shape::Quoted),
    ("credentials issued by ", Field::Issuer, Shape::Quoted),
    ("federation realm object ", Field::Issuer, Shape::Quoted),
    ("metadata of identity provider ", Field::Issuer, Shape::Word),
    ("assertion subject: ", Field::Subject, Shape::Quoted),
    ("assertion subject ", Field::Subject, Shape::Quoted),
    ("assertion audience: ", Field::Audience, Shape::Quoted),
    ("assertion audience ", Field::Audience, Shape::Quoted),
    ("application with identifier ", Field::Application, Shape::Quoted),
    ("client application ", Field::Application, Shape::Quoted),
    ("the client application ", Field::Application, Shape::Until(" is missing service principal")),
    ("the client ", Field::Application, Shape::Quoted),
    ("for app id ", Field::Application, Shape::Quoted),
    ("for app ", Field::Application, Shape::Quoted),
    ("to app ", Field::Application, Shape::Quoted),
    ("access the application ", Field::Application, Shape::Quoted),
    ("the application with id ", Field::Application, Shape::Quoted),
    ("policy found on application (", Field::Application, Shape::Until(")")),
    ("/applications/", Field::Application, Shape::Until("'")),
    ("the requested application ", Field::Application, Shape::Quoted),
    ("the application ", Field::Application, Shape::Quoted),
    ("application ", Field::Application, Shape::Quoted),
    ("client id ", Field::Application, Shape::Quoted),
    ("application id ", Field::Application, Shape::Quoted),
    ("in the directory ", Field::Tenant, Shape::Word),
    ("tenant identifier ", Field::Tenant, Shape::Quoted),
    ("in the tenant named ", Field::Tenant, Shape::Until(". ")),
    ("missing service principal in the tenant ", Field::Tenant, Shape::Word),
    ("is disabled in tenant ", Field::Tenant, Shape::Word),
    ("exist in tenant ", Field::Tenant, Shape::Quoted),
    ("use in tenant ", Field::Tenant, Shape::Word),
    ("does not exist in the ", Field::Tenant, Shape::Until(" directory")),
    ("service namespace named ", Field::Tenant, Shape::Quoted),
    ("the tenant ", Field::Tenant, Shape::Quoted),
    ("tenant ", Field::Tenant, Shape::Quoted),
    ("resource principal named ", Field::Resource, Shape::Until(" was not found")),
    ("application named ", Field::Resource, Shape::Until(" was not found")),
    ("for resource ", Field::Resource, Shape::Quoted),
    ("resource application ", Field::Resource, Shape::Quoted),
    ("value for scope ", Field::Resource, Shape::Until(" is not valid")),
    ("the scope ", Field::Resource, Shape::Until(" is not valid")),
    ("input parameter scope ", Field::Resource, Shape::Quoted),
    ("authentication to access ", Field::Resource, Shape::Quoted),
    ("to access the resource ", Field::Resource, Shape::Quoted),
    ("the resource ", Field::Resource, Shape::Quoted),
    ("thumbprint of key used by client: ", Field::Key, Shape::Quoted),
    ("certificate with identifier ", Field::Key, Shape::Until(" used to sign")),
    ("key identifier ", Field::Key, Shape::Quoted),
    ("key id ", Field::Key, Shape::Quoted),
    ("current time: ", Field::CurrentTime, Shape::Time),
    ("assertion valid from ", Field::ValidFrom, Shape::Time),
    ("expiry time of assertion ", Field::Expires, Shape::Time),
    ("expiration time of assertion ", Field::Expires, Shape::Time),
];

static WORDS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(RULES.map(|(words, ..)| words)).ok());

/// Lifts out what the sentences of a message say.
pub(super) fn read_message(message: &str, fields: &mut Fields) {
    let Some(words) = WORDS.as_ref() else { return };
    let mut found: Vec<_> =
        words.find_overlapping_iter(message).map(|words| (words.pattern().as_usize(), words.range())).collect();
    found.sort_by_key(|(rule, words)| (*rule, words.start));
    for (rule, words) in found {
        let Some((_, field, shape)) = RULES.get(rule).filter(|(_, field, _)| slot(fields, *field).is_none()) else {
            continue;
        };
        if let Some((value, rest)) = value_behind(message, words, *shape) {
            *slot(fields, *field) = Some(value.to_owned());
            if *field == Field::Application {
                fields.application_name = name_behind(rest).map(str::to_owned);
            }
        }
    }
    read_role(message, fields);
}

/// `Application 'a'(A) is not assigned to a role for the application 'b'(B)`: the second is the resource.
fn read_role(message: &str, fields: &mut Fields) {
    let (own, role) = ("Application ", "role for the application ");
    let Some(at) = message.find(role).filter(|_| message.starts_with(own)) else { return };
    if let Some((value, rest)) = value_behind(message, 0..own.len(), Shape::Quoted) {
        fields.application = Some(value.to_owned());
        fields.application_name = name_behind(rest).map(str::to_owned);
    }
    let resource = value_behind(message, at..at + role.len(), Shape::Quoted);
    fields.resource = resource.map(|(value, _)| value.to_owned());
}

fn slot(fields: &mut Fields, field: Field) -> &mut Option<String> {
    match field {
        Field::Issuer => &mut fields.issuer,
        Field::Subject => &mut fields.subject,
        Field::Audience => &mut fields.audience,
        Field::Application => &mut fields.application,
        Field::Tenant => &mut fields.tenant,
        Field::Resource => &mut fields.resource,
        Field::Key => &mut fields.key,
        Field::CurrentTime => &mut fields.current_time,
        Field::ValidFrom => &mut fields.valid_from,
        Field::Expires => &mut fields.expires,
    }
}

/// The value behind some words and what follows it.
fn value_behind(message: &str, words: Range<usize>, shape: Shape) -> Option<(&str, &str)> {
    let before = message.get(..words.start)?.chars().next_back();
    let inside =
        message.get(words.clone())?.starts_with(char::is_alphanumeric) && before.is_some_and(char::is_alphanumeric);
    let (value, rest) = value(message.get(words.end..)?, shape)?;
    (!inside && !value.is_empty() && value.len() <= MAX_VALUE).then_some((value, rest))
}

fn value(text: &str, shape: Shape) -> Option<(&str, &str)> {
    if let Some(found) = quoted(text) {
        return Some(found);
    }
    match shape {
        Shape::Quoted => None,
        Shape::Word => {
            let word = text.split_whitespace().next()?;
            Some((word.trim_end_matches(['.', ',', ';', ')']), text.get(word.len()..)?))
        }
        Shape::Until(words) => match text.find(words) {
            Some(end) => Some((text.get(..end)?.trim(), text.get(end..)?)),
            None if words == ". " => Some((text.trim_end_matches('.'), "")),
            None => None,
        },
        Shape::Time => {
            let length = iso_time(text).unwrap_or_else(|| text.find([',', ' ']).unwrap_or(text.len()));
            Some((text.get(..length)?.trim_end_matches('.'), text.get(length..)?))
        }
    }
}

/// A value in quotes of any kind, or one that was masked together with its quotes.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(*quote, '\'' | '"' | '`' | char::REPLACEMENT_CHARACTER));
    let Some(quote) = quote else {
        let masked = text.len() - text.trim_start_matches('*').len();
        return (masked >= 3).then(|| Some((text.get(..masked)?, text.get(masked..)?)))?;
    };
    let body = text.get(quote.len_utf8()..)?;
    let closes = |at: usize| {
        let after = body.get(at + quote.len_utf8()..).and_then(|rest| rest.chars().next());
        after.is_none_or(|char| !char.is_alphanumeric())
    };
    let end = body.match_indices(quote).map(|(at, _)| at).find(|at| closes(*at))?;
    Some((body.get(..end)?.trim_matches('`'), body.get(end + quote.len_utf8()..)?))
}

/// `(name)` directly behind a quoted id, or `named 'name'`.
fn name_behind(rest: &str) -> Option<&str> {
    if let Some(named) = rest.strip_prefix(" named ") {
        return quoted(named).map(|(name, _)| name);
    }
    let name = rest.strip_prefix('(')?.split(')').next()?;
    (!name.is_empty() && name.len() <= 200 && rest.contains(')')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_lifted_out_of_sentences() {
        let field = |field: fn(&Fields) -> &Option<String>| field;
        for (message, slot, value) in [
            (
                "No matching record found for presented assertion issuer 'https://i/'.",
                field(|f| &f.issuer),
                "https://i/",
            ),
            ("tokens issued by issuer 'https://i/v2.0' may not be used", field(|f| &f.issuer), "https://i/v2.0"),
            (
                "Federated identity credentials issued by 'https://i/' for applications",
                field(|f| &f.issuer),
                "https://i/",
            ),
            ("in the metadata of identity provider https://i/. Please", field(|f| &f.issuer), "https://i/"),
            ("Assertion Subject: 'repo:o/r:pull_request'. Assertion", field(|f| &f.subject), "repo:o/r:pull_request"),
            ("presented assertion subject '****'. Check", field(|f| &f.subject), "****"),
            ("presented assertion audience 'api://x'. Check", field(|f| &f.audience), "api://x"),
            ("Application with identifier 'a' was not found", field(|f| &f.application), "a"),
            ("The client 'a'(My app) has no configured", field(|f| &f.application), "a"),
            ("The client 'a'(My app) has no configured", field(|f| &f.application_name), "My app"),
            (
                "The client application a-1 is missing service principal in the tenant t-1.",
                field(|f| &f.application),
                "a-1",
            ),
            ("The client application a-1 is missing service principal in the tenant t-1.", field(|f| &f.tenant), "t-1"),
            ("keys for app 'a' are expired", field(|f| &f.application), "a"),
            ("query for 'https://graph.microsoft.com/beta/applications/a-1' to see", field(|f| &f.application), "a-1"),
            ("was not found in the directory 'Contoso Ltd'. This", field(|f| &f.tenant), "Contoso Ltd"),
            ("was not found in the directory contoso.com", field(|f| &f.tenant), "contoso.com"),
            ("Tenant 'x' not found. Check", field(|f| &f.tenant), "x"),
            ("was not found in the tenant named Contoso Ltd. This can", field(|f| &f.tenant), "Contoso Ltd"),
            ("The resource principal named api://r 1 was not found in", field(|f| &f.resource), "api://r 1"),
            ("The provided value for scope User.Read is not valid. Client", field(|f| &f.resource), "User.Read"),
            ("Application 'a'(A) is not assigned to a role for the application 'b'(B).", field(|f| &f.resource), "b"),
            (
                "Application 'a'(A) is not assigned to a role for the application 'b'(B).",
                field(|f| &f.application),
                "a",
            ),
            ("user 'u' is not assigned to a role for the application 'b'(B).", field(|f| &f.application), "b"),
            ("Thumbprint of key used by client: 'AB12', Please", field(|f| &f.key), "AB12"),
            ("The certificate with identifier AB12 used to sign the federated", field(|f| &f.key), "AB12"),
            ("Current time: 2026-02-03T10:15:02.01Z, expiry", field(|f| &f.current_time), "2026-02-03T10:15:02.01Z"),
            (
                "assertion valid from 2026-02-03T10:15:02.01Z, expiry",
                field(|f| &f.valid_from),
                "2026-02-03T10:15:02.01Z",
            ),
            (
                "expiry time of assertion 2026-02-03T10:15:02.01Z. Review",
                field(|f| &f.expires),
                "2026-02-03T10:15:02.01Z",
            ),
        ] {
            let mut fields = Fields::default();
            read_message(message, &mut fields);
            assert_eq!(slot(&fields).as_deref(), Some(value), "{message}");
        }
    }

    #[test]
    fn nothing_is_made_up() {
        for message in [
            "The certificate with identifier used to sign the client assertion is not registered on application.",
            "presented assertion subject 'cut off in the mid",
            "Assertion audience does not match the Client app presenting the assertion.",
            "wrong tenant.",
        ] {
            let mut fields = Fields::default();
            read_message(message, &mut fields);
            assert_eq!(fields, Fields::default(), "{message}");
        }
    }
}
