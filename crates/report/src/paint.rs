//! The few colours of the terminal reports.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use fedlens_diagnose::{CauseVerdict, StepState};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const OPEN: Style = AnsiColor::Yellow.on_default();
pub(crate) const CODE: Style = AnsiColor::Cyan.on_default();

pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

pub(crate) fn step_style(state: StepState) -> Style {
    match state {
        StepState::Passed => GOOD,
        StepState::Failed => BAD,
        StepState::Unknown => OPEN,
        StepState::NotReached => DIM,
    }
}

pub(crate) fn cause_style(verdict: CauseVerdict) -> Style {
    match verdict {
        CauseVerdict::Confirmed => BAD,
        CauseVerdict::Possible => OPEN,
        CauseVerdict::CannotTell => DIM,
        CauseVerdict::RuledOut => GOOD,
    }
}
