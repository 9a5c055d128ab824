//! Which of a fix's code blocks to show.

/// The text with the blocks in the reader's languages; else those for a shell; else the first. The line
/// that announces a hidden block goes with it, and a last line names what is hidden.
pub(super) fn chosen(text: &str, languages: &[&str]) -> String {
    let fences = languages_of(text);
    let shown: Vec<&str> = [languages, &["bash"]]
        .into_iter()
        .map(|wanted| fences.iter().copied().filter(|name| wanted.contains(name)).collect::<Vec<_>>())
        .find(|found| !found.is_empty())
        .unwrap_or_else(|| fences.first().copied().into_iter().collect());
    let mut hidden: Vec<&str> = Vec::new();
    let mut out: Vec<&str> = Vec::new();
    let mut hiding = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some("") if hiding => {
                hiding = false;
                continue;
            }
            Some(name) if !name.is_empty() && !shown.contains(&name) => {
                hiding = true;
                hidden.extend(Some(name).filter(|name| !hidden.contains(name)));
                drop_announcement(&mut out);
            }
            _ => {}
        }
        if !hiding {
            out.push(line);
        }
    }
    let mut text = out.join("\n");
    if !hidden.is_empty() {
        text.push_str(&format!("\n\nAlso for {}: see `--format markdown`.\n", hidden.join(", ")));
    }
    text
}

fn languages_of(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("```")).filter(|name| !name.is_empty()).collect()
}

fn drop_announcement(lines: &mut Vec<&str>) {
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    if lines.last().is_some_and(|line| line.ends_with(':')) {
        lines.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::chosen;

    const FIX: &str = "Do it.\n\nPython:\n\n```python\na = 1\n```\n\nShell:\n\n```bash\na=1\n```\n\nDone.";

    #[test]
    fn the_readers_language_is_shown_alone() {
        let text = chosen(FIX, &["python"]);
        assert!(text.contains("a = 1") && !text.contains("a=1") && !text.contains("Shell:"), "{text}");
        assert!(text.contains("Also for bash"));
    }

    #[test]
    fn without_a_language_the_shell_is_shown() {
        let text = chosen(FIX, &[]);
        assert!(text.contains("a=1") && !text.contains("Python:") && text.contains("Done."), "{text}");
    }

    #[test]
    fn a_single_block_needs_no_note() {
        assert_eq!(chosen("```json\n{}\n```", &["go"]), "```json\n{}\n```");
    }
}
