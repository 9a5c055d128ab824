use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A suppression hides nothing.
    ///
    /// What it was for is mended, has moved to another line, or was never found under that name. Left in place, it
    /// would hide the next mistake there without anybody having decided so.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    /// ```hcl
    /// # fedlens: ignore[FL101] -- the subject is set by hand
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
    FL002 "unused-suppression"
    title: "a suppression hides nothing",
    severity: Note,
    confidence: High,
    code: None,
    basis: ThirdParty,
    source: "https://docs.astral.sh/ruff/rules/unused-noqa/",
    help: "take the suppression out, or move it to the line of the finding",
    check: check,
}

/// It is found where suppressions are applied.
fn check(_model: &Model<'_>, _out: &mut Vec<Finding>) {}
