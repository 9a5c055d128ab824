//! Literate cases: prose, files, and what is to be found in them.
//!
//! In Markdown, a `##` heading begins a case. A line that is nothing but a path in backticks names the file whose
//! text is in the fenced block after it. A block `findings` lists what is to be found, one a line, as
//! `FL101 path:line AADSTS700213`; empty, nothing is. A block `options` may set `repository` and `today`.

use fedlens_lint::source::{SourceFile, Sources};
use fedlens_lint::{Options, Report, lint};
use jiff::civil::{Date, date};

/// The day by which cases are judged unless they say otherwise.
const TODAY: Date = date(2026, 11, 23);

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    /// Its heading.
    pub(crate) title: String,
    /// The files.
    pub(crate) files: Vec<SourceFile>,
    /// What is to be found, sorted; `None` where the case does not say.
    pub(crate) expected: Option<Vec<String>>,
    /// What the caller knows.
    pub(crate) options: Options,
}

/// The cases of a Markdown text.
pub(crate) fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut path: Option<String> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case::new(title));
            path = None;
        } else if let Some(fence) = fence(line) {
            let info = line.trim_start_matches('`');
            let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != fence).collect();
            if let Some(case) = cases.last_mut() {
                case.block(info, &block, path.take());
            }
        } else if let Some(named) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
            path = Some(named.to_owned());
        }
    }
    cases
}

/// The fence that a line opens.
fn fence(line: &str) -> Option<&str> {
    let ticks = line.len() - line.trim_start_matches('`').len();
    line.get(..ticks).filter(|_| ticks >= 3)
}

impl Case {
    fn new(title: &str) -> Self {
        let options = Options { repository: None, today: TODAY };
        Self { title: title.to_owned(), files: Vec::new(), expected: None, options }
    }

    fn block(&mut self, info: &str, lines: &[&str], path: Option<String>) {
        let filled = lines.iter().filter(|line| !line.trim().is_empty());
        match (info, path) {
            ("findings", _) => {
                let mut expected: Vec<String> = filled.map(|line| line.trim().to_owned()).collect();
                expected.sort();
                self.expected = Some(expected);
            }
            ("options", _) => filled.for_each(|line| self.option(line)),
            (_, Some(path)) => {
                let text = lines.iter().flat_map(|line| [*line, "\n"]).collect();
                self.files.push(SourceFile { path, text });
            }
            (_, None) => {}
        }
    }

    fn option(&mut self, line: &str) {
        match line.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("repository", value)) => self.options.repository = Some(value.to_owned()),
            Some(("today", value)) => self.options.today = value.parse().expect("a date"),
            other => panic!("no such option: {other:?}"),
        }
    }

    /// Lints the files.
    pub(crate) fn lint(&self) -> (Sources, Report) {
        let sources = Sources::new(self.files.clone());
        let report = lint(&sources, &self.options);
        (sources, report)
    }

    /// What is found, in the form in which cases list it, sorted.
    pub(crate) fn found(&self) -> Vec<String> {
        let (sources, report) = self.lint();
        let line = |finding: &fedlens_lint::Finding| {
            let place = finding.primary.place;
            let code = finding.predicted.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
            format!("{} {}:{}{code}", finding.rule.id, sources.path(place), sources.position(place).line)
        };
        let mut found: Vec<String> = report.findings.iter().map(line).collect();
        found.sort();
        found
    }
}
