use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// The workload's subject is in no credential of the identity it signs in as.
    ///
    /// Entra compares the subject as a whole and letter by letter.
    FL101 "subject-mismatch"
    title: "the subject matches no credential",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700213"),
    basis: Seen,
    source: "https://github.com/Azure/login/issues/379",
    help: "set the credential's subject to exactly what the workload sends",
    check: check,
}

fn check(_model: &Model<'_>, _out: &mut Vec<Finding>) {}
