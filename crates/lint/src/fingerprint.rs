//! What a finding is known by when lines move.

use std::collections::HashMap;

use crate::Finding;
use crate::source::{Place, Sources};

/// A name for each finding, in their order: of the rule, the path, the line without its blanks, and which of several
/// alike it is. It stays the same while other lines change.
pub fn fingerprints(sources: &Sources, findings: &[&Finding]) -> Vec<String> {
    let mut seen: HashMap<u64, u32> = HashMap::new();
    findings
        .iter()
        .map(|finding| {
            let place = finding.primary.place;
            let line = line(sources, place);
            let words: Vec<&str> = line.split_whitespace().collect();
            let hash = hash([finding.rule.id, sources.path(place), &words.join(" ")]);
            let count = seen.entry(hash).or_default();
            *count += 1;
            format!("{hash:016x}-{count}")
        })
        .collect()
}

/// The whole line that a place begins on.
fn line(sources: &Sources, place: Place) -> &str {
    let text = &sources.file(place.file).text;
    let (before, from) = text.split_at_checked(place.start as usize).unwrap_or((text, ""));
    let start = before.len() - before.rsplit('\n').next().unwrap_or_default().len();
    let end = before.len() + from.find('\n').unwrap_or(from.len());
    text.get(start..end).unwrap_or_default()
}

/// FNV-1a, which is the same on every machine and in every version.
fn hash(parts: [&str; 3]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RULES;
    use crate::source::{FileId, SourceFile};

    fn of(text: &str) -> Vec<String> {
        let sources = Sources::new(vec![SourceFile { path: "main.tf".to_owned(), text: text.to_owned() }]);
        let at = |(at, word): (usize, &str)| {
            Finding::new(RULES[0], "it is wrong", Place::new(FileId(0), at..at + word.len()), "here")
        };
        let findings: Vec<Finding> = text.match_indices("wrong").map(at).collect();
        fingerprints(&sources, &findings.iter().collect::<Vec<_>>())
    }

    #[test]
    fn lines_may_move_and_be_indented() {
        assert_eq!(of("a = wrong\n"), of("# new\n\n    a  =  wrong\r\n"));
        assert_ne!(of("a = wrong\n"), of("b = wrong\n"));
    }

    #[test]
    fn those_alike_are_told_apart() {
        let found = of("wrong\nwrong\n");
        assert_ne!(found[0], found[1]);
        assert_eq!(found[0], of("wrong")[0]);
    }
}
