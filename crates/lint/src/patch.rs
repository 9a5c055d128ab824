//! Changes to files: which of them can be made together, the new text, and how that is shown.

use std::collections::BTreeMap;

use crate::source::{FileId, Sources};
use crate::{Edit, Finding};

/// The changes that are made, file by file, and those that are not.
#[derive(Debug, Default)]
pub struct Patch {
    /// The edits of each file, in their order; no two touch.
    pub files: BTreeMap<FileId, Vec<Edit>>,
    /// The positions of the findings whose fix is in it.
    pub made: Vec<usize>,
    /// The positions of the findings whose fix is not in it, and why.
    pub left: Vec<(usize, &'static str)>,
}

impl Patch {
    /// The fixes of the findings: the safe ones, and the others if they are wanted. The first of two that touch each
    /// other is made.
    pub fn of(sources: &Sources, findings: &[Finding], with_unsafe: bool) -> Self {
        let mut patch = Self::default();
        for (at, finding) in findings.iter().enumerate() {
            match &finding.fix {
                None => patch.left.push((at, "it proposes no change")),
                Some(fix) if fix.edits.is_empty() => patch.left.push((at, "its change is not one to a file")),
                Some(fix) if !fix.safe && !with_unsafe => {
                    patch.left.push((at, "its change has to be chosen: --unsafe-fixes makes it"));
                }
                Some(fix) => match patch.add(sources, &fix.edits) {
                    Ok(()) => patch.made.push(at),
                    Err(why) => patch.left.push((at, why)),
                },
            }
        }
        patch
    }

    /// Adds all edits, or none.
    fn add(&mut self, sources: &Sources, edits: &[Edit]) -> Result<(), &'static str> {
        let mut files = self.files.clone();
        for edit in edits {
            let text = &sources.file(edit.place.file).text;
            if text.get(edit.place.range()).is_none() {
                return Err("its change is to a place that is not in the file");
            }
            let made = files.entry(edit.place.file).or_default();
            if made.contains(edit) {
                continue;
            }
            if made.iter().any(|other| touch(other, edit)) {
                return Err("its change touches another one; run it again");
            }
            made.push(edit.clone());
            made.sort_by_key(|edit| (edit.place.start, edit.place.end));
        }
        self.files = files;
        Ok(())
    }
}

/// Whether two edits of one file cannot be made together.
fn touch(a: &Edit, b: &Edit) -> bool {
    let (a, b) = (a.place, b.place);
    if a.start == a.end || b.start == b.end {
        return a.start <= b.end && b.start <= a.end;
    }
    a.start < b.end && b.start < a.end
}

/// The text with the edits made, which are sorted and do not touch; lines end as they do in the text.
pub fn patched(text: &str, edits: &[Edit]) -> String {
    let ends_with_return = text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.place.range().start).unwrap_or_default());
        // An edit up to the end of a line may have taken the first half of that end for a part of the line.
        let half = text.get(edit.place.range()).is_some_and(|old| old.ends_with('\r')) && !edit.text.ends_with('\n');
        let new = edit.text.replace("\r\n", "\n");
        out.push_str(&if ends_with_return { new.replace('\n', "\r\n") } else { new });
        if half {
            out.push('\r');
        }
        at = edit.place.range().end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Whole lines that are replaced by others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The first of the old lines, from 0; where there are none, the line before which the new ones come.
    pub line: usize,
    /// The lines that go, without their line feeds.
    pub old: Vec<String>,
    /// The lines that come.
    pub new: Vec<String>,
}

/// What the edits, which are sorted and do not touch, do to the lines of a text.
pub fn changes(text: &str, edits: &[Edit]) -> Vec<Change> {
    let starts: Vec<usize> =
        std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
    let line_of = |byte: usize| starts.partition_point(|start| *start <= byte).saturating_sub(1);
    let mut groups: Vec<(usize, usize, Vec<Edit>)> = Vec::new();
    for edit in edits {
        let range = edit.place.range();
        let (first, last) = (line_of(range.start), line_of(range.end));
        match groups.last_mut() {
            Some(group) if first <= group.1 => {
                group.1 = group.1.max(last);
                group.2.push(edit.clone());
            }
            _ => groups.push((first, last, vec![edit.clone()])),
        }
    }
    let start_of = |line: usize| starts.get(line).copied().unwrap_or(text.len());
    let change = |(first, last, edits): (usize, usize, Vec<Edit>)| {
        let part = text.get(start_of(first)..start_of(last + 1)).unwrap_or_default();
        // Lines end as in the first of the text, which may not be in this part.
        let before = text.get(..start_of(1).min(start_of(first))).unwrap_or_default();
        let whole = format!("{before}{part}");
        let back = start_of(first) - before.len();
        let moved: Vec<Edit> = edits.into_iter().map(|edit| edit.back(back)).collect();
        let new = patched(&whole, &moved);
        change(first, part, new.strip_prefix(before).unwrap_or(&new))
    };
    groups.into_iter().map(change).filter(|change| change.old != change.new).collect()
}

/// The lines that differ between two texts that begin at a line.
fn change(line: usize, old: &str, new: &str) -> Change {
    let lines = |text: &str| text.split_inclusive('\n').map(|line| line.trim_end_matches('\n').to_owned()).collect();
    let (mut old, mut new): (Vec<String>, Vec<String>) = (lines(old), lines(new));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    old.drain(..head);
    new.drain(..head);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    old.truncate(old.len() - tail);
    new.truncate(new.len() - tail);
    Change { line: line + head, old, new }
}

impl Edit {
    /// The same edit of a text that lacks so many bytes at its beginning.
    fn back(mut self, bytes: usize) -> Self {
        let bytes = u32::try_from(bytes).unwrap_or_default();
        self.place.start = self.place.start.saturating_sub(bytes);
        self.place.end = self.place.end.saturating_sub(bytes);
        self
    }
}

/// The unchanged lines around a change in a unified diff.
const CONTEXT: usize = 3;

/// The edits of a file as a unified diff, which `git apply` and `patch -p1` take.
pub fn unified(path: &str, text: &str, edits: &[Edit]) -> String {
    let changes = changes(text, edits);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let ends_openly = !patched(text, edits).ends_with('\n');
    let mut out = format!("--- a/{path}\n+++ b/{path}\n");
    let mut grown = 0_isize;
    let mut rest = changes.as_slice();
    while !rest.is_empty() {
        let apart = |pair: &[Change]| {
            let [before, after] = pair else { return false };
            after.line > before.line + before.old.len() + 2 * CONTEXT
        };
        let count = rest.windows(2).position(apart).map_or(rest.len(), |at| at + 1);
        let (group, later) = rest.split_at(count);
        grown += hunk(group, &lines, ends_openly, grown, &mut out);
        rest = later;
    }
    out
}

/// Changes that stand close to each other; how many lines they add is returned.
fn hunk(group: &[Change], lines: &[&str], ends_openly: bool, grown: isize, out: &mut String) -> isize {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return 0 };
    let begin = first.line.saturating_sub(CONTEXT);
    let end = (last.line + last.old.len() + CONTEXT).min(lines.len());
    let added: usize = group.iter().map(|change| change.new.len()).sum();
    let removed: usize = group.iter().map(|change| change.old.len()).sum();
    let (old, new) = (end - begin, end - begin + added - removed);
    let start = |at: usize, count: usize| if count == 0 { at } else { at + 1 };
    let new_begin = begin.saturating_add_signed(grown);
    out.push_str(&format!("@@ -{},{old} +{},{new} @@\n", start(begin, old), start(new_begin, new)));
    let mut at = begin;
    for change in group {
        same(lines, at..change.line, out);
        for line in lines.iter().skip(change.line).take(change.old.len()) {
            whole('-', line, out);
        }
        at = change.line + change.old.len();
        for (index, line) in change.new.iter().enumerate() {
            let is_last = at >= lines.len() && index + 1 == change.new.len();
            let feed = if is_last && ends_openly { "" } else { "\n" };
            whole('+', &format!("{line}{feed}"), out);
        }
    }
    same(lines, at..end, out);
    isize::try_from(added).unwrap_or_default() - isize::try_from(removed).unwrap_or_default()
}

fn same(lines: &[&str], range: std::ops::Range<usize>, out: &mut String) {
    lines.get(range).unwrap_or_default().iter().for_each(|line| whole(' ', line, out));
}

/// A line with its sign.
fn whole(sign: char, line: &str, out: &mut String) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RULES;
    use crate::source::{Place, SourceFile};

    const TEXT: &str = "a: 1\r\nb: 2\r\nc: 3\r\n";

    fn edit(range: std::ops::Range<usize>, text: &str) -> Edit {
        Edit::replace(Place::new(FileId(0), range), text)
    }

    #[test]
    fn lines_keep_their_ends() {
        let edits = [edit(3..4, "9"), edit(12..12, "b2: 4\n")];
        assert_eq!(patched(TEXT, &edits), "a: 9\r\nb: 2\r\nb2: 4\r\nc: 3\r\n");
        assert_eq!(patched(TEXT, &[edit(3..5, "9")]), "a: 9\r\nb: 2\r\nc: 3\r\n");
    }

    #[test]
    fn only_what_changes_is_shown() {
        let inserted = changes(TEXT, &[edit(12..12, "b2: 4\n")]);
        assert_eq!(inserted, [Change { line: 2, old: vec![], new: vec!["b2: 4\r".to_owned()] }]);
        let apart = changes(TEXT, &[edit(3..4, "9"), edit(15..16, "8")]);
        assert_eq!(apart.iter().map(|change| (change.line, change.new.len())).collect::<Vec<_>>(), [(0, 1), (2, 1)]);
        assert_eq!(changes(TEXT, &[edit(3..4, "1")]), []);
    }

    #[test]
    fn unified_diffs() {
        let text: String = (1..=20).map(|line| format!("line {line}\n")).collect::<String>() + "end";
        let at = |word: &str| text.find(word).unwrap();
        let end = text.len();
        let edits =
            [edit(at("line 3\n")..at("line 4\n"), ""), edit(at("line 9")..at("line 9"), "new\n"), edit(end..end, "!")];
        assert_eq!(
            unified("a.txt", &text, &edits),
            "--- a/a.txt\n+++ b/a.txt\n@@ -1,11 +1,11 @@\n line 1\n line 2\n-line 3\n line 4\n line 5\n line 6\n line 7\n \
             line 8\n+new\n line 9\n line 10\n line 11\n@@ -18,4 +18,4 @@\n line 18\n line 19\n line 20\n-end\n\\ No newline \
             at end of file\n+end!\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn the_first_of_two_that_touch_is_made() {
        let sources = Sources::new(vec![SourceFile { path: "a.yml".to_owned(), text: TEXT.to_owned() }]);
        let finding = |range: std::ops::Range<usize>, text: &str| {
            let found = Finding::new(RULES[0], "it is wrong", Place::new(FileId(0), range.clone()), "here");
            found.fix("mend it", [edit(range, text)])
        };
        let findings =
            [finding(3..4, "9"), finding(3..4, "9"), finding(0..4, "z: 1"), finding(40..41, "?"), finding(9..10, "5")];
        let patch = Patch::of(&sources, &findings, false);
        assert_eq!(patch.made, [0, 1, 4]);
        assert_eq!(patch.left.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(patched(TEXT, &patch.files[&FileId(0)]), "a: 9\r\nb: 5\r\nc: 3\r\n");
    }
}
