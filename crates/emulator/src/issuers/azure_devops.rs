//! Service connections and pipelines of Azure DevOps.

use fedlens_issuers::{AZURE_DEVOPS, Cloud, Eid1, EntraIssuer, ServiceConnectionIds, Subject, azure_devops_subjects};
use fedlens_token::EXCHANGE_APP_ID;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::{Uuid, uuid};

use super::draft::{Times, claims};
use super::{Draft, EXCHANGE_AUDIENCE, SAMPLE_TENANT, commit, guid, number, random_text, token_id};

/// What `xms_ficinfo` holds in the tokens of service connections.
const FEDERATED: &str = "CAAQARgAIAA";

/// A day, dated back five minutes as all of Entra's tokens are.
const ENTRA_LIFETIME: i64 = 86_400;
const ENTRA_BACKDATED: i64 = 300;

/// Five minutes, valid from ten minutes before it is issued.
const OWN_TIMES: Times = Times { early: 600, lifetime: 300 };

/// Who issues the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AzureDevOpsForm {
    /// Entra, with ids in the subject: all service connections of today.
    #[default]
    Entra,
    /// Azure DevOps itself, with names in the subject; withdrawn on 2027-07-01.
    Own,
}

/// A job of Azure Pipelines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AzureDevOps {
    /// Who issues the token.
    pub form: AzureDevOpsForm,
    /// The tenant that the organisation is connected to.
    pub tenant: Uuid,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's id.
    pub organisation_id: Uuid,
    /// The project's name.
    pub project: String,
    /// The service connection's name.
    pub connection: String,
    /// The service connection's id.
    pub connection_id: Uuid,
    /// The pipeline, where the job asked for a token without naming a service connection.
    pub pipeline: Option<String>,
    /// What Azure DevOps writes into `aud`, in its own form.
    pub audience: String,
}

impl Default for AzureDevOps {
    /// The service connection `deployer` of `contoso/app`.
    fn default() -> Self {
        Self {
            form: AzureDevOpsForm::Entra,
            tenant: SAMPLE_TENANT,
            organisation: "contoso".to_owned(),
            organisation_id: uuid!("fed1e500-0000-4000-8000-0000000000e1"),
            project: "app".to_owned(),
            connection: "deployer".to_owned(),
            connection_id: uuid!("fed1e500-0000-4000-8000-0000000000e2"),
            pipeline: None,
            audience: EXCHANGE_AUDIENCE.to_owned(),
        }
    }
}

impl AzureDevOps {
    /// A service connection by its names. Those of the sample directory have its ids, all others ids made of the name.
    pub fn new(organisation: &str, project: &str, connection: &str) -> Self {
        let sample = Self::default();
        let full_name = format!("{organisation}/{project}/{connection}");
        let in_sample = full_name == format!("{}/{}/{}", sample.organisation, sample.project, sample.connection);
        Self {
            organisation_id: match organisation == sample.organisation {
                true => sample.organisation_id,
                false => guid(&format!("organisation {organisation}")),
            },
            connection_id: if in_sample { sample.connection_id } else { guid(&format!("connection {full_name}")) },
            organisation: organisation.to_owned(),
            project: project.to_owned(),
            connection: connection.to_owned(),
            ..sample
        }
    }

    /// The token of the job.
    pub fn draft(&self, now: Timestamp) -> Draft {
        let subjects = azure_devops_subjects(&ServiceConnectionIds {
            organisation: &self.organisation,
            project: &self.project,
            connection: &self.connection,
            tenant: self.tenant,
            organisation_id: self.organisation_id,
            connection_id: self.connection_id,
        });
        match self.form {
            AzureDevOpsForm::Entra => self.entra(&subjects.new, now),
            AzureDevOpsForm::Own => self.own(&subjects.old_issuer, &subjects.old, now),
        }
    }

    fn own(&self, issuer: &str, connection: &Subject, now: Timestamp) -> Draft {
        let subject = match &self.pipeline {
            None => connection.build(),
            Some(pipeline) => Subject::Pipeline {
                organisation: self.organisation.clone(),
                project: self.project.clone(),
                pipeline: pipeline.clone(),
            }
            .build(),
        };
        let mut all = claims(json!({"jti": token_id(), "sub": subject, "aud": self.audience}));
        if let Some(pipeline) = &self.pipeline {
            all.extend(self.pipeline_claims(pipeline));
        }
        all.insert("iss".to_owned(), issuer.into());
        OWN_TIMES.put(&mut all, now);
        Draft::new(all).with_thumbprint()
    }

    fn entra(&self, connection: &Subject, now: Timestamp) -> Draft {
        let issuer = EntraIssuer { tenant: self.tenant, cloud: Cloud::Public, version: 2 }.issuer();
        let (from, until) = (now.as_second() - ENTRA_BACKDATED, now.as_second() + ENTRA_LIFETIME);
        let pipeline = self.pipeline.as_ref().map(|pipeline| {
            let path = format!("pl/h/{}/d/{}", self.organisation_id, number(pipeline));
            let cloud = "pub".to_owned();
            Eid1 { cloud, tenant: self.tenant, application: AZURE_DEVOPS, path }.build()
        });
        let all = claims(json!({
            "aud": EXCHANGE_APP_ID,
            "iss": issuer,
            "iat": from,
            "nbf": from,
            "exp": until,
            "aio": random_text::<36>(),
            "azp": AZURE_DEVOPS,
            "azpacr": "2",
            "idtyp": if pipeline.is_some() { "fmi" } else { "app" },
            "oid": guid(&format!("Azure DevOps in {}", self.tenant)),
            "rh": format!("1.{}.", random_text::<40>()),
            "sub": pipeline.unwrap_or_else(|| connection.build()),
            "tid": self.tenant,
            "uti": random_text::<16>(),
            "ver": "2.0",
            "xms_ficinfo": FEDERATED,
            "xms_idrel": "7 30",
        }));
        Draft::new(all)
    }

    /// What a pipeline's own token says of its run.
    fn pipeline_claims(&self, pipeline: &str) -> Map<String, Value> {
        let repository = format!("{}/{}", self.organisation, self.project);
        claims(json!({
            "org_id": self.organisation_id,
            "prj_id": guid(&repository),
            "def_id": number(pipeline),
            "rpo_id": guid(&format!("repository {repository}")),
            "rpo_uri": format!("https://dev.azure.com/{repository}/_git/{}", self.project),
            "rpo_ver": commit(&repository),
            "rpo_ref": "refs/heads/main",
            "run_id": number(&format!("run of {pipeline}")),
        }))
    }
}
