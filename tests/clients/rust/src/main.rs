//! Azure Identity for Rust. Runs the flows of a plan and prints a JSON line about each.
//!
//! Credentials read the environment, so each sign-in has a process of its own: this program, called with
//! `--sign-in STEP SCOPE`.

use std::error::Error;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientMethodOptions, ClientOptions};
use azure_identity::{
    AzurePipelinesCredential, AzurePipelinesCredentialOptions, ClientAssertion, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
};
use serde_json::{Value, json};

const EXCHANGE: &str = "api://AzureADTokenExchange/.default";

/// What a sign-in came to: `token`, `notOffered`, or `exception` and `text`.
type Outcome = Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, step, scope] if flag == "--sign-in" => {
            let outcome = match credential(&serde_json::from_str(step)?) {
                Ok(Some(credential)) => match credential.get_token(&[scope.as_str()], None).await {
                    Ok(token) => json!({"token": token.token.secret()}),
                    Err(error) => refused(&error),
                },
                Ok(None) => json!({"notOffered": true}),
                Err(error) => refused(&error),
            };
            println!("{outcome}");
        }
        [plan] => {
            let plan: Value = serde_json::from_str(&fs::read_to_string(plan)?)?;
            for flow in plan["flows"].as_array().into_iter().flatten() {
                let mut line = sign_in(&plan, &flow["signIn"], text(flow, "scope"))?;
                line["flow"] = flow["name"].clone();
                println!("{line}");
            }
        }
        _ => return Err("usage: PLAN | --sign-in STEP SCOPE".into()),
    }
    Ok(())
}

fn refused(error: &azure_core::Error) -> Outcome {
    json!({"exception": "azure_core::Error", "text": error.to_string()})
}

/// Signs in with a process of its own; where the assertion is to be got by a sign-in, with two.
fn sign_in(plan: &Value, step: &Value, scope: &str) -> Result<Outcome, Box<dyn Error>> {
    let mut step = step.clone();
    step["authority"] = plan["authority"].clone();
    if let Some(from) = step.get("from") {
        let first = sign_in(plan, from, EXCHANGE)?;
        match first.get("token") {
            Some(assertion) => step["assertion"] = assertion.clone(),
            None if first.get("notOffered").is_some() => return Ok(first),
            None => return Ok(json!({"exception": "NoAssertion", "text": "no assertion to present"})),
        }
    }
    let mut process = Command::new(env::current_exe()?);
    process.arg("--sign-in").arg(step.to_string()).arg(scope);
    for (name, value) in step["environment"].as_object().into_iter().flatten() {
        process.env(name, value.as_str().unwrap_or_default());
    }
    let output = process.output()?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}

fn text<'a>(step: &'a Value, name: &str) -> &'a str {
    step[name].as_str().unwrap_or_default()
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn credential(step: &Value) -> azure_core::Result<Option<Arc<dyn TokenCredential>>> {
    let (tenant, client) = (text(step, "tenant"), text(step, "client").to_owned());
    let credential_options = ClientAssertionCredentialOptions { client_options: client_options(step) };
    Ok(Some(match text(step, "with") {
        "assertion" => {
            let assertion = Assertion(text(step, "assertion").to_owned());
            ClientAssertionCredential::new(tenant.to_owned(), client, assertion, Some(credential_options))?
        }
        "secret" => {
            let options = ClientSecretCredentialOptions { client_options: client_options(step) };
            ClientSecretCredential::new(tenant, client, Secret::new(text(step, "secret").to_owned()), Some(options))?
        }
        "workload identity" => WorkloadIdentityCredential::new(None)?,
        "azure pipelines" => {
            let options = AzurePipelinesCredentialOptions { credential_options };
            let (connection, token) =
                (variable("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"), variable("SYSTEM_ACCESSTOKEN"));
            AzurePipelinesCredential::new(tenant.to_owned(), client, &connection, token, Some(options))?
        }
        "managed identity" if step.get("host").is_some() => {
            ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                user_assigned_id: Some(UserAssignedId::ClientId(client)),
                ..ManagedIdentityCredentialOptions::default()
            }))?
        }
        _ => return Ok(None),
    }))
}

fn client_options(step: &Value) -> ClientOptions {
    let mut cloud = CustomConfiguration::default();
    cloud.authority_host = text(step, "authority").to_owned();
    ClientOptions { cloud: Some(Arc::new(cloud.into())), ..ClientOptions::default() }
}

#[derive(Debug)]
struct Assertion(String);

#[async_trait::async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.clone())
    }
}
