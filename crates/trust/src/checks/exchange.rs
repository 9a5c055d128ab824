//! What the checks look at: the request, whose credentials it meets, and which of them fit.

use fedlens_issuers::{Cloud, EntraIssuer, recognise};
use fedlens_token::Claims;
use jiff::Timestamp;

use super::grant::Grant;
use super::matching::Matching;
use super::tenant_identifier::is_alias;
use crate::{
    Application, Assertion, Client, Directory, FederatedIdentityCredential, Policy, Tenant, TenantPolicies,
    TokenRequest, Verdict, View, same_id,
};

const NO_ASSERTION: &str = "no assertion is at hand: add the token that was presented";

/// One exchange, with what several checks need worked out once.
pub(crate) struct Exchange<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) request: &'a TokenRequest,
    pub(crate) now: Timestamp,
    pub(crate) policy: &'a Policy,
    /// What is traded for a token, where the grant type is known.
    pub(crate) grant: Option<Grant>,
    /// The tenant in the request's path; under an alias, the user's.
    pub(crate) tenant: Option<&'a Tenant>,
    /// Who the request says it is.
    pub(crate) client: Option<Client<'a>>,
    /// The assertion's issuer, when it is an Entra tenant.
    pub(crate) entra: Option<EntraIssuer>,
    matching: Option<Matching<'a>>,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(directory: &'a Directory, request: &'a TokenRequest, now: Timestamp, policy: &'a Policy) -> Self {
        let grant = request.grant_type.as_deref().and_then(Grant::of);
        let client = directory.client(request.client_id.as_deref());
        let tenant = request.tenant.as_deref().and_then(|tenant| match grant {
            Some(grant) if grant.is_for_user() && is_alias(tenant) => users_tenant(directory, request, client),
            _ => directory.tenant(tenant),
        });
        let claims = request.assertion.as_ref().and_then(|assertion| assertion.claims.as_ref());
        let issuer = claims.and_then(|claims| claims.text("iss"));
        let entra = issuer.and_then(recognise).and_then(|recognised| recognised.entra);
        let matching = client
            .and_then(Client::credentials)
            .zip(claims)
            .map(|(credentials, claims)| Matching::new(credentials, claims, entra.is_some()));
        Self { directory, request, now, policy, grant, tenant, client, entra, matching }
    }

    /// The assertion, or why there is none to look at.
    pub(crate) fn assertion(&self) -> Result<&'a Assertion, Verdict> {
        self.request.assertion.as_ref().ok_or_else(|| match self.request.view {
            View::Partial if self.request.client_secret.is_none() => Verdict::cannot_tell(NO_ASSERTION),
            _ => Verdict::does_not_apply("the request presents no client assertion"),
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
        self.federated()?;
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

    /// Ends a check that is for federated assertions only.
    pub(crate) fn federated(&self) -> Result<(), Verdict> {
        if self.is_certificate_assertion() {
            return Err(Verdict::does_not_apply("the assertion is signed by the client itself, not federated"));
        }
        Ok(())
    }

    /// Ends a check that is for assertions of the client itself only.
    pub(crate) fn certificate(&self) -> Result<(), Verdict> {
        if self.is_certificate_assertion() {
            return Ok(());
        }
        Err(Verdict::does_not_apply("no assertion of the client itself was sent"))
    }

    /// Whether an application signed the assertion with a certificate of its own: it names the client, or at
    /// least an application, where a federated one has an address.
    pub(crate) fn is_certificate_assertion(&self) -> bool {
        let Ok(issuer) = self.claim("iss") else { return false };
        let names_client = self.request.client_id.as_deref().is_some_and(|client| same_id(issuer, client));
        names_client || is_guid(issuer) && self.claim("sub").is_ok_and(|subject| same_id(issuer, subject))
    }

    /// Ends a check that is for one grant only.
    pub(crate) fn only_for(&self, grant: Grant) -> Result<(), Verdict> {
        match self.grant {
            Some(own) if own == grant => Ok(()),
            Some(_) => Err(Verdict::does_not_apply("the request is of another grant type")),
            None => Err(Verdict::not_reached("the grant type is not known")),
        }
    }

    /// Whether the token asked for is for a user.
    pub(crate) fn is_for_user(&self) -> bool {
        self.grant.is_some_and(Grant::is_for_user)
    }

    /// The verdict for a parameter that a check needs and the request does not show.
    pub(crate) fn missing_parameter(&self, name: &'static str) -> Verdict {
        match self.request.view {
            View::Whole => Verdict::not_reached(format!("the request has no `{name}`")),
            View::Partial => Verdict::cannot_tell(format!("the evidence does not show the request's `{name}`")),
        }
    }

    /// The registration of the client; a managed identity has none.
    pub(crate) fn application(&self) -> Result<&'a Application, Verdict> {
        match self.client {
            Some(Client::Application(application)) => Ok(application),
            Some(Client::ManagedIdentity(_)) => Err(Verdict::does_not_apply("the client is a managed identity")),
            None => Err(Verdict::not_reached("the application is not known")),
        }
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

/// `common` and `organizations` stand for the tenant of the user who signs in, by the name that was typed, or by
/// the user's token. Of codes it is not known here, and the client's own tenant is taken.
fn users_tenant<'a>(
    directory: &'a Directory,
    request: &TokenRequest,
    client: Option<Client<'_>>,
) -> Option<&'a Tenant> {
    let username = request.username.as_deref();
    let claims = request.user_assertion.as_ref().and_then(|token| token.claims.as_ref());
    let candidates = [
        username.and_then(|name| directory.user(name)).and_then(|user| user.tenant_id.as_deref()),
        username.and_then(|name| name.rsplit_once('@')).map(|(_, domain)| domain),
        claims.and_then(|claims| claims.text("tid")),
        client.and_then(Client::home_tenant),
    ];
    candidates.into_iter().flatten().find_map(|tenant| directory.tenant(tenant))
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}
