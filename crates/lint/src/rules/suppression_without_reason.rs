use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A suppression says what it hides but not why.
    ///
    /// Whoever reads it later has to know what was decided, and when the decision can be taken back. So a suppression
    /// without a reason does not count: the finding is still told.
    ///
    /// ## Wrong
    ///
    /// `main.tf`
    /// ```hcl
    /// # fedlens: ignore[FL101]
    /// variable "subject" {
    ///   type = string
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// The reason stands behind `--`, as in `# fedlens: ignore[FL101] -- the credential is made by hand`. Where nothing
    /// is to be hidden there is no comment.
    ///
    /// `main.tf`
    /// ```hcl
    /// variable "subject" {
    ///   type = string
    /// }
    /// ```
    FL001 "suppression-without-reason"
    title: "a suppression gives no reason",
    severity: Warning,
    confidence: High,
    code: None,
    basis: ThirdParty,
    source: "https://eslint-community.github.io/eslint-plugin-eslint-comments/rules/require-description.html",
    help: "write why behind the rules, as in `# fedlens: ignore[FL101] -- reason`",
    check: check,
}

/// It is found where suppressions are applied.
fn check(_model: &Model<'_>, _out: &mut Vec<Finding>) {}
