//! The linter's findings for a terminal, in the look of rustc.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Message, Renderer, Snippet};
use fedlens_lint::patch::{Change, changes};
use fedlens_lint::source::{FileId, Place};
use fedlens_lint::{Confidence, Edit, Finding, Fix, Label, Mismatch, Severity};
use fedlens_token::Redaction;

use super::difference::align;
use super::{LintRun, confidence_word, counted, explain, predicted};
use crate::finished;
use crate::paint::{BAD, BOLD, DIM, GOOD, OPEN, paint};

/// The changed lines of a fix that are shown; the rest is told as a number.
const MAX_FIX_LINES: usize = 24;

/// The reasons for which sign-ins could not be judged that are shown.
const MAX_REASONS: usize = 8;

/// The findings, each with its places, then what was read and counted.
pub fn lint(run: &LintRun<'_>, verbose: bool, redaction: Redaction) -> String {
    let mut text = String::new();
    for finding in &run.findings {
        text.push_str(&finished(one(run, finding), redaction));
        text.push('\n');
    }
    text.push_str(&finished(end(run, verbose), redaction));
    text
}

/// One finding.
fn one(run: &LintRun<'_>, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(plain(&finding.message)).id(finding.rule.id));
    for file in files(finding) {
        group = group.element(snippet(run, finding, file));
    }
    let group = group.elements(footer(run, finding));
    format!("{}\n", Renderer::styled().render(&[group]))
}

/// The files of a finding, that of the primary place first.
fn files(finding: &Finding) -> Vec<FileId> {
    let mut files = vec![finding.primary.place.file];
    for label in &finding.secondary {
        if !files.contains(&label.place.file) {
            files.push(label.place.file);
        }
    }
    files
}

/// The lines of one file that the finding points to.
fn snippet<'a>(run: &'a LintRun<'_>, finding: &Finding, file: FileId) -> Snippet<'a, Annotation<'a>> {
    let text = &run.sources.file(file).text;
    let primary = std::iter::once((&finding.primary, AnnotationKind::Primary));
    let all = primary.chain(finding.secondary.iter().map(|label| (label, AnnotationKind::Context)));
    let labels: Vec<_> = all.filter(|(label, _)| label.place.file == file).collect();
    let places: Vec<Range<usize>> = labels.iter().map(|(label, _)| on_one_line(text, label.place)).collect();
    let first = places.iter().map(|place| place.start).min().unwrap_or_default();
    let last = places.iter().map(|place| place.end).max().unwrap_or_default();
    let start = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end = text.get(last..).and_then(|behind| behind.find('\n')).map_or(text.len(), |at| last + at);
    let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
    let part = text.get(start..end).unwrap_or_default();
    let shown = part.replace("\r\n", "\n");
    let shown = shown.trim_end_matches('\r').to_owned();
    let shown_at = |at: usize| {
        let returns = part.get(..at - start).unwrap_or_default().matches("\r\n").count();
        (at - start - returns).min(shown.len())
    };
    let annotation = |(label, kind): &(&Label, AnnotationKind), place: Range<usize>| {
        kind.span(shown_at(place.start)..shown_at(place.end)).label(plain(&label.text))
    };
    let annotations: Vec<_> = labels.iter().zip(places).map(|(label, place)| annotation(label, place)).collect();
    Snippet::source(shown).line_start(line).path(run.path(Place::new(file, 0..0))).annotations(annotations)
}

/// The part of a place that is on its first line, between characters.
fn on_one_line(text: &str, place: Place) -> Range<usize> {
    let start = text.floor_char_boundary(place.range().start.min(text.len()));
    let end = text.ceil_char_boundary(place.range().end.clamp(start, text.len()));
    let part = text.get(start..end).unwrap_or_default();
    let line = part.lines().next().unwrap_or_default().trim_end();
    start..start + line.len()
}

/// What stands below the lines.
fn footer(run: &LintRun<'_>, finding: &Finding) -> Vec<Message<'static>> {
    let mut footer: Vec<(&'static str, String)> = Vec::new();
    footer.extend(finding.difference.as_ref().map(|difference| ("differ", differs(difference))));
    footer.extend(predicted(finding));
    footer.extend(finding.notes.iter().map(|note| ("note", note.clone())));
    if finding.confidence != Confidence::High {
        let rests = match finding.confidence {
            Confidence::Low => "it rests on a name or a habit",
            _ => "it rests on a likely reading",
        };
        footer.push(("confidence", format!("{}: {rests}", confidence_word(finding.confidence))));
    }
    footer.push(("help", finding.help.clone()));
    footer.extend(finding.fix.as_ref().map(|fix| ("fix", fixed(run, fix))));
    footer.push(("explain", explain(finding)));
    footer.into_iter().map(|(name, text)| Level::NOTE.with_name(name).message(text)).collect()
}

/// Both values, one above the other, and marks.
fn differs(difference: &Mismatch) -> String {
    let aligned = align(&plain(&difference.presented), &plain(&difference.configured));
    let mut text = format!("presented  {}\nconfigured {}", aligned.above, aligned.below);
    if !aligned.marks.is_empty() {
        text.push_str(&format!("\n           {}", aligned.marks));
    }
    text
}

/// The change, as the lines that go and those that come.
fn fixed(run: &LintRun<'_>, fix: &Fix) -> String {
    let how = match (fix.edits.is_empty(), fix.safe) {
        (true, _) => "",
        (false, true) => " (`--fix` does it)",
        (false, false) => " (a choice: `--fix --unsafe-fixes` does it)",
    };
    let mut text = format!("{}{how}", fix.title);
    let lines = fix_lines(run, fix);
    let more = lines.len().saturating_sub(MAX_FIX_LINES);
    for line in lines.iter().take(MAX_FIX_LINES) {
        text.push_str(&format!("\n{line}"));
    }
    if more > 0 {
        text.push_str(&format!("\n  and {} more", counted(more, "line")));
    }
    text
}

/// The lines of a fix with their signs, below the name of the file where it is not the only one.
pub(super) fn fix_lines(run: &LintRun<'_>, fix: &Fix) -> Vec<String> {
    let mut files: Vec<FileId> = fix.edits.iter().map(|edit| edit.place.file).collect();
    files.dedup();
    let mut lines = Vec::new();
    for file in &files {
        let mut edits: Vec<Edit> = fix.edits.iter().filter(|edit| edit.place.file == *file).cloned().collect();
        edits.sort_by_key(|edit| (edit.place.start, edit.place.end));
        let changes = changes(&run.sources.file(*file).text, &edits);
        if let Some(first) = changes.first() {
            lines.push(format!("{}:{}", run.path(Place::new(*file, 0..0)), first.line + 1));
        }
        lines.extend(changes.iter().flat_map(signed));
    }
    lines
}

fn signed(change: &Change) -> impl Iterator<Item = String> {
    let shown = |line: &String| plain(&line.trim_end().replace('\t', "    "));
    let old = change.old.iter().map(move |line| format!("- {}", shown(line)));
    old.chain(change.new.iter().map(move |line| format!("+ {}", shown(line))))
}

/// A text on one line and without control characters.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }).filter(|c| !c.is_control()).collect()
}

/// What was read and counted.
fn end(run: &LintRun<'_>, verbose: bool) -> String {
    let mut text = String::new();
    for unread in &run.unread {
        let at = unread.at.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        text.push_str(&format!("{}: {}{at}: {}\n", paint(OPEN, "not read"), unread.path, unread.message));
    }
    text.push_str(&unjudged(run, verbose));
    for gone in &run.gone {
        text.push_str(&format!("{}: {gone} is in the baseline and no longer found\n", paint(GOOD, "gone")));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text + &summary(run)
}

/// Sign-ins that could not be judged, by reason.
fn unjudged(run: &LintRun<'_>, verbose: bool) -> String {
    if verbose {
        let line = |unjudged: &fedlens_lint::Unjudged| {
            let spot = run.spot(unjudged.place);
            let place = format!("{}:{}:{}", spot.path, spot.line, spot.column);
            format!("{}: {place}: {}: {}\n", paint(OPEN, "cannot tell"), unjudged.workload, unjudged.why)
        };
        return run.unjudged.iter().map(line).collect();
    }
    let line = |(why, first, count): (&str, &fedlens_lint::Unjudged, usize)| {
        let spot = run.spot(first.place);
        let others = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        format!("{}: {}:{}{others}: {why}\n", paint(OPEN, "cannot tell"), spot.path, spot.line)
    };
    let reasons = run.reasons();
    let more = reasons.len().saturating_sub(MAX_REASONS);
    let mut text: String = reasons.into_iter().take(MAX_REASONS).map(line).collect();
    if more > 0 {
        text.push_str(&format!(
            "{}: {}; `--verbose` lists all\n",
            paint(OPEN, "cannot tell"),
            counted(more, "more reason")
        ));
    }
    text
}

/// What was found, and of how much.
fn summary(run: &LintRun<'_>) -> String {
    let found: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .into_iter()
        .filter(|(severity, _)| run.count(*severity) > 0)
        .map(|(severity, word)| counted(run.count(severity), word))
        .collect();
    let besides: Vec<String> =
        [(run.suppressed.len(), "suppressed"), (run.known, "in the baseline"), (run.left_out, "not asked for")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
    let (style, head) = match found.as_slice() {
        [] if run.counts.files == 0 => (OPEN, "No file says anything of sign-ins".to_owned()),
        [] => (GOOD, "Nothing wrong was found".to_owned()),
        found if run.count(Severity::Error) > 0 => (BAD, found.join(", ")),
        found => (BOLD, found.join(", ")),
    };
    let besides = if besides.is_empty() { String::new() } else { format!("; {}", besides.join(", ")) };
    format!("{}{besides}\n{}\n", paint(style, head), paint(DIM, looked_at(run)))
}

/// How much was looked at, in a sentence.
pub(super) fn looked_at(run: &LintRun<'_>) -> String {
    let counts = &run.counts;
    let mut text = format!(
        "{} of sign-ins: {}, {} with {}",
        counted(counts.files, "file"),
        counted(counts.workloads, "workload"),
        counted(counts.identities, "identity"),
        counted(counts.credentials, "credential"),
    );
    if counts.joined + counts.unjudged > 0 {
        text.push_str(&format!(
            "; {} joined, {} of them accepted and {} refused, {} not to be judged",
            counted(counts.joined, "sign-in"),
            counts.accepted,
            counts.refused,
            counts.unjudged,
        ));
    }
    if !run.unread.is_empty() {
        text.push_str(&format!("; {} not read", counted(run.unread.len(), "file")));
    }
    text
}
