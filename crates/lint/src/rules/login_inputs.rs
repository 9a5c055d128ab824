use crate::github::{Input, Login, LoginKind};
use crate::model::Model;
use crate::rule::rule;
use crate::source::Agreement;
use crate::{Edit, Finding, Severity};

rule! {
    /// A step of `azure/login` has an input that the action does not know, or lacks one that it needs.
    ///
    /// GitHub warns of unknown inputs and goes on without them, so a mistyped `clientid` leaves the action without a client id. With `client-id`, `tenant-id` or `subscription-id` set, `creds` is ignored.
    ///
    /// ## Wrong
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: azure/login@v2
    ///         with:
    ///           clientid: ${{ secrets.AZURE_CLIENT_ID }}
    ///           tenant-id: ${{ secrets.AZURE_TENANT_ID }}
    ///           subscription-id: ${{ secrets.AZURE_SUBSCRIPTION_ID }}
    /// ```
    ///
    /// ## Right
    ///
    /// `.github/workflows/deploy.yml`
    ///
    /// ```yaml
    /// on:
    ///   push:
    ///     branches: [main]
    /// permissions:
    ///   id-token: write
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - uses: azure/login@v2
    ///         with:
    ///           client-id: ${{ secrets.AZURE_CLIENT_ID }}
    ///           tenant-id: ${{ secrets.AZURE_TENANT_ID }}
    ///           subscription-id: ${{ secrets.AZURE_SUBSCRIPTION_ID }}
    /// ```
    FL304 "login-inputs"
    title: "an input of azure/login is mistyped or missing",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://github.com/Azure/login#readme",
    help: "use the names that the action knows",
    check: check,
}

/// Every input of the action.
const KNOWN: &[&str] = &[
    "client-id",
    "tenant-id",
    "subscription-id",
    "creds",
    "environment",
    "audience",
    "auth-type",
    "allow-no-subscriptions",
    "enable-AzPSSession",
];

/// The clouds that `environment` may name, in any letter case.
const CLOUDS: &[&str] = &["azurecloud", "azureusgovernment", "azurechinacloud", "azuregermancloud", "azurestack"];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for login in model.github.logins.iter().filter(|login| login.kind != LoginKind::Command) {
        let before = out.len();
        out.extend(login.inputs.iter().filter_map(unknown));
        if out.len() == before {
            out.extend(missing(login));
        }
        out.extend(same_ids(login));
        out.extend(cloud(login));
    }
}

fn unknown(input: &Input) -> Option<Finding> {
    if KNOWN.iter().any(|known| known.eq_ignore_ascii_case(&input.name)) {
        return None;
    }
    let likeness = |known: &&&str| (strsim::jaro_winkler(&letters(known), &letters(&input.name)) * 1000.0) as u32;
    let nearest = KNOWN.iter().max_by_key(likeness).filter(|known| likeness(known) > 850);
    let message = format!("`azure/login` has no input `{}`", input.name);
    let finding = Finding::new(&RULE, message, input.name_place, "is not read");
    Some(match nearest {
        Some(known) => finding
            .help(format!("write `{known}`"))
            .fix(format!("write `{known}`"), [Edit::replace(input.name_place, *known)]),
        None => finding.severity(Severity::Warning),
    })
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn missing(login: &Login) -> Option<Finding> {
    if login.kind != LoginKind::Federated {
        return None;
    }
    let absent = |name: &str| login.input(name).is_none_or(|value| value.known().is_some_and(str::is_empty));
    let allowed = login.input("allow-no-subscriptions").is_some_and(|value| value.known() != Some("false"));
    let name = if absent("client-id") {
        "client-id"
    } else if absent("tenant-id") {
        "tenant-id"
    } else if absent("subscription-id") && !allowed {
        "subscription-id"
    } else {
        return None;
    };
    let message = format!("`azure/login` is not given `{name}`");
    let help = match name {
        "subscription-id" => "give `subscription-id`, or `allow-no-subscriptions: true`".to_owned(),
        _ => format!("give `{name}`"),
    };
    Some(Finding::new(&RULE, message, login.place, "lacks an input").help(help))
}

/// One value for both ids cannot be right.
fn same_ids(login: &Login) -> Option<Finding> {
    let (client, tenant) = (login.input("client-id")?, login.input("tenant-id")?);
    let same = client.agrees(tenant) == Agreement::Equal && client.known() != Some("");
    same.then(|| {
        Finding::new(&RULE, "the client id and the tenant id are one and the same", client.place, "the client id")
            .and(tenant.place, "the tenant id")
            .predicts("AADSTS700016")
            .help("give the client id of the application or managed identity")
    })
}

fn cloud(login: &Login) -> Option<Finding> {
    let environment = login.input("environment")?;
    let named = environment.known()?;
    let known = CLOUDS.iter().any(|cloud| cloud.eq_ignore_ascii_case(named));
    (!known && !named.is_empty()).then(|| {
        let message = format!("`{named}` is no cloud that `azure/login` knows");
        Finding::new(&RULE, message, environment.place, "is a cloud, not the job's environment")
            .help("write `azurecloud`, `AzureUSGovernment` or `AzureChinaCloud`, or leave the input out")
    })
}
