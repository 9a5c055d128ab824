//! Text laid out for a terminal: wrapped paragraphs, and Markdown.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::paint::{BOLD, CODE, paint};

/// The width that reports are wrapped at.
pub(crate) const WIDTH: usize = 96;

/// A paragraph, wrapped and indented; the first line may have a lead such as a bullet.
pub(crate) fn paragraph(text: &str, lead: &str, indent: &str) -> String {
    let options = Options::new(WIDTH)
        .initial_indent(lead)
        .subsequent_indent(indent)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    let mut wrapped = textwrap::fill(text, options);
    wrapped.push('\n');
    wrapped
}

/// Markdown as wrapped text. Code blocks keep their lines, four blanks further in.
pub(crate) fn markdown(text: &str, indent: &str) -> String {
    let mut page =
        Page { out: String::new(), line: String::new(), indent: indent.to_owned(), list: Vec::new(), code: false };
    for event in Parser::new(text) {
        page.event(event);
    }
    page.flush();
    page.out
}

struct Page {
    out: String,
    line: String,
    indent: String,
    /// Next number of each open list; bullets have none.
    list: Vec<Option<u64>>,
    code: bool,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) if self.code => self.code_lines(&text),
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => self.line.push_str(&text),
            Event::Code(text) => self.line.push_str(&format!("`{text}`")),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.flush(),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::CodeBlock(kind) => {
                self.code = true;
                self.separate();
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                {
                    self.out.push_str(&format!("{}  {}\n", self.indent, paint(BOLD, language)));
                }
            }
            Tag::List(first) => self.list.push(first),
            Tag::Item | Tag::Heading { .. } => self.flush(),
            Tag::Paragraph if self.list.is_empty() => self.separate(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock => self.code = false,
            TagEnd::Item => {
                self.flush();
                if let Some(Some(number)) = self.list.last_mut() {
                    *number += 1;
                }
            }
            TagEnd::List(_) => {
                self.list.pop();
            }
            TagEnd::Paragraph | TagEnd::Heading(_) => self.flush(),
            _ => {}
        }
    }

    fn code_lines(&mut self, text: &str) {
        for line in text.lines() {
            self.out.push_str(&format!("{}    {}\n", self.indent, paint(CODE, line)));
        }
    }

    /// An empty line before a new block, unless it is the first.
    fn separate(&mut self) {
        self.flush();
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn flush(&mut self) {
        if self.line.trim().is_empty() {
            self.line.clear();
            return;
        }
        let text = std::mem::take(&mut self.line);
        let (bullet, hang) = match self.list.last() {
            None => (String::new(), String::new()),
            Some(None) => ("- ".to_owned(), "  ".to_owned()),
            Some(Some(number)) => (format!("{number}. "), "   ".to_owned()),
        };
        let nested = "  ".repeat(self.list.len().saturating_sub(1));
        let lead = format!("{}{nested}{bullet}", self.indent);
        let indent = format!("{}{nested}{hang}", self.indent);
        self.out.push_str(&paragraph(text.trim(), &lead, &indent));
    }
}
