//! Refreshes, activity runs and jobs.

use fedlens_catalog::Failure;
use serde::Serialize;

/// One run of a workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Where it ran.
    pub platform: RunPlatform,
    /// Its id.
    pub id: Option<String>,
    /// What ran: the activity's or item's name, or the refresh type.
    pub name: Option<String>,
    /// Its status, as written.
    pub status: String,
    /// Whether that status is a failure.
    pub failed: bool,
    /// When it started, as written.
    pub started: Option<String>,
    /// When it ended, as written.
    pub ended: Option<String>,
    /// The linked service it used.
    pub linked_service: Option<String>,
    /// The failures in its error.
    pub failures: Vec<Failure>,
}

/// Where a run ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunPlatform {
    /// A Power BI dataset refresh.
    PowerBi,
    /// A Data Factory, Synapse or Fabric pipeline activity.
    Activity,
    /// A Fabric job.
    FabricJob,
}

impl RunPlatform {
    /// What a list of such runs is called, and one and several of them.
    pub(crate) fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::PowerBi => ("Power BI refresh history", "refresh", "refreshes"),
            Self::Activity => ("Data Factory, Synapse or Fabric pipeline runs", "run", "runs"),
            Self::FabricJob => ("Fabric job instances", "job", "jobs"),
        }
    }
}
