//! Commands that create federated identity credentials.

use std::ops::Range;

use serde_json::Value as Json;

use super::arguments::Call;
use super::{Kind, Value};
use crate::model::{Credential, Origin};
use crate::source::{Piece, Place, Text, Unknown, Why};

/// What stands for an unknown piece while its text is read as JSON; the end of it, too.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// The audience that is meant where none is given.
const DEFAULT_AUDIENCE: &str = "api://AzureADTokenExchange";

/// What a command says of a credential.
#[derive(Default)]
struct Said {
    owner: Option<Text>,
    name: Option<Text>,
    issuer: Option<Text>,
    subject: Option<Text>,
    expression: Option<Text>,
    description: Option<Text>,
    audiences: Vec<Text>,
}

pub(super) fn from_azure_cli(call: &Call<'_>) -> Option<Kind> {
    let text = |names: &[&str]| call.option(names).map(|value| value.text);
    if call.begins(&["ad", "app", "federated-credential", "create"]) {
        let said = from_json(call, call.option(&["--parameters"])?)?;
        return finish(call, Said { owner: text(&["--id"]), ..said });
    }
    if call.begins(&["identity", "federated-credential", "create"]) {
        return finish(
            call,
            Said {
                owner: text(&["--identity-name"]),
                name: text(&["--name", "-n"]),
                issuer: text(&["--issuer"]),
                subject: text(&["--subject"]),
                expression: None,
                description: None,
                audiences: call.list(&["--audiences", "--audience"]).into_iter().map(|value| value.text).collect(),
            },
        );
    }
    if call.begins(&["rest"]) {
        let url = text(&["--uri", "--url", "-u"])?;
        let method = text(&["--method", "-m"])?;
        return from_request(call, &url, &method.known()?.to_uppercase());
    }
    None
}

/// A request to Graph that adds a credential.
pub(super) fn from_request(call: &Call<'_>, url: &Text, method: &str) -> Option<Kind> {
    let owner = owner_of(url)?;
    let body = call.option(&["--body", "-b", "-d", "--data", "--data-raw", "--data-binary", "--json"]);
    let body = body.or_else(|| call.parameter("Body", 1))?;
    (method == "POST").then_some(())?;
    finish(call, Said { owner: Some(owner), ..from_json(call, body)? })
}

/// `…/applications/{owner}/federatedIdentityCredentials`
fn owner_of(url: &Text) -> Option<Text> {
    let parts = super::http::split(url, '/');
    let at = parts.iter().rposition(|part| {
        part.known().is_some_and(|part| part.to_ascii_lowercase().starts_with("federatedidentitycredentials"))
    })?;
    parts.get(at.checked_sub(1)?).cloned()
}

pub(super) fn from_cmdlet(call: &Call<'_>) -> Option<Kind> {
    let text = |name: &str| call.parameter(name, name.len()).map(|value| value.text);
    let owner = match call.name() {
        "new-azadappfederatedcredential" => text("ApplicationObjectId"),
        "new-azfederatedidentitycredential" | "new-azfederatedidentitycredentials" => text("IdentityName"),
        "new-mgapplicationfederatedidentitycredential" => text("ApplicationId"),
        _ => return None,
    };
    if let Some(body) = call.parameter("BodyParameter", 4) {
        let said = if body.fields.is_empty() { from_json(call, body)? } else { from_fields(&body.fields) };
        return finish(call, Said { owner, ..said });
    }
    let audiences = call.parameter("Audience", 8).or_else(|| call.parameter("Audiences", 9));
    finish(
        call,
        Said {
            owner,
            name: text("Name"),
            issuer: text("Issuer"),
            subject: text("Subject"),
            expression: text("ClaimsMatchingExpressionValue"),
            description: text("Description"),
            audiences: audiences.map(|value| items(value).collect()).unwrap_or_default(),
        },
    )
}

/// The items of a list of PowerShell, or the value itself.
fn items(value: Value) -> impl Iterator<Item = Text> {
    let alone = value.fields.is_empty().then_some(value.text);
    alone.into_iter().chain(value.fields.into_iter().map(|(_, item)| item.text))
}

fn from_fields(fields: &[(String, Value)]) -> Said {
    let of = |name: &str| fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let text = |name: &str| of(name).map(|value| value.text.clone());
    let audiences = of("audiences").cloned().map(|value| items(value).collect()).unwrap_or_default();
    Said {
        owner: None,
        name: text("name"),
        issuer: text("issuer"),
        subject: text("subject"),
        expression: None,
        description: text("description"),
        audiences,
    }
}

/// The credential, where it is said what it trusts.
fn finish(call: &Call<'_>, said: Said) -> Option<Kind> {
    let place = call.place;
    let owner = said.owner?;
    let label = said.name.as_ref().map_or_else(|| call.name().to_owned(), Text::to_string);
    if said.subject.is_none() && said.expression.is_none() {
        return None;
    }
    let audiences =
        if said.audiences.is_empty() { vec![Text::literal(DEFAULT_AUDIENCE, place)] } else { said.audiences };
    Some(Kind::CredentialCreate(Box::new(Credential {
        place,
        owner,
        identity: 0,
        origin: Origin::Command,
        label,
        name: said.name,
        issuer: said.issuer?,
        subject: said.subject,
        audiences,
        expression: said.expression,
        description: said.description,
        repeated: false,
        unordered: false,
    })))
}

/// What a body says; an unknown piece of it is a piece of one of its texts.
fn from_json(call: &Call<'_>, body: Value) -> Option<Said> {
    let body = call.content(body)?;
    if !body.fields.is_empty() {
        return Some(from_fields(&body.fields));
    }
    let (written, unknowns) = without_unknowns(&body.text);
    let json: Json =
        serde_json::from_str(written.trim()).or_else(|_| serde_json::from_str(&unescaped(&written))).ok()?;
    let read = |value: &Json, name: &str| {
        let written = value.as_str()?;
        Some(filled(written, &unknowns, place_of(call, body.text.place, name, written)))
    };
    let text = |name: &str| json.get(name).and_then(|value| read(value, name));
    let audiences = json.get("audiences").and_then(Json::as_array).into_iter().flatten();
    let expression = json.get("claimsMatchingExpression").and_then(|expression| expression.get("value"));
    Some(Said {
        owner: None,
        name: text("name"),
        issuer: text("issuer"),
        subject: text("subject"),
        expression: expression.and_then(|value| read(value, "value")),
        description: text("description"),
        audiences: audiences.filter_map(|value| read(value, "audiences")).collect(),
    })
}

/// `{\"name\": …}`, as it is passed on from PowerShell.
fn unescaped(written: &str) -> String {
    written.replace("\\\"", "\"")
}

fn without_unknowns(text: &Text) -> (String, Vec<Unknown>) {
    let (mut written, mut unknowns) = (String::new(), Vec::new());
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => written.push_str(&literal),
            Piece::Unknown(unknown) => {
                written.extend([OPEN.to_string(), unknowns.len().to_string(), CLOSE.to_string()]);
                unknowns.push(unknown);
            }
        }
    }
    (written, unknowns)
}

fn filled(written: &str, unknowns: &[Unknown], place: Place) -> Text {
    let mut pieces = Vec::new();
    for (at, part) in written.split(OPEN).enumerate() {
        match part.split_once(CLOSE) {
            Some((index, literal)) if at > 0 => {
                let missing = || Unknown { symbol: index.to_owned(), why: Why::Expression };
                let unknown = index.parse().ok().and_then(|index: usize| unknowns.get(index).cloned());
                pieces.push(Piece::Unknown(unknown.unwrap_or_else(missing)));
                pieces.push(Piece::Literal(literal.to_owned()));
            }
            _ => pieces.push(Piece::Literal(part.to_owned())),
        }
    }
    Text::of(pieces, place)
}

/// Where the value of a key stands within a body; the body as a whole where it is not found.
fn place_of(call: &Call<'_>, body: Place, key: &str, value: &str) -> Place {
    let raw = call.cursor.between(body.range());
    let found = || -> Option<Range<usize>> {
        let keys = [format!("\"{key}\""), format!("\\\"{key}\\\""), format!("'{key}'")];
        let after = keys.iter().find_map(|key| raw.find(key.as_str()).map(|at| at + key.len()))?;
        let known = value.split(OPEN).next().filter(|value| !value.is_empty())?;
        let at = after + raw.get(after..)?.find(known)?;
        let rest = raw.get(at..)?;
        let length = if known == value { known.len() } else { rest.find(['"', '\n']).unwrap_or(known.len()) };
        let start = body.range().start + at;
        Some(start..start + length)
    };
    found().map_or(body, |range| call.cursor.place_of(range))
}
