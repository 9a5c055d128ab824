//! `fedlens checks`

use anyhow::Error;
use fedlens_report::{checks, checks_json, checks_markdown};

use crate::cli::{ChecksArguments, Format};
use crate::output::{Output, Status};

pub(crate) fn run(arguments: &ChecksArguments, output: &Output) -> Result<Status, Error> {
    output.print(&match arguments.format {
        Format::Human => checks(),
        Format::Json => checks_json()?,
        Format::Markdown => checks_markdown(),
    })?;
    Ok(Status::Clean)
}
