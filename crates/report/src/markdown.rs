//! Pieces of Markdown reports.

/// A fenced block whose fence is longer than any in the text.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    let longest =
        text.lines().filter_map(|line| line.trim_start().strip_prefix("```")).map(|rest| 3 + rest.len()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// Text for a table cell.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
