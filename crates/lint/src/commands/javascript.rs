//! JavaScript in a step of a workflow: what it asks GitHub for a token.

use super::{Command, Kind, OidcProvider, OidcRequest};
use crate::source::{Place, Text, Why};

/// The function of GitHub's toolkit that gives a token.
const CALL: &str = "getIDToken(";

/// Every request for a token in a script.
pub(super) fn scan(script: Place, text: &str) -> Vec<Command> {
    let range = script.range();
    let mut found = Vec::new();
    let mut position = range.start;
    for line in text.get(range).unwrap_or_default().split_inclusive('\n') {
        if let Some(at) = line.find(CALL).filter(|at| !line.get(..*at).unwrap_or_default().contains("//")) {
            found.push(request(script, line, position, at));
        }
        position += line.len();
    }
    found
}

fn request(script: Place, line: &str, position: usize, at: usize) -> Command {
    let after = at + CALL.len();
    let rest = line.get(after..).unwrap_or_default();
    let length = rest.find(')').unwrap_or(rest.trim_end().len());
    let place = Place::new(script.file, position + at..position + after + length + 1);
    let written = rest.get(..length).unwrap_or_default();
    let start = position + after + written.len() - written.trim_start().len();
    let request = OidcRequest {
        provider: OidcProvider::GitHub,
        url: Text::unknown("ACTIONS_ID_TOKEN_REQUEST_URL", Why::NotGiven, place),
        audience: audience(written.trim(), Place::new(script.file, start..start + written.trim().len())),
        method: "GET".to_owned(),
        service_connection: None,
    };
    Command { place, receiver: None, repeated: false, kind: Kind::OidcRequest(request) }
}

/// The audience that is asked for; a variable is not known.
fn audience(written: &str, place: Place) -> Option<Text> {
    let quote = written.chars().next()?;
    let inside = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let known = inside.filter(|_| matches!(quote, '"' | '\'' | '`'));
    let range = place.range();
    Some(match known {
        Some(known) => Text::literal(known, Place::new(place.file, range.start + 1..range.end - 1)),
        None => Text::unknown(written, Why::Expression, place),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn the_audience_is_read() {
        let text = "const t = await core.getIDToken('api://x')\n// core.getIDToken('no')\ncore.getIDToken()\nf(core.getIDToken(aud))";
        let found = scan(Place::new(FileId(0), 0..text.len()), text);
        let audiences: Vec<Option<String>> = found
            .iter()
            .map(|command| match &command.kind {
                Kind::OidcRequest(request) => request.audience.as_ref().map(ToString::to_string),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(audiences, [Some("api://x".to_owned()), None, Some("${aud}".to_owned())]);
    }
}
