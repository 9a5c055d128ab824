//! The addresses at which a job asks for its token, and the token that it asks with.
//!
//! An address says which job it is for, so that the emulator need not know any. The token that a job asks with is
//! signed with the issuers' key and always the same, so that whoever has the kept keys can write it down.

use form_urlencoded::Serializer;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, json};
use uuid::Uuid;

use super::draft::{claims, sign_with};
use super::{AzureDevOps, AzureDevOpsForm, GitHub, IssuerError};
use crate::crypto::is_signed_by;
use crate::{Keys, http};

/// Where the addresses begin, on the HTTPS origin.
pub(super) const GITHUB_PATH: &str = "/_fedlens/github/token";
pub(super) const AZURE_DEVOPS_PATH: &str = "/_fedlens/azure-devops";

/// What the token is for that jobs ask with.
const PURPOSE: &str = "urn:fedlens:oidc-request";

/// The environment variables that a job of GitHub and one of Azure Pipelines ask for their tokens with, at the emulator
/// with an origin such as `https://localhost:8443` and these keys.
pub fn variables(origin: &str, keys: &Keys, github: &GitHub, azure_devops: &AzureDevOps) -> Vec<(String, String)> {
    let token = request_token(keys);
    [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{origin}{GITHUB_PATH}?{}", github.to_query())),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", token.clone()),
        ("SYSTEM_OIDCREQUESTURI", format!("{origin}{}", azure_devops.to_path())),
        ("SYSTEM_ACCESSTOKEN", token),
        ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", azure_devops.connection_id.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// What a job asks with.
fn request_token(keys: &Keys) -> String {
    sign_with(keys.issuers(), Map::new(), &claims(json!({"aud": PURPOSE})))
}

/// Whether an `Authorization` header carries what jobs ask with.
pub(super) fn may_ask(keys: &Keys, authorization: Option<&str>) -> bool {
    let Some((scheme, token)) = authorization.and_then(|header| header.split_once(' ')) else { return false };
    let token = token.trim();
    scheme.eq_ignore_ascii_case("bearer")
        && is_signed_by(keys.issuers().public(), "RS256", token)
        && fedlens_token::decode(token).claims.is_some_and(|claims| claims.audiences() == [PURPOSE])
}

impl GitHub {
    /// The query of the address, which clients append `&audience=` to.
    fn to_query(&self) -> String {
        let usual = Self::default();
        let full_name = format!("{}/{}", self.owner, self.repository);
        let (owner_id, repository_id) = self.ids.clone().unzip();
        let keys = (!self.claim_keys.is_empty()).then(|| self.claim_keys.join(","));
        let flag = |set: bool| set.then(|| "true".to_owned());
        let differs = |own: &str, usual: &str| (own != usual).then(|| own.to_owned());
        let fields = [
            ("api-version", Some("2.0".to_owned())),
            ("repo", Some(full_name)),
            ("environment", self.environment.clone()),
            ("ref", Some(self.git_ref.clone())),
            ("event", differs(&self.event, &usual.event)),
            ("owner_id", owner_id),
            ("repository_id", repository_id),
            ("immutable", flag(self.immutable)),
            ("claim_keys", keys),
            ("job_workflow", self.job_workflow.clone()),
            ("enterprise", self.enterprise.clone()),
            ("enterprise_issuer", flag(self.enterprise_issuer)),
            ("issuer", differs(&self.issuer, &usual.issuer)),
        ];
        let given = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Serializer::new(String::new()).extend_pairs(given).finish()
    }

    /// The job of an address, with the audience that was asked for.
    pub(super) fn of_query(query: Option<&str>) -> Result<Self, IssuerError> {
        let value = |name: &str| http::query(query, name).filter(|value| !value.is_empty());
        let flag = |name: &str| value(name).is_some_and(|value| value == "true");
        let job = value("repo").map_or_else(|| Ok(Self::default()), |name| Self::new(&name))?;
        Ok(Self {
            environment: value("environment"),
            git_ref: value("ref").unwrap_or(job.git_ref),
            event: value("event").unwrap_or(job.event),
            ids: value("owner_id").zip(value("repository_id")),
            immutable: flag("immutable"),
            claim_keys: value("claim_keys").iter().flat_map(|keys| keys.split(',')).map(str::to_owned).collect(),
            job_workflow: value("job_workflow"),
            enterprise: value("enterprise"),
            enterprise_issuer: flag("enterprise_issuer"),
            issuer: value("issuer").unwrap_or(job.issuer),
            audience: value("audience"),
            ..job
        })
    }
}

/// The path of an address: `/_fedlens/azure-devops/{form}/{tenant}/{organisation}/{project}/{connection}/oidctoken`.
/// It has no query, as clients append theirs.
pub(super) type AzureDevOpsPath = (String, Uuid, String, String, String);

impl AzureDevOps {
    fn to_path(&self) -> String {
        let form = match self.form {
            AzureDevOpsForm::Entra => "entra",
            AzureDevOpsForm::Own => "own",
        };
        let names = [&self.organisation, &self.project, &self.connection]
            .map(|name| utf8_percent_encode(name, NON_ALPHANUMERIC).to_string());
        format!("{AZURE_DEVOPS_PATH}/{form}/{}/{}/oidctoken", self.tenant, names.join("/"))
    }

    /// The job of an address, for a service connection or, without one, for the pipeline itself.
    ///
    /// The names are those of the address whatever connection is asked for: only Azure DevOps knows the others'.
    pub(super) fn of_path(path: &AzureDevOpsPath, connection_id: Option<Uuid>) -> Option<Self> {
        let (form, tenant, organisation, project, connection) = path;
        let job = Self::new(organisation, project, connection);
        let form = match form.as_str() {
            "entra" => AzureDevOpsForm::Entra,
            "own" => AzureDevOpsForm::Own,
            _ => return None,
        };
        Some(Self {
            form,
            tenant: *tenant,
            connection_id: connection_id.unwrap_or(job.connection_id),
            pipeline: connection_id.is_none().then(|| "deploy".to_owned()),
            ..job
        })
    }
}
