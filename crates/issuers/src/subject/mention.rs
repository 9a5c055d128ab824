//! Subjects mentioned in running text.

use super::{Subject, parse_subject};

/// No text that people write names more.
const MAX_SUBJECTS: usize = 32;

/// How the subjects begin that cannot be mistaken for anything else.
const BEGINNINGS: &[&str] = &[
    "repo:",
    "repository_owner:",
    "repository_owner_id:",
    "repository_id:",
    "sc://",
    "p://",
    "/eid1/",
    "system:serviceaccount:",
    "project_path:",
    "project_id:",
    "organization:",
];

/// The subjects in a text, each once, in order.
///
/// ```
/// let text = "The credential has `repo:contoso/app:environment:prod`, GitHub sent repo:contoso/app:pull_request.";
/// assert_eq!(
///     fedlens_issuers::mentioned_subjects(text),
///     ["repo:contoso/app:environment:prod", "repo:contoso/app:pull_request"],
/// );
/// ```
pub fn mentioned_subjects(text: &str) -> Vec<&str> {
    let mut subjects = Vec::new();
    for word in text.split(is_boundary) {
        let word = word.trim_end_matches(['.', ';', ':', ')', '*']).trim_start_matches(['(', '*']);
        let is_subject = BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
            && !matches!(parse_subject(None, word), Subject::Opaque(_));
        if is_subject && !subjects.contains(&word) {
            subjects.push(word);
            if subjects.len() == MAX_SUBJECTS {
                break;
            }
        }
    }
    subjects
}

fn is_boundary(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\'' | '"' | '`' | '‘' | '’' | '“' | '”' | ',' | '\\')
}

#[cfg(test)]
mod tests {
    use super::mentioned_subjects;

    #[test]
    fn subjects_are_found_between_quotes_and_words() {
        let cases: &[(&str, &[&str])] = &[
            ("subject claim - repo:contoso/app:ref:refs/heads/main\n", &["repo:contoso/app:ref:refs/heads/main"]),
            ("subject 'system:serviceaccount:prod:api'.", &["system:serviceaccount:prod:api"]),
            ("repo:<owner>/<repo>:ref:refs/heads/main", &["repo:<owner>/<repo>:ref:refs/heads/main"]),
            ("Subject: p://contoso/platform/deploy", &["p://contoso/platform/deploy"]),
            ("a repo: contoso", &[]),
            ("https://contoso.example/p://x", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(mentioned_subjects(text), *expected, "{text}");
        }
    }

    #[test]
    fn each_subject_counts_once() {
        assert_eq!(mentioned_subjects("sc://a/b/c sc://a/b/c"), ["sc://a/b/c"]);
    }
}
