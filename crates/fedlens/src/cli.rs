//! What can be typed.

mod emulate;
mod lint;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use fedlens_catalog::Severity;
use fedlens_issuers::Cloud;
use fedlens_token::Redaction;
use jiff::Timestamp;

const EXIT_CODES: &str = "Exit codes: 0 nothing wrong, 1 a failure was found or predicted, 2 usage, unreadable input or \
                          nothing to judge.";

pub(crate) use emulate::{
    EmulateArguments, EmulateCommand, EnvArguments, ExecArguments, HostName, LineFormat, LogArguments, PlatformName,
    Pretence, ServeArguments, Server, ShellName, TokenArguments, TokenForm, WordingName,
};

pub(crate) use lint::{Grade, LintArguments, LintFormat};

/// Finds out why a workload cannot sign in to Microsoft Entra ID, proves it, and prints the fix.
#[derive(Debug, Parser)]
#[command(name = "fedlens", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colour: auto, always or never.
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN")]
    #[arg(hide_possible_values = true)]
    pub(crate) color: ColorWhen,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Diagnose(DiagnoseArguments),
    Explain(ExplainArguments),
    Lint(Box<LintArguments>),
    /// Look at a token.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Search, list and export the catalog of error codes.
    Catalog {
        #[command(subcommand)]
        command: CatalogCommand,
    },
    Emulate(Box<EmulateArguments>),
    /// List the checks that decide an exchange, in Entra's order.
    Checks(ChecksArguments),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    #[command(hide = true)]
    Manual,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Decode a token: claims with their meaning, lifetime, app-only or delegated. Verifies nothing.
    Decode(DecodeArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Find codes by words, in any spelling near enough: `user token as assertion`, `70021`, `ForbiddenTokenType`.
    Search {
        /// The words.
        #[arg(value_name = "WORD", required = true)]
        words: Vec<String>,

        #[command(flatten)]
        which: Which,

        /// Print at most this many.
        #[arg(long, value_name = "COUNT", default_value_t = 15)]
        limit: usize,

        /// The form of the output.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// List codes.
    List {
        #[command(flatten)]
        which: Which,

        /// The form of the output.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Print the page of a code; the same as `explain`.
    Show(ExplainArguments),
    /// Print every entry with its causes and fixes in full.
    Export {
        /// The form of the output.
        #[arg(long, value_enum, default_value_t = ExportFormat::Json)]
        format: ExportFormat,
    },
    /// Write a static web site of all entries, which works from a disk and asks nothing of any other host.
    Site {
        /// The folder to write; it is made if it is not there.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// Which codes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Which {
    /// Only this category: authentication, authorization, credential, configuration, request, policy, service.
    #[arg(long)]
    pub(crate) category: Option<String>,

    /// Only this surface: power-bi, data-factory, fabric, github-actions, azure-devops, kubernetes, terraform,
    /// managed-identity, code.
    #[arg(long)]
    pub(crate) surface: Option<String>,

    /// Only this severity.
    #[arg(long, value_enum)]
    pub(crate) severity: Option<SeverityName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityName {
    /// No workload of the tenant or app can sign in until a person acts.
    Critical,
    /// This workload cannot sign in until a person acts.
    High,
    /// One user or one attempt; a person acts.
    Medium,
    /// Clears by itself, or informs.
    Low,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Critical => Self::Critical,
            SeverityName::High => Self::High,
            SeverityName::Medium => Self::Medium,
            SeverityName::Low => Self::Low,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One array.
    Json,
    /// One entry a line.
    Ndjson,
    /// One document.
    Markdown,
}

/// Say which cause is yours, from whatever you have.
///
/// Give any mix of error texts, logs, tokens, federated identity credential lists (Graph, az, ARM),
/// application and identity listings, Power BI refresh histories, Data Factory, Synapse and Fabric runs,
/// sign-in logs, linked services and connections, source code, and exchange cases. Each is recognised by
/// its content. Nothing leaves the machine.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct DiagnoseArguments {
    /// Files or folders; `-` is standard input.
    #[arg(value_name = "PATH", required_unless_present = "case")]
    pub(crate) paths: Vec<PathBuf>,

    /// The tenant that was asked for a token: id or domain.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,

    /// The client id of the application or managed identity.
    #[arg(long, value_name = "GUID")]
    pub(crate) client_id: Option<String>,

    /// The scope that was asked for.
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,

    /// Judge by this time instead of the failure's, such as 2026-11-01T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,

    /// The cloud whose endpoint was called.
    #[arg(long, value_enum)]
    pub(crate) cloud: Option<CloudName>,

    /// Judge this exchange case.
    #[arg(long, value_name = "FILE")]
    pub(crate) case: Option<PathBuf>,

    /// Write the exchange, redacted, as a case that reproduces the verdict: the form of a bug report.
    #[arg(long, value_name = "FILE")]
    pub(crate) save_case: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) form: Form,
}

/// Print the page of an error code, or of every code in a text.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A code (AADSTS700229, or 700229), a file, a text, or `-` for standard input.
    #[arg(value_name = "CODE|TEXT|FILE|-", required = true)]
    pub(crate) what: Vec<String>,

    #[command(flatten)]
    pub(crate) form: Form,
}

/// Decode a token.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 the token could be read, 1 it has problems, 2 nothing could be read.")]
pub(crate) struct DecodeArguments {
    /// The token, a file that holds it, or `-` for standard input, which keeps it out of the shell's history.
    #[arg(value_name = "TOKEN|FILE|-")]
    pub(crate) token: String,

    /// Judge its lifetime by this time instead of now.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,

    #[command(flatten)]
    pub(crate) form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct ChecksArguments {
    /// The form of the output.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// How to print.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Form {
    /// The form of the output.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,

    /// Show personal values and secrets found in the evidence; token signatures stay hidden.
    #[arg(long)]
    no_redact: bool,
}

impl Form {
    pub(crate) fn redaction(self) -> Redaction {
        if self.no_redact { Redaction::Off } else { Redaction::On }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal.
    Human,
    /// For programs.
    Json,
    /// For an issue.
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CloudName {
    /// Azure public.
    Public,
    /// Azure US Government.
    UsGov,
    /// Azure operated by 21Vianet.
    China,
}

impl From<CloudName> for Cloud {
    fn from(name: CloudName) -> Self {
        match name {
            CloudName::Public => Self::Public,
            CloudName::UsGov => Self::UsGov,
            CloudName::China => Self::China,
        }
    }
}
