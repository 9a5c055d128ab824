//! Standard output and error, colours, exit codes.

use std::io::{self, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use anyhow::Error;
use fedlens_diagnose::Exit;

use crate::cli::ColorWhen;

/// What the process ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// 0: nothing wrong.
    Clean,
    /// 1: a failure was found or predicted.
    Findings,
    /// 2: usage, unreadable input, or nothing to judge.
    Failed,
    /// What another command has ended with.
    Of(u8),
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::Failed => 2,
            Status::Of(code) => code,
        })
    }
}

impl From<Exit> for Status {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::Clean,
            Exit::Findings => Self::Findings,
            Exit::CannotJudge => Self::Failed,
        }
    }
}

/// Where to write, in colour or not.
pub(crate) struct Output {
    choice: ColorChoice,
}

impl Output {
    pub(crate) fn new(when: ColorWhen) -> Self {
        let choice = match when {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        Self { choice }
    }

    /// Writes to standard output.
    pub(crate) fn print(&self, text: &str) -> Result<(), Error> {
        let mut stream = AutoStream::new(io::stdout().lock(), self.choice);
        stream.write_all(text.as_bytes())?;
        stream.flush()?;
        Ok(())
    }

    /// A line on standard error that does not belong to the result. Nobody is left to tell if it fails.
    pub(crate) fn note(&self, text: &str) {
        let mut stream = AutoStream::new(io::stderr().lock(), self.choice);
        writeln!(stream, "fedlens: {text}").ok();
    }

    /// A text on standard error beside the result.
    pub(crate) fn aside(&self, text: &str) {
        let mut stream = AutoStream::new(io::stderr().lock(), self.choice);
        stream.write_all(text.as_bytes()).ok();
    }

    /// An error on standard error, with its causes.
    pub(crate) fn error(&self, error: &Error) {
        self.note(&format!("{error:#}"));
    }
}

/// Whether writing failed because the reader, such as `head`, has seen enough.
pub(crate) fn is_closed_pipe(error: &Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
