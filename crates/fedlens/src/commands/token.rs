//! `fedlens token`

use std::path::Path;

use anyhow::{Error, bail};
use fedlens_report::{TokenView, json, token, token_markdown};

use crate::cli::{DecodeArguments, Format};
use crate::commands::now;
use crate::input;
use crate::output::{Output, Status};

pub(crate) fn decode(arguments: &DecodeArguments, output: &Output) -> Result<Status, Error> {
    let given = Path::new(&arguments.token);
    let text = if arguments.token == "-" || (arguments.token.len() < 4096 && given.is_file()) {
        input::whole(given)?
    } else {
        arguments.token.clone()
    };
    let decoded = fedlens_token::decode(&text);
    if decoded.header.is_none() && decoded.claims.is_none() {
        let problems: Vec<_> = decoded.problems.iter().map(|problem| problem.message.as_str()).collect();
        bail!("this is not a token: {}", problems.join("; "));
    }
    let redaction = arguments.form.redaction();
    let view = TokenView::new(&decoded, arguments.at.unwrap_or_else(now), redaction);
    output.print(&match arguments.form.format {
        Format::Human => token(&view, redaction),
        Format::Json => json(&view, redaction)?,
        Format::Markdown => token_markdown(&view, redaction),
    })?;
    Ok(if view.problems.is_empty() { Status::Clean } else { Status::Findings })
}
