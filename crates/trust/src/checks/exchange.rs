//! What the checks look at: the request, whose credentials it meets, and which of them fit.

use fedlens_issuers::{Cloud, EntraIssuer, recognise};
use fedlens_token::Claims;
use jiff::Timestamp;

use super::matching::Matching;
use crate::{
    Assertion, Client, Directory, FederatedIdentityCredential, Policy, Tenant, TenantPolicies, TokenRequest, Verdict,
    View, same_id,
};

/// The app id of "AAD Token Exchange Endpoint: Public", the `aud` of every Entra token made for an exchange.
pub(crate) const EXCHANGE_APP_ID: &str = "fb60f99c-7a34-4190-8149-302f77469936";

const NO_ASSERTION: &str = "no assertion is at hand: add the token that was presented";

/// One exchange, with what several checks need worked out once.
pub(crate) struct Exchange<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) request: &'a TokenRequest,
    pub(crate) now: Timestamp,
    pub(crate) policy: &'a Policy,
    /// The tenant in the request's path.
    pub(crate) tenant: Option<&'a Tenant>,
    /// Who the request says it is.
    pub(crate) client: Option<Client<'a>>,
    /// The assertion's issuer, when it is an Entra tenant.
    pub(crate) entra: Option<EntraIssuer>,
    matching: Option<Matching<'a>>,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(directory: &'a Directory, request: &'a TokenRequest, now: Timestamp, policy: &'a Policy) -> Self {
        let tenant = request.tenant.as_deref().and_then(|tenant| directory.tenant(tenant));
        let client = directory.client(request.client_id.as_deref());
        let claims = request.assertion.as_ref().and_then(|assertion| assertion.claims.as_ref());
        let issuer = claims.and_then(|claims| claims.text("iss"));
        let entra = issuer.and_then(recognise).and_then(|recognised| recognised.entra);
        let matching = client
            .and_then(Client::credentials)
            .zip(claims)
            .map(|(credentials, claims)| Matching::new(credentials, claims, entra.is_some()));
        Self { directory, request, now, policy, tenant, client, entra, matching }
    }

    /// The assertion, or why there is none to look at.
    pub(crate) fn assertion(&self) -> Result<&'a Assertion, Verdict> {
        self.request.assertion.as_ref().ok_or_else(|| match self.request.view {
            View::Whole => Verdict::does_not_apply("the request presents no assertion"),
            View::Partial => Verdict::cannot_tell(NO_ASSERTION),
        })
    }

    /// The assertion's claims.
    pub(crate) fn claims(&self) -> Result<&'a Claims, Verdict> {
        let assertion = self.assertion()?;
        assertion.claims.as_ref().ok_or_else(|| Verdict::not_reached("the assertion's claims cannot be read"))
    }

    /// The assertion's header.
    pub(crate) fn header(&self) -> Result<&'a Claims, Verdict> {
        let assertion = self.assertion()?;
        assertion.header.as_ref().ok_or_else(|| match assertion.view {
            View::Whole => Verdict::not_reached("the assertion's header cannot be read"),
            View::Partial => Verdict::cannot_tell("the assertion's header is not at hand: add the token itself"),
        })
    }

    /// A text claim of the assertion.
    pub(crate) fn claim(&self, name: &'static str) -> Result<&'a str, Verdict> {
        self.claims()?.text(name).ok_or_else(|| self.missing_claim(name))
    }

    /// The verdict for a claim that a check needs and the assertion does not show.
    pub(crate) fn missing_claim(&self, name: &'static str) -> Verdict {
        let partial = self.request.assertion.as_ref().is_some_and(|assertion| assertion.view == View::Partial);
        if partial {
            Verdict::cannot_tell(format!("the evidence does not show the assertion's `{name}`: add the token itself"))
        } else {
            Verdict::not_reached(format!("the assertion has no `{name}`"))
        }
    }

    /// Which of the client's credentials fit the assertion.
    pub(crate) fn matching(&self) -> Result<&Matching<'a>, Verdict> {
        self.claims()?;
        if self.is_certificate_assertion() {
            return Err(Verdict::does_not_apply("the assertion is signed by the client itself, not federated"));
        }
        self.matching.as_ref().ok_or_else(|| match (self.client, self.directory.view) {
            (None, View::Whole) => Verdict::not_reached("the application is not there"),
            _ => Verdict::cannot_tell(
                "the federated identity credentials are not at hand: add the output of \
                 `az ad app federated-credential list` or `az identity federated-credential list`",
            ),
        })
    }

    /// The credential that fits issuer, audience and subject.
    pub(crate) fn matched(&self) -> Result<&'a FederatedIdentityCredential, Verdict> {
        let matching = self.matching()?;
        matching.matched.first().copied().ok_or_else(|| Verdict::not_reached("no credential matches the assertion"))
    }

    /// The Entra tenant that issued the assertion; the checks of that branch start here.
    pub(crate) fn entra_issuer(&self) -> Result<EntraIssuer, Verdict> {
        self.claim("iss")?;
        self.entra.ok_or_else(|| Verdict::does_not_apply("the assertion is not from an Entra tenant"))
    }

    /// Whether the client signed the assertion with a certificate of its own: `iss` is the client id.
    pub(crate) fn is_certificate_assertion(&self) -> bool {
        let issuer = self.claim("iss").ok();
        issuer.zip(self.request.client_id.as_deref()).is_some_and(|(issuer, client)| same_id(issuer, client))
    }

    /// What the asked tenant forbids.
    pub(crate) fn policies(&self) -> Result<&'a TenantPolicies, Verdict> {
        self.tenant.map(|tenant| &tenant.policies).ok_or_else(|| match self.directory.view {
            View::Partial => Verdict::cannot_tell("the tenant's policies are not at hand"),
            View::Whole => Verdict::not_reached("the tenant is not there"),
        })
    }

    /// The tenant to name in messages.
    pub(crate) fn tenant_name(&self) -> &'a str {
        let path = self.request.tenant.as_deref().unwrap_or_default();
        self.tenant.map_or(path, |tenant| tenant.display_name.as_deref().unwrap_or(&tenant.id))
    }

    /// The cloud of the request's tenant, or of the endpoint.
    pub(crate) fn cloud(&self) -> Cloud {
        self.tenant.map_or(self.policy.cloud, |tenant| tenant.cloud)
    }

    /// The client's name in messages, empty where it has none.
    pub(crate) fn client_name(&self) -> &'a str {
        self.client.and_then(Client::name).unwrap_or_default()
    }

    /// The client id to name in messages.
    pub(crate) fn client_id(&self) -> &'a str {
        self.request.client_id.as_deref().unwrap_or_default()
    }
}
