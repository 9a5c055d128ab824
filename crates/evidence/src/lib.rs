//! Recognises and reads whatever a person has of a failed sign-in.
//!
//! [`read`] looks at the bytes, not the file name, to tell what an input is; the
//! name only settles source code. What cannot be used is [`Skipped`] with the
//! reason; nothing here fails outright, does I/O or knows the time.

mod activity;
mod code;
mod definition;
mod description;
mod document;
mod encoding;
mod envelope;
mod error_answer;
mod exchange;
mod fabric;
mod failure;
mod found;
mod identity;
mod json;
mod lines;
mod power_bi;
mod recognise;
mod run;
mod sign_in;
mod text;
mod token;
mod whole;

use fedlens_catalog::{Failure, FindStats};
use fedlens_token::Decoded;
use fedlens_trust::Directory;
use fedlens_trust::read::{CredentialList, ExchangeCase};
use serde::Serialize;

pub use code::{Acquisition, CodeCall, SourceFile, acquired_by, takes_account, takes_assertion};
pub use definition::{CredentialUse, DefinitionKind, WorkloadDefinition};
pub use description::Description;
pub use recognise::{MAX_DOCUMENT_BYTES, Reader, read};
pub use run::{Run, RunPlatform};
pub use sign_in::SignIn;

/// Everything that was read, and everything that was not.
#[derive(Debug, Default, Serialize)]
pub struct Evidence {
    /// What was read, in the order given.
    pub items: Vec<Item>,
    /// What was not, and why.
    pub skipped: Vec<Skipped>,
}

/// One recognised thing.
#[derive(Debug, Serialize)]
pub struct Item {
    /// The file's path as given, or `standard input`.
    pub source: String,
    /// What it was taken for, in a few words: `Power BI refresh history, 3 refreshes, 1 failed`.
    pub taken_for: String,
    /// What is in it.
    pub content: Content,
}

/// An input that was not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The file's path as given, or `standard input`.
    pub source: String,
    /// Why, and what would help, in one or two sentences.
    pub why: String,
}

/// What an input holds.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "content", rename_all = "kebab-case")]
pub enum Content {
    /// An error text, a log, a token endpoint's error answer.
    Text {
        /// The failures found.
        failures: Vec<Failure>,
        /// How much was read.
        stats: FindStats,
        /// What it says beside the codes.
        description: Description,
    },
    /// A token: pasted, from a token response, or found in a log.
    Token(Box<Decoded>),
    /// Federated identity credentials.
    Credentials(CredentialList),
    /// Applications, service principals, managed identities.
    Directory(Box<Directory>),
    /// Power BI refreshes, Data Factory, Synapse or Fabric activity runs, Fabric jobs.
    Runs(Vec<Run>),
    /// Entra sign-in records.
    SignIns(Vec<SignIn>),
    /// An exchange case.
    Case(Box<ExchangeCase>),
    /// How a workload is set up to sign in: linked service, connection, data source.
    Definition(WorkloadDefinition),
    /// Source code that acquires tokens.
    Code(SourceFile),
}

impl Evidence {
    /// Every failure: from texts, runs and sign-ins, with the source it is from.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Failure)> {
        self.items.iter().flat_map(|item| {
            let failures: Vec<&Failure> = match &item.content {
                Content::Text { failures, .. } => failures.iter().collect(),
                Content::Runs(runs) => runs.iter().flat_map(|run| &run.failures).collect(),
                Content::SignIns(sign_ins) => sign_ins.iter().filter_map(|sign_in| sign_in.failure.as_ref()).collect(),
                _ => Vec::new(),
            };
            failures.into_iter().map(|failure| (item.source.as_str(), failure))
        })
    }

    /// Adds what another reading found.
    pub fn extend(&mut self, other: Self) {
        self.items.extend(other.items);
        self.skipped.extend(other.skipped);
    }
}
