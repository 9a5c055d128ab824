//! How an assertion and a credential go together, field by field.

use fedlens_token::Claims;
use fedlens_trust::flexible::Expression;
use serde_json::json;

use super::{Candidate, Credential, Workload};
use crate::source::{Agreement, Piece, Text};

/// How an assertion and a credential go together, field by field.
#[derive(Clone, Copy)]
pub(super) struct Fit {
    pub(super) issuer: Agreement,
    pub(super) audience: Agreement,
    pub(super) subject: Agreement,
}

impl Fit {
    fn fields(self) -> [Agreement; 3] {
        [self.issuer, self.audience, self.subject]
    }

    pub(super) fn is(self, wanted: Agreement) -> bool {
        match wanted {
            Agreement::Equal => self.fields().iter().all(|field| *field == Agreement::Equal),
            Agreement::Different => self.fields().contains(&Agreement::Different),
            Agreement::Open => !self.is(Agreement::Equal) && !self.is(Agreement::Different),
        }
    }
}

/// Compares the two.
pub(super) fn fit(workload: &Workload, candidate: &Candidate, credential: &Credential) -> Fit {
    let audience = credential.audiences.iter().map(|own| workload.audience.agrees(own));
    Fit {
        issuer: workload.issuer.agrees(&credential.issuer),
        audience: best(audience),
        subject: best(candidate.subjects.iter().map(|subject| fits_subject(subject, &workload.issuer, credential))),
    }
}

/// Whether a workload may send what a credential trusts as its subject.
pub(super) fn sends(workload: &Workload, credential: &Credential) -> bool {
    let mut subjects = workload.candidates.iter().flat_map(|candidate| &candidate.subjects);
    subjects.any(|subject| fits_subject(subject, &workload.issuer, credential) != Agreement::Different)
}

/// One that fits is enough.
fn best(found: impl Iterator<Item = Agreement>) -> Agreement {
    let mut best = Agreement::Different;
    for agreement in found {
        match agreement {
            Agreement::Equal => return Agreement::Equal,
            Agreement::Open => best = Agreement::Open,
            Agreement::Different => {}
        }
    }
    best
}

fn fits_subject(subject: &Text, issuer: &Text, credential: &Credential) -> Agreement {
    match (&credential.subject, &credential.expression) {
        (Some(own), _) => subject.agrees(own),
        (None, Some(expression)) => fits_expression(subject, issuer, expression),
        (None, None) => Agreement::Open,
    }
}

/// Only the subject is at hand; an expression that looks at other claims too stays open unless the subject fails it.
fn fits_expression(subject: &Text, issuer: &Text, expression: &Text) -> Agreement {
    let Some(expression) = expression.known() else { return Agreement::Open };
    let Ok(expression) = Expression::parse(expression) else { return Agreement::Different };
    if issuer.known().is_some_and(|issuer| expression.check_issuer(issuer).is_err()) {
        return Agreement::Different;
    }
    let mut all = Agreement::Equal;
    for comparison in &expression.comparisons {
        let agreement = match (comparison.claim.as_str(), subject.known()) {
            ("sub", Some(known)) => holds(comparison, known),
            ("sub", None) => holds_for_some(comparison, subject),
            _ => Agreement::Open,
        };
        match agreement {
            Agreement::Different => return Agreement::Different,
            Agreement::Open => all = Agreement::Open,
            Agreement::Equal => {}
        }
    }
    all
}

fn holds(comparison: &fedlens_trust::flexible::Comparison, subject: &str) -> Agreement {
    let claims = serde_json::from_value::<Claims>(json!({ "sub": subject }));
    match claims.is_ok_and(|claims| comparison.holds(&claims)) {
        true => Agreement::Equal,
        false => Agreement::Different,
    }
}

/// A subject that is not all known: it fits a pattern whatever is put in where the pattern has only a star there;
/// a conflict of the two beginnings rules it out.
fn holds_for_some(comparison: &fedlens_trust::flexible::Comparison, subject: &Text) -> Agreement {
    let fixed = comparison.comparand.split(['*', '?']).next().unwrap_or_default();
    let begins = match subject.pieces().first() {
        Some(Piece::Literal(text)) => text.clone(),
        _ => String::new(),
    };
    if !begins.starts_with(fixed) && !fixed.starts_with(&begins) {
        return Agreement::Different;
    }
    // Two very different fillings that both fit are taken for all of them.
    let fillings = ["x", "0-y/z.w"].map(|filling| {
        let text: String = subject
            .pieces()
            .into_iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text,
                Piece::Unknown(_) => filling.to_owned(),
            })
            .collect();
        holds(comparison, &text)
    });
    if fillings.iter().all(|found| *found == Agreement::Equal) { Agreement::Equal } else { Agreement::Open }
}

/// What keeps a pair from being judged, in a sentence.
pub(super) fn unknown(workload: &Workload, candidate: &Candidate, credential: &Credential) -> String {
    let open = |subject: &&Text| fits_subject(subject, &workload.issuer, credential) == Agreement::Open;
    let subject = candidate.subjects.iter().find(open).or(candidate.subjects.first());
    let texts = [
        Some((&workload.issuer, Some(&credential.issuer))),
        Some((&workload.audience, credential.audiences.first())),
        subject.map(|subject| (subject, credential.subject.as_ref())),
    ];
    for (own, trusted) in texts.into_iter().flatten() {
        if trusted.is_some_and(|trusted| own.agrees(trusted) == Agreement::Equal) {
            continue;
        }
        let first = own.unknowns().chain(trusted.into_iter().flat_map(Text::unknowns)).next();
        if let Some(unknown) = first {
            return format!("`{}` {}", unknown.symbol, unknown.why.as_str());
        }
    }
    "the expression of the credential looks at claims that are not known before the run".to_owned()
}
