//! A refusal, set beside the credential that was most likely meant.

use std::cmp::Reverse;
use std::collections::HashSet;

use fedlens_issuers::{Difference, Subject, compare, compare_issuers, nearest, parse_subject};
use fedlens_token::Claims;
use fedlens_trust::{
    Application, Assertion, ClaimsMatchingExpression, Directory, FederatedIdentityCredential, Policy, Refusal,
    TokenRequest, View, decide,
};
use jiff::Timestamp;
use serde_json::json;

use super::fit::{Fit, fit};
use super::{Candidate, Credential, Field, Refused, Workload};
use crate::source::{Agreement, Piece, Text};

/// How many credentials are compared part by part; the others are too far off to be meant.
const MOST_COMPARED: usize = 16;

/// A sign-in that no credential fits.
pub(super) struct Asked<'a> {
    pub(super) workload: &'a Workload,
    pub(super) candidate: &'a Candidate,
    /// The credentials that it could have met.
    pub(super) targets: &'a [usize],
    pub(super) settled: bool,
    /// Credentials that accept some workload.
    pub(super) taken: &'a HashSet<usize>,
}

/// The refusal that Entra would give, next to the credential that was most likely meant.
pub(super) fn refused(asked: &Asked<'_>, credentials: &[Credential], subjects: &[String]) -> Option<Refused> {
    let Asked { workload, candidate, targets, settled, .. } = asked;
    let fits: Vec<(usize, [bool; 2])> =
        (targets.iter()).filter_map(|at| Some((*at, rank(fit(workload, candidate, credentials.get(*at)?))))).collect();
    let closest = fits.iter().map(|(_, rank)| *rank).min()?;
    let near = fits.into_iter().filter(|(_, rank)| *rank == closest).map(|(at, _)| at).collect();
    let near = most_alike(candidate, subjects, near);
    let (credential, subject) = nearest_subject(asked, credentials, &near)?;
    let trusted = credentials.get(credential)?;
    let presented = Presented::of(workload, &subject, trusted);
    let code = presented.refusal(near.iter().filter_map(|at| credentials.get(*at)));
    let shared = asked.taken.contains(&credential);
    Some(Refused { shared, ..presented.explained(code, credential, trusted, *settled) })
}

/// Entra compares the issuer first, then the audience, then the subject.
fn rank(fit: Fit) -> [bool; 2] {
    [fit.issuer == Agreement::Different, fit.audience == Agreement::Different]
}

/// The credentials that read most like what is sent, where there are many.
fn most_alike(candidate: &Candidate, subjects: &[String], mut near: Vec<usize>) -> Vec<usize> {
    if near.len() > MOST_COMPARED {
        let forms: Vec<String> = candidate.subjects.iter().map(Text::to_string).collect();
        let alike = |at: &usize| {
            let subject = subjects.get(*at).map(String::as_str).unwrap_or_default();
            forms.iter().map(|form| in_common(form, subject)).max()
        };
        near.sort_by_cached_key(|at| Reverse(alike(at)));
        near.truncate(MOST_COMPARED);
        near.sort_unstable();
    }
    near
}

/// How many letters two texts begin and end with alike, whatever their case.
fn in_common(a: &str, b: &str) -> usize {
    let same = |(a, b): &(u8, u8)| a.eq_ignore_ascii_case(b);
    let start = a.bytes().zip(b.bytes()).take_while(same).count();
    let end = a.bytes().rev().zip(b.bytes().rev()).take_while(same).count();
    start + end.min(a.len().min(b.len()) - start)
}

/// The credential whose subject comes nearest, and which of the candidate's forms it comes nearest to.
fn nearest_subject(asked: &Asked<'_>, credentials: &[Credential], near: &[usize]) -> Option<(usize, String)> {
    let best = nearest_of(asked, credentials, near)?;
    let unused: Vec<usize> = near.iter().copied().filter(|at| !asked.taken.contains(at)).collect();
    // Of two that are as near, the one is meant that nobody uses.
    let other = nearest_of(asked, credentials, &unused).filter(|other| other.rank <= best.rank);
    let chosen = other.unwrap_or(best);
    Some((chosen.credential, chosen.form))
}

/// A credential with the form of the subject that it was compared with.
struct Nearest {
    credential: usize,
    form: String,
    /// Whether more than the letter case differs, in how many parts, and whether it is of another kind.
    rank: (bool, usize, bool),
}

fn nearest_of(asked: &Asked<'_>, credentials: &[Credential], among: &[usize]) -> Option<Nearest> {
    let issuer = asked.workload.issuer.known();
    let configured: Vec<String> = among
        .iter()
        .map(|at| credentials.get(*at).and_then(|credential| credential.subject.as_ref()).map(Text::to_string))
        .map(Option::unwrap_or_default)
        .collect();
    // A form that some credential already has the shape of, such as numeric ids, is the one to compare with.
    let forms = asked.candidate.subjects.iter().flat_map(|form| {
        let completed = configured.iter().filter_map(|trusted| completed(form, trusted));
        completed.chain([with_ids(form, &configured)]).collect::<Vec<_>>()
    });
    let ranked = forms.filter_map(|form| {
        let configured: Vec<String> = configured.iter().map(|subject| with_names(subject, &form)).collect();
        let found = nearest(issuer, &form, configured.iter().map(String::as_str))?;
        let rank = found.difference.as_ref().map_or((true, 0, false), |difference| {
            let other_kind = ["github.subject.environment-vs-ref", "github.subject.pull-request"];
            let case = difference.cause == "fic.subject.case";
            (!case, difference.parts.len(), other_kind.contains(&difference.cause))
        });
        Some(Nearest { credential: among.get(found.index).copied()?, form, rank })
    });
    ranked.min_by_key(|found| found.rank)
}

/// A subject with what is not known of it taken from one that differs in nothing but letter case.
fn completed(subject: &Text, trusted: &str) -> Option<String> {
    let lower = |text: &str| text.to_ascii_lowercase();
    let pieces: Vec<Piece> = subject
        .pieces()
        .into_iter()
        .map(|piece| match piece {
            Piece::Literal(text) => Piece::Literal(lower(&text)),
            unknown @ Piece::Unknown(_) => unknown,
        })
        .collect();
    let values = Text::of(pieces, subject.place).fill_from(&lower(trusted))?;
    let mut rest = trusted;
    let mut whole = String::new();
    for piece in subject.pieces() {
        let (own, length) = match &piece {
            Piece::Literal(text) => (Some(text.as_str()), text.len()),
            Piece::Unknown(unknown) => {
                (None, values.iter().find(|(symbol, _)| *symbol == unknown.symbol).map(|(_, value)| value.len())?)
            }
        };
        let (taken, left) = rest.split_at_checked(length)?;
        whole.push_str(own.unwrap_or(taken));
        rest = left;
    }
    Some(whole)
}

/// A subject whose ids are not known, with those that a credential for the same repository has.
fn with_ids(form: &Text, configured: &[String]) -> String {
    let shown = form.to_string();
    let Subject::GitHub { owner, repository, ids: Some(_), .. } = parse_subject(None, &shown) else { return shown };
    let found = configured.iter().find_map(|subject| match parse_subject(None, subject) {
        Subject::GitHub { owner: their_owner, repository: their_name, ids, .. }
            if their_owner == owner && their_name == repository =>
        {
            ids
        }
        _ => None,
    });
    let Some((owner_id, repository_id)) = found else { return shown };
    let pieces = form.pieces().into_iter().map(|piece| match piece {
        Piece::Unknown(unknown) if unknown.symbol == "github.repository_owner_id" => Piece::Literal(owner_id.clone()),
        Piece::Unknown(unknown) if unknown.symbol == "github.repository_id" => Piece::Literal(repository_id.clone()),
        other => other,
    });
    Text::of(pieces, form.place).to_string()
}

/// A trusted subject whose repository is not known, with that of what is sent: it may well be this one.
fn with_names(configured: &str, sent: &str) -> String {
    let Subject::GitHub { owner, repository, ids, context } = parse_subject(None, configured) else {
        return configured.to_owned();
    };
    let Subject::GitHub { owner: own_owner, repository: own_name, .. } = parse_subject(None, sent) else {
        return configured.to_owned();
    };
    if ids.is_some() || !(owner.contains("${") || repository.contains("${")) {
        return configured.to_owned();
    }
    let owner = if owner.contains("${") { own_owner } else { owner };
    let repository = if repository.contains("${") { own_name } else { repository };
    format!("repo:{owner}/{repository}:{context}")
}

impl Refused {
    /// Whether all but the repository is right.
    pub(super) fn only_by_repository(&self) -> bool {
        let parsed = |subject: &str| match parse_subject(None, subject) {
            Subject::GitHub { context, .. } => Some(context),
            _ => None,
        };
        self.field == Field::Subject && parsed(&self.presented).is_some_and(|own| Some(own) == parsed(&self.configured))
    }
}

/// An assertion with every value filled in as far as the credential in view allows.
struct Presented {
    issuer: String,
    audience: String,
    subject: String,
}

impl Presented {
    fn of(workload: &Workload, subject: &str, credential: &Credential) -> Self {
        let audience = credential.audiences.first();
        Self {
            issuer: filled(&workload.issuer, Some(&credential.issuer)),
            audience: filled(&workload.audience, audience),
            subject: subject.to_owned(),
        }
    }

    /// The code that Entra would answer with.
    fn refusal<'a>(&self, credentials: impl Iterator<Item = &'a Credential>) -> Option<Refusal> {
        const CLIENT: &str = "client";
        let application = Application {
            app_id: CLIENT.to_owned(),
            federated_identity_credentials: Some(credentials.map(Credential::to_trust).collect()),
            ..Application::default()
        };
        let directory =
            Directory { view: View::Partial, applications: vec![application].into(), ..Directory::default() };
        let claims: Claims = serde_json::from_value(json!({
            "iss": self.issuer, "aud": self.audience, "sub": self.subject,
        }))
        .ok()?;
        let assertion = Assertion { view: View::Partial, claims: Some(claims), ..Assertion::default() };
        let request = TokenRequest {
            view: View::Partial,
            grant_type: Some("client_credentials".to_owned()),
            client_id: Some(CLIENT.to_owned()),
            assertion: Some(assertion),
            ..TokenRequest::default()
        };
        decide(&directory, &request, Timestamp::UNIX_EPOCH, &Policy::default()).refusal().cloned()
    }

    fn explained(self, refusal: Option<Refusal>, at: usize, credential: &Credential, settled: bool) -> Refused {
        let number = refusal.as_ref().map_or(700_213, |refusal| refusal.code);
        let refused = |field, Cause { id, explanation, hint }, presented, configured| Refused {
            code: format!("AADSTS{number}"),
            credential: at,
            field,
            cause: id,
            explanation,
            presented,
            configured,
            settled,
            hint,
            shared: false,
            elsewhere: None,
        };
        match number {
            700_211 => {
                let configured = credential.issuer.to_string();
                let cause = Cause::of(compare_issuers(&self.issuer, &configured), "fic.issuer.mismatch");
                refused(Field::Issuer, cause, self.issuer, configured)
            }
            700_212 | 7_002_121 => {
                let configured = credential.audiences.first().map(Text::to_string).unwrap_or_default();
                refused(Field::Audience, Cause::of(None, "fic.audience.mismatch"), self.audience, configured)
            }
            _ => {
                let configured = credential.subject.as_ref().or(credential.expression.as_ref());
                let configured = configured.map(Text::to_string).unwrap_or_default();
                let cause = match &credential.subject {
                    Some(_) => {
                        let comparable = with_names(&configured, &self.subject);
                        Cause::of(compare(Some(&self.issuer), &self.subject, &comparable), "fic.subject.mismatch")
                    }
                    None => Cause {
                        explanation: "The expression does not cover this subject.".to_owned(),
                        ..Cause::of(None, "fic.flexible.no-match")
                    },
                };
                refused(Field::Subject, cause, self.subject, configured)
            }
        }
    }
}

/// Why two values differ.
struct Cause {
    id: &'static str,
    explanation: String,
    hint: Option<String>,
}

impl Cause {
    fn of(difference: Option<Difference>, otherwise: &'static str) -> Self {
        match difference {
            Some(Difference { cause, explanation, hint, .. }) => Self { id: cause, explanation, hint },
            None => Self { id: otherwise, explanation: String::new(), hint: None },
        }
    }
}

impl Credential {
    /// The credential as the decision takes it; what is not known is written as its expression.
    pub(crate) fn to_trust(&self) -> FederatedIdentityCredential {
        FederatedIdentityCredential {
            name: self.name.as_ref().map(Text::to_string),
            issuer: self.issuer.to_string(),
            subject: self.subject.as_ref().map(Text::to_string),
            audiences: self.audiences.iter().map(Text::to_string).collect(),
            claims_matching_expression: self
                .expression
                .as_ref()
                .map(|text| ClaimsMatchingExpression { value: text.to_string(), language_version: 1 }),
            ..FederatedIdentityCredential::default()
        }
    }
}

/// The text; the other one where the two may be one, so that no difference is seen where none is certain.
fn filled(text: &Text, other: Option<&Text>) -> String {
    let other = other.filter(|other| text.agrees(other) == Agreement::Open);
    other.unwrap_or(text).to_string()
}
