//! What a rule says.

use fedlens_catalog::Entry;
use serde::Serialize;

use crate::Rule;
use crate::source::{Place, Sources, Text};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; nothing fails.
    Note,
    /// It works now, or sometimes, or fails under a condition that the finding names.
    Warning,
    /// The sign-in, or the deployment of the credential, fails.
    Error,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It rests on a name or a habit.
    Low,
    /// It rests on a likely reading: which of several identities is meant, what a platform does by default.
    Medium,
    /// It follows from what is written.
    High,
}

/// Something wrong, where it is, what Entra would answer, and what mends it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that says so.
    pub rule: &'static Rule,
    /// How bad it is; the rule's unless the finding knows better.
    pub severity: Severity,
    /// How sure it is; the rule's unless the finding knows better.
    pub confidence: Confidence,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Where it is to be mended.
    pub primary: Label,
    /// The other places that it takes to see it.
    pub secondary: Vec<Label>,
    /// What Entra would answer, such as `AADSTS700213`.
    pub predicted: Option<String>,
    /// The value that is sent and the one that is trusted, to be set one above the other.
    pub difference: Option<Mismatch>,
    /// What else helps to understand it.
    pub notes: Vec<String>,
    /// What to do, in a sentence.
    pub help: String,
    /// The change that does it.
    pub fix: Option<Fix>,
    /// Secrets that stand in the files, which nobody is to see who only sees the finding.
    pub secrets: Vec<Place>,
    /// The value of a credential that a sign-in failed by. Where the value is wrong in itself, that is the finding.
    pub(crate) failed_by: Option<Place>,
}

/// A place with what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub place: Place,
    /// A few words.
    pub text: String,
}

/// Two values that should be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// What the workload presents.
    pub presented: String,
    /// What the credential trusts.
    pub configured: String,
}

/// A change to files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether it can be applied without a person's choice.
    pub safe: bool,
    /// What is replaced by what.
    pub edits: Vec<Edit>,
}

/// One replacement; an empty place inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub place: Place,
    /// By what.
    pub text: String,
}

impl Finding {
    /// A finding of a rule: what is wrong and what to do, at the place where it is to be mended.
    pub fn new(rule: &'static Rule, message: impl Into<String>, place: Place, label: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            confidence: rule.confidence,
            message: message.into(),
            primary: Label { place, text: label.into() },
            secondary: Vec::new(),
            predicted: rule.code.map(str::to_owned),
            difference: None,
            notes: Vec::new(),
            help: rule.help.to_owned(),
            fix: None,
            secrets: Vec::new(),
            failed_by: None,
        }
    }

    /// Another place that belongs to it.
    pub fn and(mut self, place: Place, label: impl Into<String>) -> Self {
        self.secondary.push(Label { place, text: label.into() });
        self
    }

    /// What Entra would answer, where it is not the rule's one code.
    pub fn predicts(mut self, code: impl Into<String>) -> Self {
        self.predicted = Some(code.into());
        self
    }

    /// The two values that differ.
    pub fn differs(mut self, presented: impl Into<String>, configured: impl Into<String>) -> Self {
        self.difference = Some(Mismatch { presented: presented.into(), configured: configured.into() });
        self
    }

    /// A further sentence.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// What to do here, where more can be said than the rule does.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// A secret that is not to be shown.
    pub fn hides(mut self, secret: Place) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Less, or more, bad than the rule usually is.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Less, or more, sure than the rule usually is.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// A change that can be made without asking: it cannot break what works. Without edits there is none.
    pub fn fix(self, title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.with_fix(title, true, edits)
    }

    /// A change that somebody has to choose. Without edits there is none.
    pub fn suggest(self, title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.with_fix(title, false, edits)
    }

    fn with_fix(mut self, title: impl Into<String>, safe: bool, edits: impl IntoIterator<Item = Edit>) -> Self {
        let edits: Vec<Edit> = edits.into_iter().collect();
        self.fix = (!edits.is_empty()).then(|| Fix { title: title.into(), safe, edits });
        self
    }

    /// The catalog's page of the predicted code.
    pub fn entry(&self) -> Option<&'static Entry> {
        self.predicted.as_deref().and_then(fedlens_catalog::entry)
    }
}

impl Edit {
    /// Writes a text anew within the quotes that it stands in; `None` where its place does not hold it as it is.
    pub fn rewrite(sources: &Sources, text: &Text, new: &str) -> Option<Self> {
        let written = sources.text(text.place);
        let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
        let quote = quote.map(String::from).unwrap_or_default();
        let as_it_is = text.known().is_some_and(|known| written == format!("{quote}{known}{quote}"));
        let plain = !new.contains(['"', '\'', '\\', '$', '\n']);
        (as_it_is && plain).then(|| Self::replace(text.place, format!("{quote}{new}{quote}")))
    }

    /// Puts `text` in the place of what stands there.
    pub fn replace(place: Place, text: impl Into<String>) -> Self {
        Self { place, text: text.into() }
    }

    /// Puts `text` before a place.
    pub fn before(place: Place, text: impl Into<String>) -> Self {
        Self { place: Place { end: place.start, ..place }, text: text.into() }
    }

    /// Puts `text` after a place.
    pub fn after(place: Place, text: impl Into<String>) -> Self {
        Self { place: Place { start: place.end, ..place }, text: text.into() }
    }
}
