//! The shape of a catalog entry. The files are described in `catalog/README.md`.

use serde::Serialize;

/// One error code.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// `AADSTS700229`, or a platform's own code such as `DMTS_OAuthTokenRefreshFailedError`.
    pub code: &'static str,
    /// Microsoft's identifier for it, where one is published.
    pub name: Option<&'static str>,
    /// What a person would say aloud.
    pub title: &'static str,
    /// By the rule in `catalog/README.md`.
    pub severity: Severity,
    /// `authentication`, `authorization`, `configuration`, `request`, `credential`, `service`, …
    pub category: &'static str,
    /// Dotted: entries of one family have related causes.
    pub family: &'static str,
    /// Who has to act.
    pub who: Who,
    /// Where it is met: `power-bi`, `github-actions`, `kubernetes`, …
    pub surfaces: &'static [&'static str],
    /// Whether trying again may help without any change.
    pub transient: bool,
    /// Wordings, each a run of literal text with `{placeholders}`; they find the code where the number is missing.
    pub messages: &'static [&'static str],
    /// Other codes to read next.
    pub related: &'static [&'static str],
    /// Today's codes, for one that is retired or was split.
    pub replaced_by: &'static [&'static str],
    /// Web addresses of what is said here.
    pub sources: &'static [&'static str],
    /// What it means, as Markdown.
    pub meaning: &'static str,
    /// Why it happens, as Markdown, before the causes are listed one by one.
    pub why: &'static str,
    /// Ids of its causes, the likeliest first.
    pub causes: &'static [&'static str],
    /// Questions people ask, with answers.
    pub questions: &'static [Question],
}

/// A cause that one or more codes share.
#[derive(Debug, Serialize)]
pub struct Cause {
    /// Dotted: `entra.delegated-assertion`.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// Ids of the fixes, the best first.
    pub fixes: &'static [&'static str],
    /// How it comes about and how to recognise it, as Markdown.
    pub text: &'static str,
    /// What evidence would confirm it or rule it out, one line.
    pub settled_by: &'static str,
    /// Phrases by which people describe it; in a text they make it possible.
    pub signs: &'static [&'static str],
}

/// A change that removes a cause.
#[derive(Debug, Serialize)]
pub struct Fix {
    /// `acquire-app-only`.
    pub id: &'static str,
    /// One line, an imperative.
    pub title: &'static str,
    /// How to do it, as Markdown; commands stand in fenced blocks with `<client-id>`-style placeholders.
    pub text: &'static str,
}

/// A question and its answer.
#[derive(Debug, Serialize)]
pub struct Question {
    /// The question.
    pub question: &'static str,
    /// The answer, as Markdown.
    pub answer: &'static str,
}

/// How bad it is, by a written rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Clears by itself, or informs.
    Low,
    /// One user or one attempt; a person acts.
    Medium,
    /// This workload cannot sign in until a person acts.
    High,
    /// No workload of the tenant or app can sign in until a person acts.
    Critical,
}

/// Who can fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Whoever writes the code that signs in.
    Developer,
    /// Whoever runs the pipeline, refresh or pod.
    WorkloadOwner,
    /// Whoever owns the app registration or managed identity.
    AppOwner,
    /// An administrator of the tenant.
    TenantAdmin,
    /// Microsoft.
    Microsoft,
    /// Nobody: wait and try again.
    Wait,
}
