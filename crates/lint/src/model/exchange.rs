//! What Entra would answer to each workload.

use fedlens_issuers::{PlatformId, compare, compare_issuers, nearest, recognise};
use fedlens_token::Claims;
use fedlens_trust::flexible::Expression;
use fedlens_trust::{
    Application, Assertion, ClaimsMatchingExpression, Directory, FederatedIdentityCredential, Policy, Refusal,
    TokenRequest, View, decide,
};
use jiff::Timestamp;
use rayon::prelude::*;
use serde_json::json;

use super::{Candidate, Credential, Identity, Workload};
use crate::source::{Agreement, Text};

/// With how many credentials a refused subject is compared part by part: no application has more.
const MOST_COMPARED: usize = 20;

/// A workload with one of its subjects, and what Entra would answer to it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The workload, by its position in the model.
    pub workload: usize,
    /// The subject, by its position in the workload.
    pub candidate: usize,
    /// The answer.
    pub answer: Answer,
}

/// What Entra would answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A token.
    Accepted {
        /// The credential that fits.
        credential: usize,
    },
    /// A refusal.
    Refused(Box<Refused>),
    /// It depends on what is not known.
    CannotTell {
        /// What is not known.
        why: String,
        /// The credentials that may fit.
        credentials: Vec<usize>,
    },
}

/// A refusal with the credential that comes nearest.
#[derive(Clone, Debug)]
pub struct Refused {
    /// `AADSTS700213`
    pub code: String,
    /// The credential that comes nearest.
    pub credential: usize,
    /// Which of its values does not fit.
    pub field: Field,
    /// The cause id: `github.subject.environment-vs-ref`.
    pub cause: &'static str,
    /// Why the two differ, in a sentence or two.
    pub explanation: String,
    /// What the workload presents: its subject, its issuer or its audience.
    pub presented: String,
    /// What the credential trusts in its place.
    pub configured: String,
    /// Whether it is certain that the workload signs in as the owner of that credential.
    pub settled: bool,
}

/// What an assertion and a credential are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `iss`
    Issuer,
    /// `aud`
    Audience,
    /// `sub`
    Subject,
}

/// How an assertion and a credential go together, field by field.
#[derive(Clone, Copy)]
struct Fit {
    issuer: Agreement,
    audience: Agreement,
    subject: Agreement,
}

impl Fit {
    fn fields(self) -> [Agreement; 3] {
        [self.issuer, self.audience, self.subject]
    }

    fn is(self, wanted: Agreement) -> bool {
        match wanted {
            Agreement::Equal => self.fields().iter().all(|field| *field == Agreement::Equal),
            Agreement::Different => self.fields().contains(&Agreement::Different),
            Agreement::Open => !self.is(Agreement::Equal) && !self.is(Agreement::Different),
        }
    }
}

/// Judges every subject of every workload that has somebody to sign in as.
pub(super) fn judge(identities: &[Identity], credentials: &[Credential], workloads: &[Workload]) -> Vec<Exchange> {
    let issuers: Vec<Option<PlatformId>> = credentials.iter().map(|credential| platform(&credential.issuer)).collect();
    let of_workload = |(at, workload): (usize, &Workload)| -> Vec<Exchange> {
        let targets = Targets::of(workload, identities, credentials, &issuers);
        let candidates = workload.candidates.iter().enumerate();
        let judged = candidates.filter_map(|(candidate_at, candidate)| {
            let answer = targets.answer(workload, candidate, credentials)?;
            Some(Exchange { workload: at, candidate: candidate_at, answer })
        });
        judged.collect()
    };
    let exchanges: Vec<Vec<Exchange>> = workloads.par_iter().enumerate().map(of_workload).collect();
    exchanges.into_iter().flatten().collect()
}

/// The credentials among which a workload's has to be.
struct Targets {
    credentials: Vec<usize>,
    /// Whether they belong to the identity that the workload names.
    settled: bool,
}

impl Targets {
    /// The credentials of the identity that the workload names; of every identity that it may mean where none can be
    /// told, as long as they are for its platform.
    fn of(
        workload: &Workload,
        identities: &[Identity],
        credentials: &[Credential],
        issuers: &[Option<PlatformId>],
    ) -> Self {
        let named = |identity: &Identity| workload.client_id.as_ref().is_some_and(|id| identity.is_called(id));
        let meant = |identity: &Identity| match (&workload.client_id, &identity.client_id) {
            (Some(asked), Some(own)) => asked.agrees(own) != Agreement::Different,
            _ => true,
        };
        let settled = identities.iter().any(named);
        let owners: Vec<bool> =
            identities.iter().map(|owner| if settled { named(owner) } else { meant(owner) }).collect();
        let own = platform(&workload.issuer);
        let chosen = credentials
            .iter()
            .zip(issuers)
            .enumerate()
            .filter(|(_, (credential, _))| owners.get(credential.identity) == Some(&true))
            .filter(|(_, (credential, issuer))| settled || is_of_platform(workload, own, credential, **issuer))
            .map(|(at, _)| at)
            .collect();
        Self { credentials: chosen, settled }
    }

    fn answer(&self, workload: &Workload, candidate: &Candidate, credentials: &[Credential]) -> Option<Answer> {
        let fits: Vec<(usize, Fit)> =
            self.credentials.iter().map(|at| (*at, fit(workload, candidate, &credentials[*at]))).collect();
        if fits.is_empty() {
            return None;
        }
        if let Some((credential, _)) = fits.iter().find(|(_, fit)| fit.is(Agreement::Equal)) {
            return Some(Answer::Accepted { credential: *credential });
        }
        let open: Vec<usize> =
            fits.iter().filter(|(_, fit)| fit.is(Agreement::Open)).map(|(credential, _)| *credential).collect();
        if let Some(first) = open.first() {
            let why = unknown(workload, candidate, &credentials[*first]);
            return Some(Answer::CannotTell { why, credentials: open });
        }
        let refused = self.refused(workload, candidate, credentials, &fits);
        Some(Answer::Refused(Box::new(refused)))
    }

    /// The refusal that Entra would give, next to the credential that was most likely meant.
    fn refused(
        &self,
        workload: &Workload,
        candidate: &Candidate,
        credentials: &[Credential],
        fits: &[(usize, Fit)],
    ) -> Refused {
        let closest = fits.iter().map(|(_, fit)| rank(*fit)).min().unwrap_or_default();
        let near: Vec<usize> =
            fits.iter().filter(|(_, fit)| rank(*fit) == closest).map(|(credential, _)| *credential).collect();
        let near = likest(candidate, credentials, near);
        let (credential, subject) = nearest_subject(workload, candidate, credentials, &near);
        let trusted = &credentials[credential];
        let presented = Presented::of(workload, &subject, trusted);
        let all = if self.credentials.len() > MOST_COMPARED { &near } else { &self.credentials };
        let code = presented.refusal(all.iter().map(|at| &credentials[*at]));
        presented.explained(code, credential, trusted, self.settled)
    }
}

/// Entra compares the issuer first, then the audience, then the subject.
fn rank(fit: Fit) -> [bool; 2] {
    [fit.issuer == Agreement::Different, fit.audience == Agreement::Different]
}

/// The credentials whose subjects are the most alike at both ends, where there are too many to take each one apart.
fn likest(candidate: &Candidate, credentials: &[Credential], mut near: Vec<usize>) -> Vec<usize> {
    if near.len() <= MOST_COMPARED {
        return near;
    }
    let forms: Vec<String> = candidate.subjects.iter().map(Text::to_string).collect();
    let unlike = |at: &usize| {
        let subject = credentials[*at].subject.as_ref().map(Text::to_string).unwrap_or_default();
        (forms.iter().map(|form| unlike(form, &subject)).min(), *at)
    };
    near.sort_by_cached_key(unlike);
    near.truncate(MOST_COMPARED);
    near.sort_unstable();
    near
}

/// How many bytes of the longer text are between what both begin and what both end with.
fn unlike(a: &str, b: &str) -> usize {
    let same = |(a, b): &(u8, u8)| a.eq_ignore_ascii_case(b);
    let begin = a.bytes().zip(b.bytes()).take_while(same).count();
    let end = a.bytes().rev().zip(b.bytes().rev()).take_while(same).count();
    a.len().max(b.len()).saturating_sub(begin + end)
}

/// The credential whose subject comes nearest, and which of the candidate's forms it comes nearest to.
fn nearest_subject(
    workload: &Workload,
    candidate: &Candidate,
    credentials: &[Credential],
    near: &[usize],
) -> (usize, String) {
    let issuer = workload.issuer.known();
    let configured: Vec<String> =
        near.iter().map(|at| credentials[*at].subject.as_ref().map(Text::to_string).unwrap_or_default()).collect();
    // A form that some credential already has the shape of, such as numeric ids, is the one to compare with.
    let forms = candidate.subjects.iter().map(Text::to_string);
    let ranked = forms.filter_map(|form| {
        let found = nearest(issuer, &form, configured.iter().map(String::as_str))?;
        let parts = found.difference.as_ref().map_or(0, |difference| difference.parts.len());
        Some((parts, found.index, form))
    });
    let best = ranked.min_by_key(|(parts, ..)| *parts);
    let (index, form) = best.map_or((0, String::new()), |(_, index, form)| (index, form));
    (near.get(index).copied().unwrap_or_default(), form)
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
        let refused = |field, cause, explanation, presented, configured| Refused {
            code: format!("AADSTS{number}"),
            credential: at,
            field,
            cause,
            explanation,
            presented,
            configured,
            settled,
        };
        match number {
            700_211 => {
                let configured = credential.issuer.to_string();
                let difference = compare_issuers(&self.issuer, &configured);
                let (cause, why) =
                    difference.map_or(("fic.issuer.mismatch", String::new()), |d| (d.cause, d.explanation));
                refused(Field::Issuer, cause, why, self.issuer, configured)
            }
            700_212 | 7_002_121 => {
                let configured = credential.audiences.first().map(Text::to_string).unwrap_or_default();
                refused(Field::Audience, "fic.audience.mismatch", String::new(), self.audience, configured)
            }
            _ => {
                let configured = credential.subject.as_ref().or(credential.expression.as_ref());
                let configured = configured.map(Text::to_string).unwrap_or_default();
                let (cause, why) = match &credential.subject {
                    Some(_) => compare(Some(&self.issuer), &self.subject, &configured)
                        .map_or(("fic.subject.mismatch", String::new()), |d| (d.cause, d.explanation)),
                    None => ("fic.flexible.no-match", "The expression does not cover this subject.".to_owned()),
                };
                refused(Field::Subject, cause, why, self.subject, configured)
            }
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

/// The text, with the other's value where the two may be one.
fn filled(text: &Text, other: Option<&Text>) -> String {
    match other.filter(|other| text.agrees(other) == Agreement::Open) {
        Some(other) if other.known().is_some() => other.to_string(),
        _ => text.to_string(),
    }
}

fn platform(issuer: &Text) -> Option<PlatformId> {
    issuer.known().and_then(recognise).map(|found| found.platform.id)
}

fn is_of_platform(
    workload: &Workload,
    own: Option<PlatformId>,
    credential: &Credential,
    trusted: Option<PlatformId>,
) -> bool {
    match (own, trusted) {
        (Some(own), Some(trusted)) => own == trusted || own.is_github() && trusted.is_github(),
        _ => workload.platform.may_be_trusted_by(credential),
    }
}

fn fit(workload: &Workload, candidate: &Candidate, credential: &Credential) -> Fit {
    let audience = credential.audiences.iter().map(|own| workload.audience.agrees(own));
    Fit {
        issuer: workload.issuer.agrees(&credential.issuer),
        audience: best(audience),
        subject: best(candidate.subjects.iter().map(|subject| fits_subject(subject, &workload.issuer, credential))),
    }
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
        Some(crate::source::Piece::Literal(text)) => text.clone(),
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
                crate::source::Piece::Literal(text) => text,
                crate::source::Piece::Unknown(_) => filling.to_owned(),
            })
            .collect();
        holds(comparison, &text)
    });
    if fillings.iter().all(|found| *found == Agreement::Equal) { Agreement::Equal } else { Agreement::Open }
}

/// What keeps a pair from being judged, in a sentence.
fn unknown(workload: &Workload, candidate: &Candidate, credential: &Credential) -> String {
    let subject = candidate.subjects.first();
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
