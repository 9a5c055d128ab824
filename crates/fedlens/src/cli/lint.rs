//! What can be typed behind `fedlens lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fedlens_lint::Severity;
use fedlens_token::Redaction;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

const EXIT_CODES: &str = "Exit codes: 0 nothing wrong, 1 findings at or above --fail-on, 2 usage, unreadable input or no \
                          file that says anything of sign-ins.";

/// Find what would fail before it is deployed.
///
/// Reads a repository (GitHub workflows, Azure Pipelines, GitLab pipelines, Kubernetes manifests, Terraform, Bicep, ARM
/// templates, linked services, scripts and source code), joins every workload with the identity that it signs in as and
/// the credentials of that one, and says what Entra would answer. Nothing leaves the machine.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct LintArguments {
    /// Folders or files; `-` is one file from standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// The name of the file that comes from standard input.
    #[arg(long, value_name = "NAME", required_if_eq("paths", "-"))]
    pub(crate) stdin_path: Option<String>,

    /// Credentials, applications or identities of the directory, as Microsoft Graph, `az` and ARM list them: what the
    /// repository does not define itself. It may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) directory: Vec<PathBuf>,

    /// The repository on GitHub. Without it, the remote `origin` says.
    #[arg(long, value_name = "OWNER/NAME", env = "GITHUB_REPOSITORY", hide_env_values = true)]
    pub(crate) repository: Option<String>,

    /// Judge by this day instead of today, such as 2026-11-23.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,

    /// The form of the output.
    #[arg(long, value_enum, default_value_t = LintFormat::Human)]
    pub(crate) format: LintFormat,

    /// The least severity that is shown; warning where nothing else is said and no rule is asked for.
    #[arg(long, value_enum)]
    pub(crate) severity: Option<Grade>,

    /// The least severity that makes the command fail; warning where nothing else is said.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Grade>,

    /// Only these rules: ids, beginnings of ids (FL1) or names, separated by commas.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Not these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// The settings; without it, fedlens.toml or .fedlens.toml in the folder or above it, up to the repository's.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,

    /// Read no settings.
    #[arg(long)]
    pub(crate) no_config: bool,

    /// Leave out the findings that this file lists.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Write the present findings to a file for --baseline.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "diff"])]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Make the changes that cannot break what works.
    #[arg(long)]
    pub(crate) fix: bool,

    /// With --fix or --diff, also the changes that somebody should choose.
    #[arg(long)]
    pub(crate) unsafe_fixes: bool,

    /// Print the changes as a patch and make none.
    #[arg(long, conflicts_with = "fix")]
    pub(crate) diff: bool,

    /// Succeed where no file says anything of sign-ins.
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// List every sign-in that could not be judged, not only the reasons.
    #[arg(long, short)]
    pub(crate) verbose: bool,

    /// List the rules.
    #[arg(long, conflicts_with = "explain")]
    pub(crate) list_rules: bool,

    /// Print the page of a rule: why, and how it is wrong and right.
    #[arg(long, value_name = "RULE")]
    pub(crate) explain: Option<String>,

    /// Print the JSON Schema of settings files.
    #[arg(long, hide = true)]
    pub(crate) config_schema: bool,

    /// Show personal values and secrets found in the files; token signatures stay hidden.
    #[arg(long)]
    no_redact: bool,
}

impl LintArguments {
    pub(crate) fn redaction(&self) -> Redaction {
        if self.no_redact { Redaction::Off } else { Redaction::On }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For a terminal.
    Human,
    /// For programs.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For GitHub, which shows it beside the lines of a pull request.
    Github,
    /// For build servers.
    Junit,
    /// For a comment on a pull request.
    Markdown,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Grade {
    /// Worth knowing; nothing fails.
    Note,
    /// It works now, or sometimes.
    Warning,
    /// The sign-in fails.
    Error,
}

impl From<Grade> for Severity {
    fn from(grade: Grade) -> Self {
        match grade {
            Grade::Note => Self::Note,
            Grade::Warning => Self::Warning,
            Grade::Error => Self::Error,
        }
    }
}
