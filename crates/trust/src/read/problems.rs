//! What is wrong with federated identity credentials, by the rules for creating them.

use std::collections::BTreeMap;

use crate::FederatedIdentityCredential;
use crate::flexible::Expression;

/// How many sentences a list has at most.
const MOST_PROBLEMS: usize = 100;
/// How many credentials one application or identity can have.
const MOST_CREDENTIALS: usize = 20;
/// How long an issuer, a subject or an audience can be, in characters.
const LONGEST_VALUE: usize = 600;

/// Sentences, up to a limit.
#[derive(Default)]
pub(super) struct Problems {
    sentences: Vec<String>,
    omitted: usize,
    mixed: bool,
}

impl Problems {
    /// Adds a sentence; beyond the limit it is only counted.
    pub(super) fn add(&mut self, sentence: impl Into<String>) {
        if self.sentences.len() < MOST_PROBLEMS - 1 {
            self.sentences.push(sentence.into());
        } else {
            self.omitted += 1;
        }
    }

    /// The list holds credentials of several owners, so that the limits for one owner do not apply.
    pub(super) fn mixed_owners(&mut self) {
        self.mixed = true;
        self.add("The list mixes credentials of several applications or identities.");
    }

    /// The sentences, the last of which says how many were left out.
    pub(super) fn finish(mut self) -> Vec<String> {
        if self.omitted > 0 {
            self.sentences.push(format!("There are {} more problems.", self.omitted));
        }
        self.sentences
    }
}

/// How a credential is called in a sentence.
pub(super) fn name(name: Option<&str>, index: usize) -> String {
    match name {
        Some(name) => format!("Credential '{}'", shown(name)),
        None => format!("Credential {}", index + 1),
    }
}

/// The faults that show on one credential alone.
pub(super) fn of_credential(credential: &FederatedIdentityCredential, who: &str, problems: &mut Problems) {
    if credential.name.as_deref().is_some_and(|name| !is_name(name)) {
        problems.add(format!(
            "{who} breaks the rule for names: 3 to 120 letters, digits, dashes and underscores, the first a letter or digit."
        ));
    }
    of_issuer(&credential.issuer, who, problems);
    of_audiences(&credential.audiences, who, problems);
    let subject = credential.subject.as_deref().filter(|subject| !subject.is_empty());
    match (subject, &credential.claims_matching_expression) {
        (None, None) => problems.add(format!("{who} has neither a subject nor a claims matching expression.")),
        (Some(_), Some(_)) => problems.add(format!("{who} has both a subject and a claims matching expression.")),
        (Some(subject), None) => of_subject(subject, who, problems),
        (None, Some(expression)) => {
            if expression.language_version != 1 {
                problems.add(format!("{who} has a claims matching expression of another language version than 1."));
            }
            of_expression(&expression.value, &credential.issuer, who, problems);
        }
    }
}

/// The faults that show only between credentials.
pub(super) fn of_list(credentials: &[FederatedIdentityCredential], problems: &mut Problems) {
    if problems.mixed {
        return;
    }
    if credentials.len() > MOST_CREDENTIALS {
        let count = credentials.len();
        problems
            .add(format!("The list has {count} credentials; one application or identity can have {MOST_CREDENTIALS}."));
    }
    let (mut names, mut pairs) = (BTreeMap::new(), BTreeMap::new());
    for (index, credential) in credentials.iter().enumerate() {
        let who = name(credential.name.as_deref(), index);
        let own_name = credential.name.as_deref().filter(|name| !name.is_empty());
        if own_name.is_some_and(|name| names.insert(name, ()).is_some()) {
            problems.add(format!("{who} is there twice; names are unique within one application or identity."));
        }
        let Some(subject) = credential.subject.as_deref() else { continue };
        let first = pairs.entry((credential.issuer.as_str(), subject)).or_insert(index);
        if *first != index {
            let first = name(credentials.get(*first).and_then(|first| first.name.as_deref()), *first);
            problems.add(format!("{who} repeats the issuer and subject of {}.", first.replacen('C', "c", 1)));
        }
    }
}

fn of_issuer(issuer: &str, who: &str, problems: &mut Problems) {
    if issuer.is_empty() {
        problems.add(format!("{who} has no issuer."));
    } else if issuer.trim() != issuer {
        problems.add(format!("{who} has blanks around its issuer, which blocks the exchange."));
    } else if !issuer.starts_with("https://") {
        problems.add(format!("{who} has the issuer '{}', which is no https:// URL.", shown(issuer)));
    }
    of_length(issuer, "issuer", who, problems);
}

fn of_audiences(audiences: &[String], who: &str, problems: &mut Problems) {
    match audiences {
        [] => problems.add(format!("{who} has no audience; it needs exactly one.")),
        [audience] if audience.trim() != audience => problems.add(format!("{who} has blanks around its audience.")),
        [_] => {}
        several => problems.add(format!("{who} has {} audiences; it needs exactly one.", several.len())),
    }
    for audience in audiences.iter().take(MOST_CREDENTIALS) {
        of_length(audience, "audience", who, problems);
    }
}

fn of_subject(subject: &str, who: &str, problems: &mut Problems) {
    if subject.trim() != subject {
        problems.add(format!("{who} has blanks around its subject, which count in the comparison."));
    }
    if subject.contains('*') {
        problems
            .add(format!("{who} has a * in its subject, which is compared as it is; only an expression has patterns."));
    }
    of_length(subject, "subject", who, problems);
}

/// The expression and its issuer. Entra takes wrong ones at creation; only the exchange fails.
fn of_expression(value: &str, issuer: &str, who: &str, problems: &mut Problems) {
    match Expression::parse(value) {
        Err(error) => problems.add(format!("{who} has an expression that cannot be read. {}", error.message)),
        Ok(expression) => {
            if let Err(error) = expression.check_issuer(issuer) {
                problems.add(format!("{who} has an expression that its issuer does not support. {error}"));
            }
        }
    }
}

fn of_length(value: &str, field: &str, who: &str, problems: &mut Problems) {
    if value.chars().count() > LONGEST_VALUE {
        problems.add(format!("{who} has a longer {field} than the {LONGEST_VALUE} characters allowed."));
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (3..=120).contains(&name.len())
        && name.bytes().all(allowed)
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

/// The beginning of a value that goes into a sentence.
fn shown(value: &str) -> String {
    value.chars().take(LONGEST_VALUE / 5).collect()
}
