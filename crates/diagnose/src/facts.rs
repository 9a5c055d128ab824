//! What the rules for causes look at.

use fedlens_catalog::Failure;
use fedlens_evidence::{Content, Description, Evidence, SourceFile, WorkloadDefinition};
use fedlens_token::{Claims, Classification, TokenKind, classify};
use fedlens_trust::{Decision, FederatedIdentityCredential, Refusal, Verdict, View};

use crate::{JudgedExchange, Observed};

/// Evidence, exchange and decision side by side.
pub(crate) struct Facts<'a> {
    pub(crate) evidence: &'a Evidence,
    pub(crate) observed: &'a [Observed],
    pub(crate) exchange: Option<&'a JudgedExchange>,
    pub(crate) decision: Option<&'a Decision>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(
        evidence: &'a Evidence,
        observed: &'a [Observed],
        exchange: Option<&'a JudgedExchange>,
        decision: Option<&'a Decision>,
    ) -> Self {
        Self { evidence, observed, exchange, decision }
    }

    /// The most telling observed failure.
    pub(crate) fn primary(&self) -> Option<&'a Failure> {
        self.observed.first().map(|observed| &observed.failure)
    }

    /// The observed failure with one of these AADSTS numbers.
    pub(crate) fn observed(&self, codes: &[u32]) -> Option<&'a Failure> {
        let failures = self.observed.iter().map(|observed| &observed.failure);
        failures.into_iter().find(|failure| failure.code.number().is_some_and(|code| codes.contains(&code)))
    }

    /// Whether one of these AADSTS numbers was observed, or is what is predicted.
    pub(crate) fn is_about(&self, codes: &[u32]) -> bool {
        self.observed(codes).is_some() || self.refusal().is_some_and(|refusal| codes.contains(&refusal.code))
    }

    /// The predicted answer.
    pub(crate) fn refusal(&self) -> Option<&'a Refusal> {
        self.decision.and_then(Decision::refusal)
    }

    /// The refusal of a check that failed.
    pub(crate) fn failed(&self, check: &str) -> Option<&'a Refusal> {
        match self.decision?.verdict(check)? {
            Verdict::Failed(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// What a passed check was seen to hold by.
    pub(crate) fn passed(&self, check: &str) -> Option<&'a str> {
        match self.decision?.verdict(check)? {
            Verdict::Passed { detail } => Some(detail),
            _ => None,
        }
    }

    /// The assertion's claims; only some of them when they are from a message.
    pub(crate) fn claims(&self) -> Option<&'a Claims> {
        self.exchange?.request.assertion.as_ref()?.claims.as_ref()
    }

    /// The claims of a token that is at hand as a whole.
    pub(crate) fn token(&self) -> Option<&'a Claims> {
        let assertion = self.exchange?.request.assertion.as_ref()?;
        assertion.claims.as_ref().filter(|_| assertion.view == View::Whole)
    }

    /// Whether the token is app-only or delegated; `None` without a token, or where it does not tell.
    pub(crate) fn token_kind(&self) -> Option<Classification> {
        self.token().map(classify).filter(|class| class.kind != TokenKind::Undetermined)
    }

    /// Why the token is delegated, if it is.
    pub(crate) fn delegated(&self) -> Option<String> {
        let class = self.token_kind()?;
        matches!(class.kind, TokenKind::Delegated | TokenKind::IdToken).then_some(class.because)
    }

    /// Why the token is app-only, if it is.
    pub(crate) fn app_only(&self) -> Option<String> {
        let class = self.token_kind()?;
        (class.kind == TokenKind::AppOnly).then_some(class.because)
    }

    /// The presented issuer, from the token or from a message.
    pub(crate) fn issuer(&self) -> Option<&'a str> {
        self.claim("iss").or_else(|| self.primary()?.fields.issuer.as_deref())
    }

    /// The presented subject, from the token or from a message.
    pub(crate) fn subject(&self) -> Option<&'a str> {
        self.claim("sub").or_else(|| self.primary()?.fields.subject.as_deref())
    }

    /// The presented audience, from the token or from a message.
    pub(crate) fn audience(&self) -> Option<&'a str> {
        let from_token = self.claims().and_then(|claims| claims.audiences().first().copied());
        from_token.or_else(|| self.primary()?.fields.audience.as_deref())
    }

    fn claim(&self, name: &str) -> Option<&'a str> {
        self.claims()?.text(name)
    }

    /// The credentials of the client; `None` where they are unknown.
    pub(crate) fn credentials(&self) -> Option<&'a [FederatedIdentityCredential]> {
        let exchange = self.exchange?;
        exchange.directory.client(exchange.request.client_id.as_deref())?.credentials()
    }

    /// How the workloads are set up, with the input that says so.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = (&'a str, &'a WorkloadDefinition)> {
        self.evidence.items.iter().filter_map(|item| match &item.content {
            Content::Definition(definition) => Some((item.source.as_str(), definition)),
            _ => None,
        })
    }

    /// What people wrote in their own words.
    pub(crate) fn descriptions(&self) -> impl Iterator<Item = &'a Description> {
        self.evidence.items.iter().filter_map(|item| match &item.content {
            Content::Text { description, .. } => Some(description),
            _ => None,
        })
    }

    /// Source code, with the file it is in.
    pub(crate) fn code(&self) -> impl Iterator<Item = (&'a str, &'a SourceFile)> {
        self.evidence.items.iter().filter_map(|item| match &item.content {
            Content::Code(file) => Some((item.source.as_str(), file)),
            _ => None,
        })
    }
}
