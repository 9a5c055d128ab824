//! Scripts within YAML: the steps of workflows and pipelines, the jobs of GitLab.

use super::{Command, Dialect, keep, scan};
use crate::facts;
use crate::source::{Node, Place, Value};

/// Keys whose text is a script, with the dialect where the key tells it.
const KEYS: &[(&str, Option<Dialect>)] = &[
    ("run", None),
    ("script", None),
    ("before_script", None),
    ("after_script", None),
    ("bash", Some(Dialect::Shell)),
    ("pwsh", Some(Dialect::PowerShell)),
    ("powershell", Some(Dialect::PowerShell)),
    ("inlineScript", None),
    ("Inline", Some(Dialect::PowerShell)),
    ("inline", Some(Dialect::PowerShell)),
];

/// Keys beside it that tell the dialect.
const SHELLS: &[&str] = &["shell", "scriptType", "scriptLocation", "targetType"];

/// Keeps the commands of every script in a document.
pub(crate) fn read_steps(document: &Node, text: &str, facts: &mut facts::Facts) {
    let before = facts.taken_for;
    document.walk(&mut |node| {
        for entry in node.entries() {
            let Some((_, dialect)) = KEYS.iter().find(|(key, _)| entry.key == *key) else { continue };
            let dialect = dialect.unwrap_or_else(|| dialect_of(node));
            for item in entry.value.one_or_many() {
                keep(scan_scalar(dialect, item, text), true, facts);
            }
        }
    });
    facts.taken_for = before.or(facts.taken_for);
}

fn dialect_of(step: &Node) -> Dialect {
    let told = SHELLS.iter().find_map(|key| step.known_at(&[key])).unwrap_or_default().to_ascii_lowercase();
    let task = step.known_at(&["azurePSVersion"]).or(step.known_at(&["azurePowerShellVersion"]));
    if told.contains("pwsh") || told.starts_with("ps") || told.contains("powershell") || task.is_some() {
        Dialect::PowerShell
    } else if told == "cmd" || told == "batch" {
        Dialect::Batch
    } else {
        Dialect::Shell
    }
}

/// The commands of a script that is a scalar of YAML; `text` is the whole file.
pub(crate) fn scan_scalar(dialect: Dialect, scalar: &Node, text: &str) -> Vec<Command> {
    match &scalar.value {
        Value::Scalar { .. } => scan(dialect, scalar.place.file, text, written(scalar.place, text)),
        _ => Vec::new(),
    }
}

/// What is written of a scalar, without the mark of a block or the quotes.
fn written(place: Place, text: &str) -> std::ops::Range<usize> {
    let range = place.range();
    let raw = text.get(range.clone()).unwrap_or_default();
    if raw.starts_with(['|', '>']) {
        let header = raw.find('\n').map_or(raw.len(), |at| at + 1);
        return range.start + header..range.end;
    }
    let quoted =
        raw.len() >= 2 && (raw.starts_with('"') && raw.ends_with('"') || raw.starts_with('\'') && raw.ends_with('\''));
    if quoted { range.start + 1..range.end - 1 } else { range }
}
