//! What each identity provider sends to Entra: issuers, subject grammars, audiences, lifetimes.
//!
//! [`recognise`] names the platform behind an issuer, [`parse_subject`] takes a
//! subject apart, [`Subject::build`] puts it together again, and [`compare`]
//! explains how a presented subject differs from a configured one.
//!
//! Nothing here reads a file, a clock or the network. Every function takes any
//! text, answers without panicking, and gives up on what is far longer than Entra could store.
//!
//! ```
//! use fedlens_issuers::{PlatformId, compare, compare_issuers, recognise};
//!
//! let found = recognise("https://token.actions.githubusercontent.com/").unwrap();
//! assert_eq!(found.platform.id, PlatformId::GitHub);
//! assert_eq!(found.oddities, ["Issuers of GitHub Actions do not end in a slash; this one does."]);
//!
//! let (presented, configured) = ("repo:contoso/app:environment:prod", "repo:contoso/app:ref:refs/heads/main");
//! let difference = compare(None, presented, configured).unwrap();
//! assert_eq!(difference.cause, "github.subject.environment-vs-ref");
//!
//! let difference = compare_issuers("https://gitlab.com", "https://gitlab.com/").unwrap();
//! assert_eq!(difference.cause, "fic.issuer.trailing-slash");
//! ```

mod compare;
mod eid1;
mod platform;
mod subject;

pub use compare::{Difference, Nearest, Part, compare, compare_issuers, nearest};
pub use eid1::{
    APPLICATIONS, AZURE_DEVOPS, Eid1, Misencoded, Misencoding, application_name, decode_guid, encode_guid, misencoded,
    misencoding,
};
pub use platform::{
    Cloud, EntraIssuer, Oddity, OddityKind, PLATFORMS, Platform, PlatformId, Recognised, TrailingSlash,
    issuer_oddities, oddities, recognise,
};
pub use subject::{
    AzureDevOpsSubjects, GitHubContext, ServiceConnectionIds, Subject, SubjectFault, SubjectFaultKind,
    azure_devops_subjects, github_subject, github_template_subject, gitlab_subject, kubernetes_subject,
    mentioned_subjects, parse_subject, subject_fault, terraform_subject,
};
