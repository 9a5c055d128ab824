//! The words, brackets and quoted texts of an expression, with their places.

use std::ops::Range;

/// One token and where it stands, in bytes.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As it was written, quotes included.
    pub(super) text: &'a str,
    pub(super) at: Range<usize>,
}

/// What a token is. The kinds that the language does not have are here for the sake of good messages.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anything up to a blank, a bracket or a quote.
    Word,
    /// `[`
    Open,
    /// `]`
    Close,
    /// A text in single quotes, without them.
    Quoted(String),
    /// A single quote without its partner.
    Unclosed,
    /// A text in double or typographic quotes, or in back ticks.
    WrongQuotes,
    /// `(` or `)`
    Parenthesis,
}

/// Takes an expression apart. Every character other than blanks is in exactly one token.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else { break };
        let (kind, length) = token(trimmed, first);
        let token = trimmed.get(..length).unwrap_or(trimmed);
        tokens.push(Token { kind, text: token, at: at..at + token.len() });
        at += token.len();
    }
    tokens
}

/// The token at the start of `rest` and its length in bytes.
fn token(rest: &str, first: char) -> (Kind, usize) {
    match first {
        '[' => (Kind::Open, 1),
        ']' => (Kind::Close, 1),
        '(' | ')' => (Kind::Parenthesis, 1),
        '\'' => quoted(rest),
        _ if closing_quotes(first).is_some() => (Kind::WrongQuotes, wrongly_quoted(rest, first)),
        _ => (Kind::Word, rest.find(ends_word).unwrap_or(rest.len())),
    }
}

/// A text in single quotes, where two quotes stand for one.
fn quoted(rest: &str) -> (Kind, usize) {
    let mut value = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\'' && characters.next_if(|(_, next)| *next == '\'').is_none() {
            return (Kind::Quoted(value), at + 1);
        }
        value.push(c);
    }
    (Kind::Unclosed, rest.len())
}

/// The length of a text in other quotes; the opening one alone where none closes it.
fn wrongly_quoted(rest: &str, first: char) -> usize {
    let closing = closing_quotes(first).unwrap_or_default();
    let mut characters = rest.char_indices().skip(1);
    characters.find(|(_, c)| closing.contains(*c)).map_or(first.len_utf8(), |(at, c)| at + c.len_utf8())
}

/// The characters that close a text which this one opens, single quotes apart.
fn closing_quotes(first: char) -> Option<&'static str> {
    match first {
        '"' => Some("\""),
        '`' => Some("`'"),
        '‘' | '’' | '‚' => Some("‘’‚"),
        '“' | '”' | '„' => Some("“”„"),
        _ => None,
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')' | '\'') || closing_quotes(c).is_some()
}

/// The text in single quotes, with those inside doubled.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_documented_form_falls_into_its_tokens() {
        let expression = "claims['sub'] matches 'repo:*' and";
        let texts: Vec<_> = tokens(expression).iter().map(|token| token.text).collect();
        assert_eq!(texts, ["claims", "[", "'sub'", "]", "matches", "'repo:*'", "and"]);
    }

    #[test]
    fn a_doubled_quote_is_one_and_a_lone_one_stays_open() {
        for (text, expected) in [
            ("''", Kind::Quoted(String::new())),
            ("'it''s'", Kind::Quoted("it's".to_owned())),
            ("''''", Kind::Quoted("'".to_owned())),
            ("'", Kind::Unclosed),
            ("'a''", Kind::Unclosed),
        ] {
            assert_eq!(tokens(text).pop().unwrap().kind, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tokens_hold_every_character_but_blanks(text in "[ a-c\\[\\]()'\"‘’“é\t]{0,40}") {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert_eq!(text.get(end..token.at.start).unwrap().trim(), "");
                prop_assert_eq!(text.get(token.at.clone()), Some(token.text));
                end = token.at.end;
            }
            prop_assert_eq!(text.get(end..).unwrap().trim(), "");
        }
    }
}
