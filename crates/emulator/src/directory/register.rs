//! The state: what `decide` sees, and beside it what only the emulator needs.

use std::collections::{BTreeMap, HashMap};

use fedlens_issuers::{Eid1, EntraIssuer};
use fedlens_trust::{
    Application, Client, Directory, FederatedIdentityCredential, ManagedIdentity, ManagedIdentityKind, Resource,
    SignInAudience, Tenant, User, View,
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::convert::{
    certificate, credential, derived_id, key, names, secret, secret_digest, service_principal,
    service_principal_document, with_id,
};
use super::{
    AppRoleDocument, ApplicationDocument, CertificateDocument, DirectoryDocument, DocumentError, IssuerDocument,
    ManagedIdentityDocument, ResourceDocument, ResourceGroupDocument, RoleAssignmentDocument, ServicePrincipalDocument,
    SubscriptionDocument, UserDocument,
};
use crate::crypto::VerifyingKey;

/// The id of the credential that stands for a blueprint.
const AGENT_CREDENTIAL: &str = "agent-blueprint";

/// The state of an emulator.
#[derive(Default)]
pub(crate) struct Registry {
    /// What `decide` sees.
    pub(crate) directory: Directory,
    pub(crate) subscriptions: Vec<SubscriptionDocument>,
    /// By their keys.
    pub(crate) resource_groups: BTreeMap<String, ResourceGroupDocument>,
    pub(crate) issuers: Vec<IssuerDocument>,
    /// The API that the emulator itself is.
    own: Option<ResourceDocument>,
    applications: HashMap<String, ApplicationExtra>,
    identities: HashMap<String, IdentityExtra>,
    /// SHA-256 digests by user id.
    passwords: HashMap<String, String>,
    /// Token versions of resources that are no applications.
    resource_versions: HashMap<String, u8>,
    /// Credentials that were created too recently for every replica to see them.
    unseen: Vec<Unseen>,
}

/// What an application has beside what `decide` looks at.
#[derive(Clone, Default)]
pub(crate) struct ApplicationExtra {
    pub(crate) token_version: Option<u8>,
    pub(crate) agent_blueprint: Option<String>,
    pub(crate) app_roles: Vec<AppRoleDocument>,
    pub(crate) role_assignments: Vec<RoleAssignmentDocument>,
    pub(crate) app_role_assignment_required: bool,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) certificate_thumbprints: Vec<String>,
    pub(crate) properties: Map<String, Value>,
    /// Of its service principals, by tenant id.
    pub(crate) principal_properties: HashMap<String, Map<String, Value>>,
}

/// What a managed identity has beside what `decide` looks at.
#[derive(Clone, Default)]
pub(crate) struct IdentityExtra {
    pub(crate) resource_id: String,
    pub(crate) location: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) properties: Map<String, Value>,
    pub(crate) role_assignments: Vec<RoleAssignmentDocument>,
}

/// A client secret, by its digest.
#[derive(Clone)]
pub(crate) struct Secret {
    pub(crate) key_id: String,
    pub(crate) display_name: Option<String>,
    pub(crate) sha256: String,
    pub(crate) starts: Option<Timestamp>,
    pub(crate) expires: Option<Timestamp>,
}

/// A client certificate.
#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) document: CertificateDocument,
    pub(crate) key: VerifyingKey,
    /// SHA-1 and SHA-256 thumbprints in base64url.
    pub(crate) thumbprints: [String; 2],
}

struct Unseen {
    client: String,
    credential: FederatedIdentityCredential,
    seen_at: Timestamp,
}

impl Registry {
    /// The state that a directory file describes. `own` is the API that the emulator itself is.
    pub(crate) fn new(document: DirectoryDocument, own: Option<ResourceDocument>) -> Result<Self, DocumentError> {
        let mut registry = Self { own, ..Self::default() };
        registry.directory.view = View::Whole;
        let (applications, identities) = (document.applications.clone(), document.managed_identities.clone());
        let groups = document.resource_groups.clone();
        registry.put_surroundings(document)?;
        groups.into_iter().for_each(|group| registry.put_resource_group(group));
        for application in applications {
            registry.put_application(application, None)?;
        }
        for identity in identities {
            registry.put_identity(identity, None)?;
        }
        registry.refresh_assignments();
        Ok(registry)
    }

    /// Replaces everything but applications, managed identities and resource groups.
    pub(crate) fn put_surroundings(&mut self, document: DirectoryDocument) -> Result<(), DocumentError> {
        self.directory.tenants.clear();
        self.directory.resources.clear();
        self.directory.users.clear();
        self.subscriptions.clear();
        for tenant in document.tenants {
            self.put_tenant(tenant)?;
        }
        for subscription in document.subscriptions {
            self.put_subscription(subscription);
        }
        for resource in self.own.clone().into_iter().chain(document.resources) {
            self.put_resource(resource);
        }
        for user in document.users {
            self.put_user(user)?;
        }
        self.issuers = document.issuers;
        Ok(())
    }

    /// The tenant of whatever names none.
    pub(crate) fn home_tenant(&self) -> &str {
        self.directory.tenants.first().map_or("", |tenant| tenant.id.as_str())
    }

    pub(crate) fn application_extra(&self, app_id: &str) -> Option<&ApplicationExtra> {
        self.applications.get(&key(app_id))
    }

    pub(crate) fn identity_extra(&self, client_id: &str) -> Option<&IdentityExtra> {
        self.identities.get(&key(client_id))
    }

    /// Whether the password is this user's.
    pub(crate) fn has_password(&self, user: &User, password: &str) -> bool {
        self.passwords.get(&key(&user.id)).is_some_and(|digest| *digest == secret_digest(password))
    }

    /// The version of the tokens for a resource, and the roles that a client has there.
    pub(crate) fn token_version(&self, app_id: &str) -> u8 {
        let own = self.application_extra(app_id).and_then(|extra| extra.token_version);
        own.or_else(|| self.resource_versions.get(&key(app_id)).copied()).unwrap_or(1)
    }

    pub(crate) fn role_assignments(&self, client_id: &str) -> &[RoleAssignmentDocument] {
        let of_application = self.application_extra(client_id).map(|extra| extra.role_assignments.as_slice());
        of_application
            .or_else(|| self.identity_extra(client_id).map(|extra| extra.role_assignments.as_slice()))
            .unwrap_or_default()
    }

    fn put_tenant(&mut self, tenant: Tenant) -> Result<(), DocumentError> {
        if Uuid::try_parse(&tenant.id).is_err() {
            return Err(DocumentError::Content(format!("tenants: `{}` is not a GUID", tenant.id)));
        }
        let id = key(&tenant.id);
        self.directory.tenants.put(&id.clone(), Tenant { id, ..tenant });
        Ok(())
    }

    fn put_subscription(&mut self, document: SubscriptionDocument) {
        let tenant_id = document.tenant_id.or_else(|| Some(self.home_tenant().to_owned()));
        self.subscriptions.push(SubscriptionDocument { tenant_id, ..document });
    }

    /// Adds or replaces a resource group.
    pub(crate) fn put_resource_group(&mut self, document: ResourceGroupDocument) {
        self.resource_groups.insert(document.key(), document);
    }

    /// Removes the resource group of a [key](ResourceGroupDocument::key).
    pub(crate) fn remove_resource_group(&mut self, key: &str) {
        self.resource_groups.remove(key);
    }

    fn put_resource(&mut self, document: ResourceDocument) {
        if let Some(version) = document.requested_access_token_version {
            self.resource_versions.insert(key(&document.app_id), version);
        }
        self.directory.resources.put(
            &document.app_id.clone(),
            Resource {
                app_id: document.app_id,
                display_name: document.display_name,
                identifier_uris: document.identifier_uris,
                enabled: document.enabled,
                app_role_assignment_required: document.app_role_assignment_required,
                assigned_clients: document.assigned_clients,
            },
        );
    }

    fn put_user(&mut self, document: UserDocument) -> Result<(), DocumentError> {
        if document.user_principal_name.is_empty() {
            return Err(DocumentError::Content("users: a user has no userPrincipalName".to_owned()));
        }
        let tenant_id = document.tenant_id.unwrap_or_else(|| self.home_tenant().to_owned());
        let id = document.id.unwrap_or_else(|| derived_id(&["user", &tenant_id, &document.user_principal_name]));
        let digest = document.password_sha256.or_else(|| document.password.as_deref().map(secret_digest));
        if let Some(digest) = digest {
            self.passwords.insert(key(&id), key(&digest));
        }
        self.directory.users.put(
            &id.clone(),
            User {
                id,
                user_principal_name: document.user_principal_name,
                display_name: document.display_name,
                account_enabled: Some(document.account_enabled.unwrap_or(true)),
                tenant_id: Some(tenant_id),
            },
        );
        Ok(())
    }

    /// Adds or replaces an application; [`Self::refresh_assignments`] has to follow. Credentials that are new become
    /// visible at `seen_at`.
    pub(crate) fn put_application(
        &mut self,
        document: ApplicationDocument,
        seen_at: Option<Timestamp>,
    ) -> Result<(), DocumentError> {
        let app_id = key(&document.app_id);
        if Uuid::try_parse(&app_id).is_err() {
            return Err(DocumentError::Content(format!("applications: `{app_id}` is not a GUID")));
        }
        let tenant_id =
            document.tenant_id.map_or_else(|| self.home_tenant().to_owned(), |tenant| self.tenant_id(&tenant));
        let certificates: Vec<_> = document.certificates.into_iter().map(certificate).collect::<Result<_, _>>()?;
        let own = certificates.iter().flat_map(|certificate: &Certificate| certificate.thumbprints.iter().cloned());
        let thumbprints = own.chain(document.certificate_thumbprints.iter().cloned()).collect();
        let mut credentials = self.credentials(document.federated_identity_credentials, &app_id, &tenant_id, seen_at);
        let blueprint = document.agent_blueprint.map(|blueprint| key(&blueprint));
        credentials.extend(blueprint.as_deref().and_then(|one| self.agent_credential(one, &app_id, &tenant_id)));
        let principals = document.service_principals.unwrap_or_else(|| {
            vec![ServicePrincipalDocument { tenant_id: tenant_id.clone(), ..ServicePrincipalDocument::default() }]
        });
        let extra = ApplicationExtra {
            token_version: document.requested_access_token_version,
            agent_blueprint: blueprint,
            app_roles: document.app_roles.into_iter().map(|role| with_id(role, &app_id)).collect(),
            role_assignments: document.role_assignments,
            app_role_assignment_required: document.app_role_assignment_required,
            secrets: document.secrets.into_iter().map(|one| secret(one, &app_id)).collect::<Result<_, _>>()?,
            certificates,
            certificate_thumbprints: document.certificate_thumbprints,
            properties: document.properties,
            principal_properties: principals
                .iter()
                .filter(|principal| !principal.properties.is_empty())
                .map(|principal| (key(&principal.tenant_id), principal.properties.clone()))
                .collect(),
        };
        let application = Application {
            id: Some(document.id.unwrap_or_else(|| derived_id(&["application", &app_id]))),
            display_name: document.display_name,
            tenant_id: Some(tenant_id),
            sign_in_audience: Some(document.sign_in_audience.unwrap_or(SignInAudience::SingleTenant)),
            enabled: Some(document.enabled.unwrap_or(true)),
            identifier_uris: document.identifier_uris,
            certificate_thumbprints: thumbprints,
            service_principals: Some(principals.into_iter().map(|one| service_principal(one, &app_id)).collect()),
            federated_identity_credentials: Some(credentials),
            is_fallback_public_client: document.is_fallback_public_client,
            app_id: app_id.clone(),
        };
        let asks = extra.app_role_assignment_required;
        self.directory.applications.put(&app_id, application);
        let before = self.applications.insert(app_id.clone(), extra);
        if before.is_some_and(|before| before.app_role_assignment_required) && !asks {
            self.directory.resources.retain(|resource| key(&resource.app_id) != app_id);
        }
        Ok(())
    }

    /// An application that asks for assignment is a resource that says so.
    fn put_own_resource(&mut self, app_id: &str) {
        let Some(extra) = self.applications.get(app_id) else { return };
        if !extra.app_role_assignment_required {
            return;
        }
        let Some(application) = self.directory.application(app_id) else { return };
        let assigned =
            |assignments: &[RoleAssignmentDocument]| assignments.iter().any(|one| names(application, &one.resource));
        let applications = self.applications.iter().map(|(id, extra)| (id, extra.role_assignments.as_slice()));
        let identities = self.identities.iter().map(|(id, extra)| (id, extra.role_assignments.as_slice()));
        let mut assigned_clients: Vec<_> =
            applications.chain(identities).filter(|(_, all)| assigned(all)).map(|(id, _)| id.clone()).collect();
        assigned_clients.sort_unstable();
        let resource = Resource {
            app_id: app_id.to_owned(),
            display_name: application.display_name.clone(),
            identifier_uris: application.identifier_uris.clone(),
            enabled: application.enabled,
            app_role_assignment_required: true,
            assigned_clients,
        };
        self.directory.resources.put(app_id, resource);
    }

    /// Applications that ask for assignment learn of the roles that others were given.
    pub(crate) fn refresh_assignments(&mut self) {
        let asking: Vec<_> = self
            .applications
            .iter()
            .filter(|(_, extra)| extra.app_role_assignment_required)
            .map(|(id, _)| id.clone())
            .collect();
        for app_id in asking {
            self.put_own_resource(&app_id);
        }
    }

    /// Removes an application; whether there was one.
    pub(crate) fn remove_application(&mut self, app_id: &str) -> bool {
        let app_id = key(app_id);
        self.unseen.retain(|unseen| unseen.client != app_id);
        self.directory.applications.retain(|application| application.app_id != app_id);
        self.directory.resources.retain(|resource| key(&resource.app_id) != app_id);
        self.applications.remove(&app_id).is_some()
    }

    /// The application as a document, secrets as digests; credentials that are not visible yet included.
    pub(crate) fn application_document(&self, app_id: &str) -> Option<ApplicationDocument> {
        let application = self.directory.application(app_id)?;
        let extra = self.application_extra(app_id)?;
        Some(ApplicationDocument {
            app_id: application.app_id.clone(),
            id: application.id.clone(),
            display_name: application.display_name.clone(),
            tenant_id: application.tenant_id.clone(),
            sign_in_audience: application.sign_in_audience,
            enabled: application.enabled,
            is_fallback_public_client: application.is_fallback_public_client,
            identifier_uris: application.identifier_uris.clone(),
            requested_access_token_version: extra.token_version,
            agent_blueprint: extra.agent_blueprint.clone(),
            app_roles: extra.app_roles.clone(),
            app_role_assignment_required: extra.app_role_assignment_required,
            role_assignments: extra.role_assignments.clone(),
            secrets: extra.secrets.iter().map(Secret::document).collect(),
            certificates: extra.certificates.iter().map(|certificate| certificate.document.clone()).collect(),
            certificate_thumbprints: extra.certificate_thumbprints.clone(),
            service_principals: application
                .service_principals
                .as_ref()
                .map(|principals| principals.iter().map(|one| service_principal_document(one, extra)).collect()),
            federated_identity_credentials: self.credential_documents(Client::Application(application)),
            properties: extra.properties.clone(),
        })
    }

    /// Adds or replaces a managed identity. Credentials that are new become visible at `seen_at`.
    pub(crate) fn put_identity(
        &mut self,
        document: ManagedIdentityDocument,
        seen_at: Option<Timestamp>,
    ) -> Result<(), DocumentError> {
        let client_id = key(&document.client_id);
        if Uuid::try_parse(&client_id).is_err() {
            return Err(DocumentError::Content(format!("managedIdentities: `{client_id}` is not a GUID")));
        }
        let tenant_id =
            document.tenant_id.map_or_else(|| self.home_tenant().to_owned(), |tenant| self.tenant_id(&tenant));
        let kind = document.kind.unwrap_or(ManagedIdentityKind::UserAssigned);
        let name = document.name.unwrap_or_else(|| client_id.clone());
        let resource_id = document.resource_id.unwrap_or_else(|| self.default_resource_id(kind, &name));
        let credentials = self.credentials(document.federated_identity_credentials, &client_id, &tenant_id, seen_at);
        self.directory.managed_identities.put(
            &client_id,
            ManagedIdentity {
                principal_id: Some(
                    document.principal_id.unwrap_or_else(|| derived_id(&["managed identity", &client_id])),
                ),
                tenant_id: Some(tenant_id),
                kind: Some(kind),
                name: Some(name),
                federated_identity_credentials: Some(credentials),
                client_id: client_id.clone(),
            },
        );
        let extra = IdentityExtra {
            resource_id,
            location: document.location,
            tags: document.tags,
            properties: document.properties,
            role_assignments: document.role_assignments,
        };
        self.identities.insert(client_id, extra);
        Ok(())
    }

    fn default_resource_id(&self, kind: ManagedIdentityKind, name: &str) -> String {
        let subscription = self.subscriptions.first().map_or("", |subscription| subscription.id.as_str());
        let provider = match kind {
            ManagedIdentityKind::UserAssigned => "Microsoft.ManagedIdentity/userAssignedIdentities",
            ManagedIdentityKind::SystemAssigned => "Microsoft.Compute/virtualMachines",
        };
        format!("/subscriptions/{subscription}/resourcegroups/emulated/providers/{provider}/{name}")
    }

    /// Removes a managed identity; whether there was one.
    pub(crate) fn remove_identity(&mut self, client_id: &str) -> bool {
        let client_id = key(client_id);
        self.unseen.retain(|unseen| unseen.client != client_id);
        self.directory.managed_identities.retain(|identity| identity.client_id != client_id);
        self.identities.remove(&client_id).is_some()
    }

    /// The managed identity as a document; credentials that are not visible yet included.
    pub(crate) fn identity_document(&self, client_id: &str) -> Option<ManagedIdentityDocument> {
        let identity = self.directory.managed_identity(client_id)?;
        let extra = self.identity_extra(client_id)?;
        Some(ManagedIdentityDocument {
            client_id: identity.client_id.clone(),
            principal_id: identity.principal_id.clone(),
            tenant_id: identity.tenant_id.clone(),
            kind: identity.kind,
            name: identity.name.clone(),
            resource_id: Some(extra.resource_id.clone()),
            location: extra.location.clone(),
            tags: extra.tags.clone(),
            properties: extra.properties.clone(),
            role_assignments: extra.role_assignments.clone(),
            federated_identity_credentials: self.credential_documents(Client::ManagedIdentity(identity)),
        })
    }

    fn tenant_id(&self, id_or_domain: &str) -> String {
        self.directory.tenant(id_or_domain).map_or_else(|| key(id_or_domain), |tenant| tenant.id.clone())
    }

    /// The credentials that are visible now; new ones wait until `seen_at`.
    fn credentials(
        &mut self,
        documents: Vec<FederatedIdentityCredential>,
        client: &str,
        tenant_id: &str,
        seen_at: Option<Timestamp>,
    ) -> Vec<FederatedIdentityCredential> {
        let cloud = self.directory.tenant(tenant_id).map_or_else(Default::default, |tenant| tenant.cloud);
        let all = documents.into_iter().map(|document| credential(document, client, cloud.exchange_audience()));
        let visible = self.directory.client(Some(client)).and_then(Client::credentials).unwrap_or_default();
        let visible: Vec<_> = visible.iter().filter_map(|credential| credential.id.clone()).collect();
        let waiting: HashMap<_, _> = self
            .unseen
            .extract_if(.., |unseen| unseen.client == client)
            .filter_map(|unseen| Some((unseen.credential.id.clone()?, unseen.seen_at)))
            .collect();
        let (seen, unseen): (Vec<_>, Vec<_>) = all
            .map(|credential| {
                let id = credential.id.clone().unwrap_or_default();
                let known = visible.contains(&id);
                let at = waiting.get(&id).copied().or(seen_at.filter(|_| !known));
                (at, credential)
            })
            .partition(|(at, _)| at.is_none());
        self.unseen.extend(
            unseen
                .into_iter()
                .filter_map(|(at, credential)| Some(Unseen { client: client.to_owned(), credential, seen_at: at? })),
        );
        seen.into_iter().map(|(_, credential)| credential).collect()
    }

    /// A client's federated identity credentials, those that are not visible yet included.
    pub(crate) fn credential_documents(&self, client: Client<'_>) -> Vec<FederatedIdentityCredential> {
        let unseen = self.unseen.iter().filter(|unseen| unseen.client == client.id()).map(|unseen| &unseen.credential);
        let all = client.credentials().unwrap_or_default().iter().chain(unseen);
        all.filter(|credential| credential.id.as_deref() != Some(AGENT_CREDENTIAL)).cloned().collect()
    }

    /// What stands for Entra's trust in a blueprint's token for its agent identity. Nobody sees it in a list.
    fn agent_credential(&self, blueprint: &str, agent: &str, tenant_id: &str) -> Option<FederatedIdentityCredential> {
        let (tenant, application) = (Uuid::try_parse(tenant_id).ok()?, Uuid::try_parse(blueprint).ok()?);
        let cloud = self.directory.tenant(tenant_id).map_or_else(Default::default, |tenant| tenant.cloud);
        let subject = Eid1 { cloud: "pub".to_owned(), tenant, application, path: agent.to_owned() };
        Some(FederatedIdentityCredential {
            id: Some(AGENT_CREDENTIAL.to_owned()),
            name: Some("the blueprint's token".to_owned()),
            issuer: EntraIssuer { tenant, cloud, version: 2 }.issuer(),
            subject: Some(subject.build()),
            audiences: vec![cloud.exchange_audience().to_owned()],
            ..FederatedIdentityCredential::default()
        })
    }

    /// Whether a credential has become visible since the last call of [`Self::show_credentials`].
    pub(crate) fn has_new_credentials(&self, now: Timestamp) -> bool {
        self.unseen.iter().any(|unseen| unseen.seen_at <= now)
    }

    /// Makes the credentials visible whose time has come.
    pub(crate) fn show_credentials(&mut self, now: Timestamp) {
        let due: Vec<_> = self.unseen.extract_if(.., |unseen| unseen.seen_at <= now).collect();
        for Unseen { client, credential, .. } in due {
            if let Some(credentials) = self.directory.credentials_mut(&client) {
                credentials.push(credential);
            }
        }
    }

    /// Everything as a directory file, secrets and passwords as digests.
    pub(crate) fn document(&self) -> DirectoryDocument {
        let directory = &self.directory;
        let is_listed = |resource: &&Resource| {
            self.own.as_ref().is_none_or(|own| own.app_id != resource.app_id)
                && directory.application(&resource.app_id).is_none()
        };
        DirectoryDocument {
            schema: None,
            tenants: directory.tenants.to_vec(),
            applications: directory
                .applications
                .iter()
                .filter_map(|application| self.application_document(&application.app_id))
                .collect(),
            managed_identities: directory
                .managed_identities
                .iter()
                .filter_map(|identity| self.identity_document(&identity.client_id))
                .collect(),
            resources: directory.resources.iter().filter(is_listed).map(|one| self.resource_document(one)).collect(),
            users: directory.users.iter().map(|user| self.user_document(user)).collect(),
            subscriptions: self.subscriptions.clone(),
            resource_groups: self.resource_groups.values().cloned().collect(),
            issuers: self.issuers.clone(),
        }
    }

    fn resource_document(&self, resource: &Resource) -> ResourceDocument {
        ResourceDocument {
            app_id: resource.app_id.clone(),
            display_name: resource.display_name.clone(),
            identifier_uris: resource.identifier_uris.clone(),
            enabled: resource.enabled,
            app_role_assignment_required: resource.app_role_assignment_required,
            assigned_clients: resource.assigned_clients.clone(),
            requested_access_token_version: self.resource_versions.get(&key(&resource.app_id)).copied(),
        }
    }

    fn user_document(&self, user: &User) -> UserDocument {
        UserDocument {
            id: Some(user.id.clone()),
            user_principal_name: user.user_principal_name.clone(),
            display_name: user.display_name.clone(),
            tenant_id: user.tenant_id.clone(),
            account_enabled: user.account_enabled,
            password: None,
            password_sha256: self.passwords.get(&key(&user.id)).cloned(),
        }
    }
}
