//! Source code: from where a token is acquired to where it is handed over as an assertion.

mod acquiring;
pub(crate) mod advice;
mod calls;
mod evaluation;
mod expressions;
mod flow;
mod grammar;
mod handing;
mod notebook;
mod shapes;
mod sources;
mod statements;
mod strings;
mod syntax;
mod takers;
mod value;

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::facts;
use crate::model::Model;
use crate::source::{FileId, Place};
use crate::{Confidence, Finding, Rule};

pub(crate) use notebook::read_notebook;
pub(crate) use sources::Source;

/// What one source file does.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Tokens that are handed over as assertions.
    pub(crate) handovers: Vec<Handover>,
    /// Scopes that applications and managed identities ask for.
    pub(crate) scopes: Vec<Scope>,
}

/// Every token that is handed over anywhere.
pub(crate) fn handovers<'m>(model: &'m Model<'_>) -> impl Iterator<Item = &'m Handover> {
    model.facts.iter().flat_map(|facts| &facts.code.handovers)
}

/// A token on its way to becoming an assertion.
#[derive(Debug)]
pub(crate) struct Handover {
    /// The language of the file.
    pub(crate) language: Language,
    /// Whose token it is.
    pub(crate) source: Source,
    /// The call or credential that acquires it, as written.
    pub(crate) call: String,
    /// Where it is acquired.
    pub(crate) acquired: Place,
    /// The scope or resource that it is for, where that is known.
    pub(crate) audience: Option<String>,
    /// What takes it, as written.
    pub(crate) taker: String,
    /// Where it is handed over.
    pub(crate) handed: Place,
    /// Whether the same token is handed over again and again.
    pub(crate) kept: bool,
    /// Whether it is so on every way through the code.
    pub(crate) certain: bool,
    /// Whether the file deals with tokens of other platforms too.
    pub(crate) is_broker: bool,
}

impl Handover {
    /// A finding of a rule on it, with both places.
    pub(crate) fn finding(&self, rule: &'static Rule, message: String, acquired: &str) -> Finding {
        let label = format!("`{}` takes it as the assertion here", self.taker);
        let finding = Finding::new(rule, message, self.acquired, acquired).and(self.handed, label);
        if self.certain { finding } else { finding.confidence(Confidence::Medium) }
    }

    /// Whether it was acquired for the exchange, as far as is known.
    pub(crate) fn is_for_exchange(&self) -> Option<bool> {
        self.audience.as_deref().map(sources::is_exchange)
    }
}

/// A scope that is asked for.
#[derive(Debug)]
pub(crate) struct Scope {
    /// For whom.
    pub(crate) source: Source,
    /// The call, as written.
    pub(crate) call: String,
    /// Where the call is.
    pub(crate) call_place: Place,
    /// The scope.
    pub(crate) scope: String,
    /// Where it is written.
    pub(crate) place: Place,
    /// Whether the parameter takes a resource.
    pub(crate) as_resource: bool,
}

impl Scope {
    /// Whether it is the scope of the exchange.
    pub(crate) fn is_exchange(&self) -> bool {
        sources::is_exchange(&self.scope)
    }
}

/// A stretch of the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    fn of(node: tree_sitter::Node<'_>) -> Self {
        Self { start: node.start_byte(), end: node.end_byte() }
    }
}

/// The languages that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    Python,
    CSharp,
    JavaScript,
    TypeScript,
    Tsx,
    Java,
    Go,
}

impl Language {
    /// The language of a file name's extension.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "py" => Self::Python,
            "cs" | "csx" => Self::CSharp,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "java" => Self::Java,
            "go" => Self::Go,
            _ => return None,
        })
    }
}

/// Words of which one is in every file that hands over an assertion, or asks for scopes as an application.
const WORDS: &[&str] = &[
    "client_assertion",
    "clientassertion",
    "credfromassertion",
    "acquire_token_for_client",
    "acquiretokenforclient",
    "acquiretokenbyclientcredential",
    "acquiretokenbycredential",
    "clientcredentialparameters",
    "client_credentials",
    "clientsecretcredential",
    "certificatecredential",
    "azureadtokenexchange",
];

static SCAN: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok());

/// Words of files that deal with tokens of other platforms, which may well come in with a request.
const BROKERS: &[&str] = &[
    "token.actions.githubusercontent",
    "gitlab",
    "serviceaccount",
    "kubernetes",
    "oidc",
    "workload identity federation",
];

/// The longest file that is read, and how long its lines may be on average: what is longer was not written by hand.
const MAX_LENGTH: usize = 1 << 20;
const MAX_LINE: usize = 400;

/// Whether a file can hold anything to look at; it parses nothing.
pub(crate) fn wants(_language: Language, bytes: &[u8]) -> bool {
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    let by_hand = bytes.len() <= MAX_LENGTH && (bytes.len() < 32 << 10 || bytes.len() / lines <= MAX_LINE);
    by_hand && SCAN.as_ref().is_none_or(|scan| scan.is_match(bytes))
}

/// Reads a source file.
pub(crate) fn read(language: Language, file: FileId, text: &str, facts: &mut facts::Facts) {
    if wants(language, text.as_bytes()) {
        read_with(language, text, &|span| Place::new(file, span.start..span.end), facts);
    }
}

/// Reads a text that is a file, or a part of one; `place` says where in the file a stretch of it is.
fn read_with(language: Language, text: &str, place: &dyn Fn(Span) -> Place, facts: &mut facts::Facts) {
    let Some(tree) = grammar::parse(language, text) else { return };
    let statements = statements::of(&tree, text);
    let mut flow = flow::Flow::new(language);
    flow.read(&statements);
    if flow.handed_over.is_empty() && flow.asked.is_empty() {
        return;
    }
    facts.is("source code");
    let lower = text.to_ascii_lowercase();
    let is_broker = BROKERS.iter().any(|word| lower.contains(word));
    facts.code.handovers.extend(flow.handed_over.into_iter().map(|found| Handover {
        language,
        source: found.token.source,
        call: found.token.call,
        acquired: place(found.token.span),
        audience: found.token.audience,
        taker: found.taker,
        handed: place(found.span),
        kept: found.kept,
        certain: found.certain,
        is_broker,
    }));
    facts.code.scopes.extend(flow.asked.into_iter().map(|asked| Scope {
        source: asked.source,
        call: asked.call,
        call_place: place(asked.call_span),
        scope: asked.scope,
        place: place(asked.span),
        as_resource: asked.as_resource,
    }));
}
