use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A suppression was for a time, and the time is over.
    ///
    /// It no longer counts: what it hid is told again. A date that cannot be read counts as over, because nobody could
    /// say when it ends.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    /// ```hcl
    /// # fedlens: ignore[FL101] until 2026-06-30 -- the new repository is not there yet
    /// variable "subject" {
    ///   type = string
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.tf`
    /// ```hcl
    /// variable "subject" {
    ///   type = string
    /// }
    /// ```
    FL003 "expired-suppression"
    title: "a suppression has expired",
    severity: Warning,
    confidence: High,
    code: None,
    basis: ThirdParty,
    source: "https://github.com/sindresorhus/eslint-plugin-unicorn/blob/main/docs/rules/expiring-todo-comments.md",
    help: "mend what it hides, or decide on a new date",
    check: check,
}

/// It is found where suppressions are applied.
fn check(_model: &Model<'_>, _out: &mut Vec<Finding>) {}
