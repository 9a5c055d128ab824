//! What is wrong with a credential by itself.

use std::collections::BTreeMap;

use fedlens_issuers::{Oddity, OddityKind, SubjectFault, SubjectFaultKind, issuer_oddities, subject_fault};

use super::Credential;
use crate::source::{Piece, Text};

/// What a piece that is not known may turn out to be: a name, a path, a ref, a number, an id, an encoded id.
const STAND_INS: [&str; 6] = ["contoso", "contoso/shop", "refs/heads/main", "17", SOME_ID, "v4j5cvGGr0GRqy180BHbRw"];
/// What the last piece may be besides: a context.
const CONTEXTS: [&str; 2] = ["ref:refs/heads/main", "pull_request"];
/// An id of no tenant and no cluster.
const SOME_ID: &str = "00000000-0000-4000-8000-000000000000";
/// How many pieces are tried.
const MOST_PIECES: usize = 3;

impl Credential {
    /// What is odd about its issuer. Of one that is known in part, only what the rest cannot mend; of a placeholder,
    /// nothing.
    pub fn issuer_oddities(&self) -> Vec<Oddity> {
        if let Some(known) = self.issuer.known() {
            return if is_placeholder(known) { Vec::new() } else { issuer_oddities(known) };
        }
        let pieces = self.issuer.pieces();
        let whole_host = matches!(pieces.first(), Some(Piece::Literal(text)) if text.matches('/').count() >= 3);
        if !whole_host || !matches!(pieces.last(), Some(Piece::Literal(_))) {
            return Vec::new();
        }
        let filled = filled(&self.issuer, &BTreeMap::new());
        let certain = |odd: &Oddity| matches!(odd.kind, OddityKind::TrailingSlash | OddityKind::Metadata);
        issuer_oddities(&filled).into_iter().filter(certain).collect()
    }

    /// What is wrong with its subject, whatever the unknown pieces turn out to be.
    pub fn subject_fault(&self) -> Option<SubjectFault> {
        let subject = self.subject.as_ref().filter(|_| self.expression.is_none())?;
        let issuer = self.issuer.known().unwrap_or_default();
        let pieces = subject.pieces();
        if let Some(Piece::Unknown(_)) = pieces.first() {
            let fault = subject_fault(issuer, &filled(subject, &BTreeMap::new()));
            return fault.filter(|fault| fault.kind == SubjectFaultKind::Wildcard);
        }
        let choices = choices(&pieces);
        if choices.len() > MOST_PIECES {
            return None;
        }
        let mut found: Vec<SubjectFault> = Vec::new();
        for at in 0..choices.values().map(Vec::len).product() {
            found.push(subject_fault(issuer, &filled(subject, &choice(&choices, at)))?);
        }
        let best = found.iter().position(|fault| fault.instead.is_some()).unwrap_or_default();
        let fault = (best < found.len()).then(|| found.swap_remove(best))?;
        Some(if choices.is_empty() { fault } else { SubjectFault { instead: None, ..fault } })
    }
}

/// What each symbol may stand for.
fn choices(pieces: &[Piece]) -> BTreeMap<&str, Vec<&'static str>> {
    let mut choices = BTreeMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        if let Piece::Unknown(unknown) = piece {
            let contexts = if at + 1 == pieces.len() { &CONTEXTS[..] } else { &[] };
            choices.insert(unknown.symbol.as_str(), [&STAND_INS, contexts].concat());
        }
    }
    choices
}

/// One choice of all of them.
fn choice<'s>(choices: &BTreeMap<&'s str, Vec<&'static str>>, mut at: usize) -> BTreeMap<&'s str, &'static str> {
    let mut chosen = BTreeMap::new();
    for (symbol, values) in choices {
        chosen.extend(values.get(at % values.len().max(1)).map(|value| (*symbol, *value)));
        at /= values.len().max(1);
    }
    chosen
}

/// The text with values in place of what is not known.
fn filled(text: &Text, values: &BTreeMap<&str, &'static str>) -> String {
    let piece = |piece: Piece| match piece {
        Piece::Literal(text) => text,
        Piece::Unknown(unknown) => values.get(unknown.symbol.as_str()).copied().unwrap_or(SOME_ID).to_owned(),
    };
    text.pieces().into_iter().map(piece).collect()
}

/// Whether a value is what documentation and templates write in place of one.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let marks = ["<", ">", "{", "}", "$", "__", "…", "***"];
    let shouted = text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_lowercase) && text.contains('_');
    shouted || marks.iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Origin;
    use crate::source::{FileId, Place, Unknown, Why};

    /// The fault of `repo:${a}/shop` and the like.
    fn fault(issuer: &str, written: &str) -> bool {
        let place = Place::new(FileId(0), 0..0);
        let pieces = written.split('|').map(|part| match part.strip_prefix('$') {
            Some(symbol) => Piece::Unknown(Unknown { symbol: symbol.to_owned(), why: Why::NotGiven }),
            None => Piece::Literal(part.to_owned()),
        });
        let subject = Text::of(pieces, place);
        let credential = Credential {
            place,
            owner: Text::literal("", place),
            identity: 0,
            origin: Origin::Bicep,
            label: String::new(),
            name: None,
            issuer: Text::literal(issuer, place),
            subject: Some(subject),
            audiences: Vec::new(),
            expression: None,
            description: None,
            repeated: false,
            unordered: false,
        };
        credential.subject_fault().is_some()
    }

    #[test]
    fn unknown_pieces_may_be_right() {
        const GITHUB: &str = "https://token.actions.githubusercontent.com";
        const ENTRA: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
        for (issuer, subject) in [
            (GITHUB, "$subject"),
            (GITHUB, "repo:|$repo|:|$context"),
            (GITHUB, "repo:|$owner|/|$name|:ref:|$ref"),
            (GITHUB, "repo:|$repo|:ref:refs/heads/|$branch"),
            (GITHUB, "repo:|$repo|:environment:|$name"),
            (GITHUB, "repo:|$owner|@|$owner_id|/shop@|$id|:environment:prod"),
            (ENTRA, "/eid1/c/pub/t/|$tenant|/a/rISbSSETf0KqFyZ8ppdXmA/sc/|$organisation|/|$connection"),
        ] {
            assert!(!fault(issuer, subject), "{subject}");
        }
        for subject in
            ["repo:|$repo|:pull-request", "repo:|$owner|/|$name|:refs/heads/main", "repo:|$repo|:ref:refs/heads/*"]
        {
            assert!(fault(GITHUB, subject), "{subject}");
        }
    }
}
