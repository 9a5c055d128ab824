//! Every case under `tests/cases`, and the examples of every rule.

mod cases;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use cases::parse;
use fedlens_lint::RULES;

/// One a line.
fn list(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |out, line| out + "    " + line + "\n")
}

#[test]
fn cases_find_what_they_say() {
    let mut problems = String::new();
    let mut paths: Vec<_> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    for path in paths {
        #[expect(clippy::disallowed_methods, reason = "our own cases")]
        let text = std::fs::read_to_string(&path).unwrap();
        for case in parse(&text) {
            let expected = case.expected.clone().unwrap_or_else(|| panic!("{}: no findings block", case.title));
            let found = case.found();
            if found != expected {
                let file = path.file_name().unwrap().to_string_lossy().into_owned();
                writeln!(
                    problems,
                    "{file}: {}\n  expected\n{}\n  found\n{}",
                    case.title,
                    list(&expected),
                    list(&found)
                )
                .unwrap();
            }
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn examples_of_rules_are_right() {
    let mut problems = String::new();
    for rule in RULES {
        let examples = parse(&rule.explanation());
        let example = |title: &str| examples.iter().find(|case| case.title == title);
        match (example("Wrong"), example("Right")) {
            (Some(wrong), Some(right)) => {
                let found = wrong.found();
                if found.is_empty() || found.iter().any(|line| !line.starts_with(rule.id)) {
                    writeln!(problems, "{} {}: its wrong example gives\n{}", rule.id, rule.slug, list(&found)).unwrap();
                }
                let found = right.found();
                if !found.is_empty() {
                    writeln!(problems, "{} {}: its right example gives\n{}", rule.id, rule.slug, list(&found)).unwrap();
                }
            }
            _ => writeln!(problems, "{} {}: no `## Wrong` and `## Right`", rule.id, rule.slug).unwrap(),
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn rules_are_sorted_unique_and_complete() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(RULES.iter().map(|rule| rule.slug).collect::<BTreeSet<_>>().len(), ids.len());
    for rule in RULES {
        assert!(!rule.title.is_empty() && !rule.help.is_empty() && rule.source.contains("https://"), "{}", rule.id);
        if let Some(code) = rule.code {
            assert!(fedlens_catalog::entry(code).is_some(), "{} names {code}, which is not in the catalog", rule.id);
        }
    }
}
