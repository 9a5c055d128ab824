//! Just as much of a shell as it takes to see what is handed over to a sign-in.

use crate::source::{Piece as TextPiece, Text, Unknown, Why};

/// A command as its words, without quotes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    words: Vec<String>,
}

/// A part of a text with variables.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Variable(String),
}

impl Command {
    /// The value of an option, in the next word or after `=`.
    pub(super) fn option(&self, names: &[&str]) -> Option<&str> {
        let at = self.words.iter().position(|word| {
            let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
            names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
        })?;
        match self.words.get(at)?.split_once('=') {
            Some((_, value)) => Some(value),
            None => self.words.get(at + 1).map(String::as_str),
        }
    }

    /// The value of a field of a form that is sent.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let (_, value) = self.words.iter().find_map(|word| word.split_once(name))?;
        value.split('&').next()
    }
}

/// The commands of a script.
pub(super) fn commands(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut depth = 0_usize;
    let joined = text.replace("\\\n", " ").replace("\\\r\n", " ").replace("`\n", " ");
    let mut chars = joined.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if word.is_empty() => while chars.next_if(|c| *c != '\n').is_some() {},
            (_, '(') if word.ends_with('$') || depth > 0 => {
                depth += 1;
                word.push(c);
            }
            (_, ')') if depth > 0 => {
                depth -= 1;
                word.push(c);
            }
            (None, ' ' | '\t') if depth == 0 => end_word(&mut word, &mut words),
            (None, '\n' | ';' | '|' | '&') if depth == 0 => {
                end_word(&mut word, &mut words);
                end_command(&mut words, &mut commands);
            }
            _ => word.push(c),
        }
    }
    end_word(&mut word, &mut words);
    end_command(&mut words, &mut commands);
    commands
}

fn end_word(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

fn end_command(words: &mut Vec<String>, commands: &mut Vec<Command>) {
    if !words.is_empty() {
        commands.push(Command { words: std::mem::take(words) });
    }
}

/// Whether a script gives a variable a value.
pub(super) fn assigns(text: &str, variable: &str) -> bool {
    let reads = |command: &Command| {
        let first = command.words.first().map(String::as_str);
        first == Some("read") && command.words.iter().any(|word| word == variable)
    };
    assigned(text, variable).is_some() || commands(text).iter().any(reads)
}

/// The value that a script gives a variable.
pub(super) fn assigned(text: &str, variable: &str) -> Option<String> {
    commands(text).into_iter().flat_map(|command| command.words).find_map(|word| {
        let (name, value) = word.split_once('=')?;
        (name.trim_start_matches("$env:").trim_end_matches('+') == variable).then(|| value.to_owned())
    })
}

/// The variable that a word is, and nothing else.
pub(super) fn variable(word: &str) -> Option<&str> {
    let rest = word.strip_prefix('$')?;
    let rest = rest.strip_prefix("env:").unwrap_or(rest);
    let name = match rest.strip_prefix('{') {
        Some(inner) => inner.strip_suffix('}')?,
        None => rest,
    };
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && !name.is_empty()).then_some(name)
}

/// A text taken apart at its variables.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        pieces.push(Piece::Literal(before.to_owned()));
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (name, left) = match braced {
            Some((name, left)) => (name.split(":-").next().unwrap_or(name), left),
            None => {
                let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
                after.split_at_checked(end).unwrap_or(("", after))
            }
        };
        match name {
            "" => pieces.push(Piece::Literal("$".to_owned())),
            name => pieces.push(Piece::Variable(name.to_owned())),
        }
        rest = left;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    pieces
}

/// A text in which variables are not known.
pub(super) fn text(text: &Text, why: Why) -> Text {
    let known = text.to_string();
    let pieces = pieces(&known).into_iter().map(|piece| match piece {
        Piece::Literal(literal) => TextPiece::Literal(literal),
        Piece::Variable(symbol) => TextPiece::Unknown(Unknown { symbol, why }),
    });
    Text::of(pieces, text.place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_a_sign_in() {
        let script = "set -e\naz login --service-principal -u \"$ID\" \\\n  -t $TENANT --federated-token=\"${TOKEN}\" && az account show";
        let commands = commands(script);
        assert_eq!(commands.len(), 3);
        assert_eq!(commands[1].option(&["--federated-token"]), Some("${TOKEN}"));
        assert_eq!(commands[1].option(&["-u", "--username"]), Some("$ID"));
        assert_eq!(variable("${TOKEN}"), Some("TOKEN"));
        assert_eq!(variable("$(cat token)"), None);
    }

    #[test]
    fn assignments() {
        assert_eq!(assigned("export A=\"$B\"; C=1", "A").as_deref(), Some("$B"));
        assert!(!assigns("echo A", "A"));
        assert!(assigns("IFS= read -r A < file", "A") || assigns("read -r A < file", "A"));
    }
}
