//! What comes after a login: how long it may take, and whether it asks Azure again.

use crate::source::{Node, Place, Sources};

/// A step after a login.
#[derive(Clone, Debug)]
pub(crate) struct Later {
    /// Its action or its script.
    pub(crate) place: Place,
    /// It needs a token for a service other than the one that the login got a token for.
    pub(crate) asks_azure: bool,
    /// It signs in anew.
    pub(crate) signs_in: bool,
    /// How long it may take.
    pub(crate) work: Work,
}

/// How long a step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Nothing says that it takes long.
    Short,
    /// It builds or tests something.
    Long,
    /// It waits for at least the five minutes that a token of GitHub is valid.
    Waits,
}

/// Commands that ask for a token of another service than Azure Resource Manager.
const OTHER_SERVICES: &[&str] = &[
    "az storage",
    "az keyvault secret",
    "az keyvault key",
    "az keyvault certificate",
    "az ad ",
    "az acr login",
    "az account get-access-token",
    "az rest",
    "az synapse",
    "az devops",
    "az boards",
    "azcopy ",
    "sqlcmd ",
    "Get-AzKeyVaultSecret",
    "Get-AzAccessToken",
    "Set-AzStorageBlobContent",
];

/// Commands that usually take minutes.
const BUILDS: &[&str] = &[
    "docker build",
    "docker buildx",
    "dotnet test",
    "dotnet build",
    "dotnet publish",
    "gradle",
    "mvn ",
    "npm test",
    "npm run build",
    "npm run test",
    "npm run e2e",
    "playwright test",
    "pytest",
    "cargo build",
    "cargo test",
    "go test",
    "make ",
    "terraform apply",
    "packer build",
];

/// The steps after a login.
pub(super) fn later(sources: &Sources, steps: &[Node]) -> Vec<Later> {
    steps.iter().filter_map(|step| one(sources, step)).collect()
}

fn one(sources: &Sources, step: &Node) -> Option<Later> {
    let node = step.get("run").or_else(|| step.get("uses"))?;
    let script = step.get("run").map(|run| sources.text(run.place)).unwrap_or_default();
    let action = step.get("uses").and_then(Node::known).unwrap_or_default();
    let work = if script.lines().any(waits) {
        Work::Waits
    } else if BUILDS.iter().any(|command| script.contains(command)) {
        Work::Long
    } else {
        Work::Short
    };
    Some(Later {
        place: Place { end: node.place.start + first_line(sources.text(node.place)), ..node.place },
        asks_azure: OTHER_SERVICES.iter().any(|command| script.contains(command)),
        signs_in: action.to_ascii_lowercase().starts_with("azure/login@") || script.contains("az login"),
        work,
    })
}

fn first_line(text: &str) -> u32 {
    u32::try_from(text.trim_end().lines().next().map_or(0, str::len)).unwrap_or_default()
}

/// `sleep 600`, `sleep 10m`, `Start-Sleep -Seconds 600`
fn waits(line: &str) -> bool {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let at =
        words.iter().position(|word| word.eq_ignore_ascii_case("sleep") || word.eq_ignore_ascii_case("start-sleep"));
    let Some(at) = at else { return false };
    let duration = words.iter().skip(at + 1).find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let Some(duration) = duration else { return false };
    let unit = duration.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: u64 = duration.strip_suffix(unit).unwrap_or(duration).parse().unwrap_or(0);
    let seconds = match unit.chars().next() {
        Some('m') => number.saturating_mul(60),
        Some('h') => number.saturating_mul(3600),
        _ => number,
    };
    seconds >= 300
}
