//! What a rule is, and how one is declared.

use fedlens_trust::Basis;

use crate::model::Model;
use crate::{Confidence, Finding, Severity};

/// One thing that can be wrong.
///
/// The text that explains it is the comment above its declaration: what is wrong and why, then an example under
/// `## Wrong` and one under `## Right`, each a set of files. A test lints both.
pub struct Rule {
    /// `FL101`; it is never used for anything else.
    pub id: &'static str,
    /// `subject-mismatch`.
    pub slug: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// How bad it usually is.
    pub severity: Severity,
    /// How sure it usually is.
    pub confidence: Confidence,
    /// What Entra, or the platform, would answer, where that is always the same.
    pub code: Option<&'static str>,
    /// How sure the rule itself is.
    pub basis: Basis,
    /// Where it is from.
    pub source: &'static str,
    /// What to do, in a sentence.
    pub help: &'static str,
    /// The comment above its declaration, a line for each.
    pub(crate) comment: &'static str,
    /// Looks for it.
    pub(crate) check: fn(&Model<'_>, &mut Vec<Finding>),
}

impl Rule {
    /// The text that explains the rule, in Markdown.
    pub fn explanation(&self) -> String {
        let lines = self.comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.fold(String::new(), |mut out, line| {
            out.push_str(line);
            out.push('\n');
            out
        })
    }

    /// Whether `text` names the rule: by id, by slug, or by the beginning of its id (`FL1`).
    pub fn is_named(&self, text: &str) -> bool {
        let text = text.trim();
        let begins = text.len() >= 3 && self.id.get(..text.len()).is_some_and(|id| id.eq_ignore_ascii_case(text));
        begins || self.slug.eq_ignore_ascii_case(text)
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// Declares the one `RULE` of a file; its documentation becomes the rule's explanation.
macro_rules! rule {
    (
        $(#[doc = $line:literal])+
        $id:ident $slug:literal
        title: $title:literal,
        severity: $severity:ident,
        confidence: $confidence:ident,
        code: $code:expr,
        basis: $basis:ident,
        source: $source:expr,
        help: $help:expr,
        check: $check:expr $(,)?
    ) => {
        $(#[doc = $line])+
        pub(crate) static RULE: $crate::Rule = $crate::Rule {
            id: stringify!($id),
            slug: $slug,
            title: $title,
            severity: $crate::Severity::$severity,
            confidence: $crate::Confidence::$confidence,
            code: $code,
            basis: fedlens_trust::Basis::$basis,
            source: $source,
            help: $help,
            comment: concat!($($line, "\n"),+),
            check: $check,
        };
    };
}
pub(crate) use rule;
