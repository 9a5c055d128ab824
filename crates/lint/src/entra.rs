//! Credentials that trust an Entra tenant, and what Entra answers to the tokens it issues itself.

use std::collections::HashMap;

use fedlens_issuers::{Cloud, EntraIssuer, PlatformId, recognise};
use fedlens_token::Claims;
use fedlens_trust::{
    Application, Assertion, Directory, FederatedIdentityCredential, ManagedIdentity, ManagedIdentityKind, Policy,
    SignInAudience, Tenant, TokenRequest, View, decide,
};
use jiff::Timestamp;
use serde_json::json;

use crate::model::{Credential, Identity, IdentityKind, Model};
use crate::source::{Piece, Text};

/// Stands for a value that is not known, in the form that it has.
const SOME_GUID: &str = "00000000-0000-4000-8000-000000000000";

/// A tenant whose tokens a credential trusts.
#[derive(Clone, Debug)]
pub(crate) struct Trusted {
    /// The tenant as the issuer names it.
    pub(crate) tenant: Text,
    cloud: Cloud,
}

/// The Entra tenant that a credential trusts, whether or not it is known.
pub(crate) fn trusted(credential: &Credential) -> Option<Trusted> {
    let issuer = &credential.issuer;
    let whole: String = issuer
        .pieces()
        .into_iter()
        .map(|piece| match piece {
            Piece::Literal(text) => text,
            Piece::Unknown(_) => SOME_GUID.to_owned(),
        })
        .collect();
    let found =
        recognise(&whole).filter(|found| found.platform.id == PlatformId::Entra && issuer.symbol().is_none())?;
    let entra: EntraIssuer = found.entra?;
    let tenant = issuer.unknowns().next().map_or_else(
        || Text::literal(entra.tenant.to_string(), issuer.place),
        |unknown| Text::of([Piece::Unknown(unknown.clone())], issuer.place),
    );
    Some(Trusted { tenant, cloud: entra.cloud })
}

/// Identities by everything that names them.
pub(crate) struct Names(HashMap<String, usize>);

impl Names {
    pub(crate) fn of(model: &Model<'_>) -> Self {
        let mut names = HashMap::new();
        for (at, identity) in model.identities.iter().enumerate() {
            let own = [identity.client_id.as_ref(), identity.principal_id.as_ref()];
            for name in identity.references.iter().chain(own.into_iter().flatten()) {
                names.entry(key(name)).or_insert(at);
            }
        }
        Self(names)
    }

    /// The identity that a text names.
    pub(crate) fn find<'m>(&self, model: &'m Model<'_>, text: &Text) -> Option<&'m Identity> {
        self.0.get(&key(text)).and_then(|at| model.identities.get(*at))
    }
}

/// A credential whose subject names an identity of the repository, in a tenant of Entra.
#[derive(Clone, Copy)]
pub(crate) struct Vouched<'m> {
    pub(crate) credential: &'m Credential,
    pub(crate) subject: &'m Text,
    /// Whose tokens it is to let in.
    pub(crate) bearer: &'m Identity,
}

/// Every credential by which one identity is to vouch for another.
pub(crate) fn vouched<'m>(model: &'m Model<'_>) -> Vec<Vouched<'m>> {
    let trusting: Vec<_> = model.credentials.iter().filter(|credential| trusted(credential).is_some()).collect();
    if trusting.is_empty() {
        return Vec::new();
    }
    let names = Names::of(model);
    let found = trusting.into_iter().filter_map(|credential| {
        let subject = credential.subject.as_ref()?;
        Some(Vouched { credential, subject, bearer: names.find(model, subject)? })
    });
    found.collect()
}

fn key(text: &Text) -> String {
    text.to_string().to_ascii_lowercase()
}

/// Whether two texts are one id.
pub(crate) fn is_same(own: Option<&Text>, text: &Text) -> bool {
    own.is_some_and(|own| key(own) == key(text))
}

/// A sign-in with a token that Entra issued.
pub(crate) struct Attempt<'a> {
    /// The credential that is to let it in.
    pub(crate) credential: &'a Credential,
    /// Whose credential it is.
    pub(crate) target: &'a Identity,
    /// Whose token it is; none for a token of Azure DevOps.
    pub(crate) bearer: Option<&'a Identity>,
    /// The `sub` of the token.
    pub(crate) subject: &'a Text,
}

impl Attempt<'_> {
    /// The code of Entra's answer, where it refuses.
    pub(crate) fn refusal(&self) -> Option<String> {
        let trusted = trusted(self.credential)?;
        let filled = |text: &Text| text.known().map_or_else(|| placeholder(text), str::to_owned);
        let from = self.bearer.and_then(|bearer| bearer.tenant.as_ref()).and_then(Text::known);
        let issuer_tenant = filled(&trusted.tenant);
        let issuer = |tenant: &str| format!("https://{}/{tenant}/v2.0", trusted.cloud.authority_host());
        let home = self.target.tenant.as_ref().and_then(Text::known).unwrap_or(&issuer_tenant).to_owned();
        let client = self.bearer.and_then(|bearer| bearer.client_id.as_ref()).map_or(SOME_GUID.to_owned(), filled);
        let subject = filled(self.subject);
        let credential = FederatedIdentityCredential {
            issuer: issuer(&issuer_tenant),
            subject: self.credential.subject.as_ref().map(filled),
            audiences: vec![trusted.cloud.exchange_audience().to_owned()],
            ..FederatedIdentityCredential::default()
        };
        let claims: Claims = serde_json::from_value(json!({
            "iss": issuer(from.unwrap_or(&issuer_tenant)),
            "aud": trusted.cloud.exchange_audience(),
            "sub": subject, "oid": subject, "azp": client, "idtyp": "app",
        }))
        .ok()?;
        let directory = self.directory(&home, &client, &subject, credential, trusted.cloud);
        let request = TokenRequest {
            view: View::Partial,
            tenant: Some(home),
            grant_type: Some("client_credentials".to_owned()),
            client_id: Some("target".to_owned()),
            assertion: Some(Assertion { view: View::Partial, claims: Some(claims), ..Assertion::default() }),
            ..TokenRequest::default()
        };
        let policy = Policy { cloud: trusted.cloud, ..Policy::default() };
        let decision = decide(&directory, &request, Timestamp::UNIX_EPOCH, &policy);
        decision.refusal().map(|refusal| format!("AADSTS{}", refusal.code))
    }

    fn directory(
        &self,
        home: &str,
        client: &str,
        subject: &str,
        credential: FederatedIdentityCredential,
        cloud: Cloud,
    ) -> Directory {
        let mut applications = Vec::new();
        let mut managed_identities = Vec::new();
        let kind = |kind| match kind {
            IdentityKind::SystemAssigned => ManagedIdentityKind::SystemAssigned,
            _ => ManagedIdentityKind::UserAssigned,
        };
        match self.bearer.map(|bearer| bearer.kind) {
            Some(IdentityKind::Application) => {
                applications.push(Application { app_id: client.to_owned(), ..Application::default() });
            }
            Some(found @ (IdentityKind::UserAssigned | IdentityKind::SystemAssigned)) => {
                managed_identities.push(ManagedIdentity {
                    client_id: client.to_owned(),
                    principal_id: Some(subject.to_owned()),
                    kind: Some(kind(found)),
                    ..ManagedIdentity::default()
                });
            }
            Some(IdentityKind::Unknown) | None => {}
        }
        let credentials = Some(vec![credential]);
        match self.target.kind {
            IdentityKind::UserAssigned | IdentityKind::SystemAssigned => managed_identities.push(ManagedIdentity {
                client_id: "target".to_owned(),
                tenant_id: Some(home.to_owned()),
                kind: Some(kind(self.target.kind)),
                federated_identity_credentials: credentials,
                ..ManagedIdentity::default()
            }),
            IdentityKind::Application | IdentityKind::Unknown => applications.push(Application {
                app_id: "target".to_owned(),
                tenant_id: Some(home.to_owned()),
                sign_in_audience: sign_in_audience(self.target),
                federated_identity_credentials: credentials,
                ..Application::default()
            }),
        }
        Directory {
            view: View::Partial,
            tenants: vec![Tenant { id: home.to_owned(), cloud, ..Tenant::default() }].into(),
            applications: applications.into(),
            managed_identities: managed_identities.into(),
            ..Directory::default()
        }
    }
}

/// Who may sign in to an application, where that is known.
pub(crate) fn sign_in_audience(identity: &Identity) -> Option<SignInAudience> {
    Some(match identity.sign_in_audience.as_ref()?.known()? {
        "AzureADMyOrg" => SignInAudience::SingleTenant,
        "AzureADMultipleOrgs" => SignInAudience::MultiTenant,
        "AzureADandPersonalMicrosoftAccount" => SignInAudience::MultiTenantAndPersonal,
        "PersonalMicrosoftAccount" => SignInAudience::Personal,
        _ => return None,
    })
}

/// A text with something of the right form for what is not known of it; one symbol always stands for one value.
fn placeholder(text: &Text) -> String {
    let is_structured = matches!(text.pieces().first(), Some(Piece::Literal(first)) if first.starts_with("/eid1/"));
    text.pieces()
        .into_iter()
        .map(|piece| match piece {
            Piece::Literal(literal) => literal,
            Piece::Unknown(_) if is_structured => "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            Piece::Unknown(unknown) => guid_of(&unknown.symbol),
        })
        .collect()
}

fn guid_of(symbol: &str) -> String {
    let digest = symbol
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("00000000-0000-4000-8000-{:012x}", digest & 0xffff_ffff_ffff)
}
