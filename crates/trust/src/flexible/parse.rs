//! From text to expression. Every fault says what to write instead.

use std::ops::Range;

use super::scan::{Kind, Token, quote, tokens};
use super::{Comparison, Expression, ExpressionError, ExpressionWarning, MAX_EXPRESSION_BYTES, Operator, spacing};

type Parsed<T> = Result<T, ExpressionError>;

pub(super) fn expression(text: &str) -> Parsed<Expression> {
    checked(text).map(|(expression, _)| expression)
}

pub(super) fn warnings(text: &str) -> Vec<ExpressionWarning> {
    checked(text).map(|(_, tokens)| spacing::warnings(text, &tokens)).unwrap_or_default()
}

/// The expression with its tokens, once grammar and spacing are right.
fn checked(text: &str) -> Parsed<(Expression, Vec<Token<'_>>)> {
    if text.len() > MAX_EXPRESSION_BYTES {
        let end = text.floor_char_boundary(MAX_EXPRESSION_BYTES);
        let message = format!("The expression is longer than the {MAX_EXPRESSION_BYTES} bytes that are read.");
        return Err(ExpressionError::new(text, end..end, message));
    }
    let tokens = tokens(text);
    let expression = Parser { text, tokens: &tokens }.expression()?;
    // The grammar comes first: where both are wrong, a missing space is the lesser advice.
    match spacing::missing(&tokens) {
        Some(at) => Err(ExpressionError::new(text, at, "Put a space here.")),
        None => Ok((expression, tokens)),
    }
}

/// Reads tokens one by one; one method for each part of a comparison.
struct Parser<'a> {
    /// The whole expression, for the faults.
    text: &'a str,
    /// Those not yet read.
    tokens: &'a [Token<'a>],
}

impl<'a> Parser<'a> {
    fn expression(mut self) -> Parsed<Expression> {
        // A shell or a YAML file easily leaves its own quotes around the whole.
        if let [Token { kind: Kind::WrongQuotes, at, .. }, ..] = self.tokens {
            let message = "Take away the quotes around the expression; it begins with claims['sub'].";
            return self.fault(at.clone(), message);
        }
        let mut comparisons = vec![self.comparison()?];
        while self.joint()? {
            comparisons.push(self.comparison()?);
        }
        Ok(Expression { comparisons })
    }

    fn comparison(&mut self) -> Parsed<Comparison> {
        self.keyword()?;
        Ok(Comparison { claim: self.claim()?, operator: self.operator()?, comparand: self.comparand()? })
    }

    /// The word `claims`.
    fn keyword(&mut self) -> Parsed<()> {
        let Some(token) = self.next() else {
            return self.fault_at_end("A comparison is missing: write claims['sub'] eq '…'.");
        };
        if token.text == "claims" {
            return Ok(());
        }
        let message = match &token.kind {
            Kind::Open => "The word claims is missing before the bracket: write claims['sub'].".to_owned(),
            Kind::Parenthesis => "The language has no parentheses; join comparisons with and alone.".to_owned(),
            Kind::Word if token.text.eq_ignore_ascii_case("claims") || token.text.eq_ignore_ascii_case("claim") => {
                format!("Write claims, in small letters, in place of {}.", token.text)
            }
            Kind::Word => claim_without_brackets(token.text),
            _ => "A comparison begins with claims['sub'].".to_owned(),
        };
        self.fault(token.at.clone(), message)
    }

    /// `['name']`
    fn claim(&mut self) -> Parsed<String> {
        let Some(open) = self.next() else {
            return self.fault_at_end("Name the claim in brackets and single quotes: claims['sub'].");
        };
        if open.kind != Kind::Open {
            return self.fault(open.at.clone(), "Name the claim in brackets and single quotes: claims['sub'].");
        }
        let Some(name) = self.next() else {
            return self.fault(open.at.clone(), "The bracket is not closed: write claims['sub'].");
        };
        match &name.kind {
            Kind::Quoted(claim) if !claim.is_empty() => self.close(open, name).map(|()| claim.clone()),
            Kind::Quoted(_) | Kind::Close => self.fault(name.at.clone(), "Name the claim: claims['sub']."),
            Kind::Word => {
                let message = format!("Put the claim's name in single quotes: claims[{}].", quote(name.text));
                self.fault(name.at.clone(), message)
            }
            Kind::Unclosed => self.fault(start_of(name), "This single quote is not closed: write claims['sub']."),
            _ => self.fault(name.at.clone(), "Put the claim's name in straight single quotes: claims['sub']."),
        }
    }

    /// The bracket after a claim's name. A name that holds one shows where its closing quote was forgotten.
    fn close(&mut self, open: &Token<'_>, name: &Token<'_>) -> Parsed<()> {
        let close = self.next();
        if close.is_some_and(|token| token.kind == Kind::Close) {
            return Ok(());
        }
        let (at, message) = if name.text.contains(']') {
            (start_of(name), "The single quote after the claim's name is missing: write claims['sub'].")
        } else {
            (open.at.start..name.at.end, "The bracket is not closed: write claims['sub'].")
        };
        self.fault(at, message)
    }

    /// `eq` or `matches`; letter case counts, as in the documentation's examples.
    fn operator(&mut self) -> Parsed<Operator> {
        let Some(token) = self.next() else {
            return self.fault_at_end("The operator is missing: write eq or matches, then the text in single quotes.");
        };
        match token.text {
            "eq" => Ok(Operator::Eq),
            "matches" => Ok(Operator::Matches),
            _ if token.kind == Kind::Word => self.fault(token.at.clone(), unknown_operator(token.text)),
            _ => self.fault(token.at.clone(), "The operator is missing here: write eq or matches."),
        }
    }

    /// The text in single quotes. The specification of ARM shows one without quotes, against the documentation.
    fn comparand(&mut self) -> Parsed<String> {
        let Some(token) = self.next() else {
            return self.fault_at_end("The text to compare with is missing: write it in single quotes.");
        };
        match &token.kind {
            Kind::Quoted(comparand) => Ok(comparand.clone()),
            Kind::Unclosed => self.fault(start_of(token), "This single quote is not closed."),
            Kind::WrongQuotes => {
                let inside = token.text.trim_matches(['"', '`', '\'', '‘', '’', '‚', '“', '”', '„']);
                let message = format!("Use straight single quotes: write {}.", shortened(&quote(inside)));
                self.fault(token.at.clone(), message)
            }
            _ => {
                let (at, text) = self.unquoted(token.at.start);
                let message = format!("Put the text in single quotes: write {}.", shortened(&quote(text)));
                self.fault(at, message)
            }
        }
    }

    /// Whether another comparison follows.
    fn joint(&mut self) -> Parsed<bool> {
        let Some(token) = self.next() else { return Ok(false) };
        if token.text == "and" {
            return Ok(true);
        }
        let end = self.text.trim_end().len();
        match joint_instead_of(token.text) {
            Some(message) => self.fault(token.at.clone(), message),
            None if self.ends_in_backslash(token) => self.fault(
                token.at.start..end,
                "The text ended at the quote before: write a quote inside as two, not as \\'.",
            ),
            None => self.fault(token.at.start..end, "Only and with another comparison may follow here."),
        }
    }

    /// The text from here to the next comparison or to the end, since a text without quotes may hold blanks.
    fn unquoted(&self, start: usize) -> (Range<usize>, &'a str) {
        let rest = self.text.get(start..).unwrap_or_default();
        let text = rest.split(" and claims").next().unwrap_or(rest).trim_end();
        (start..start + text.len(), text.trim_end_matches('\''))
    }

    /// Whether the comparand before ended in `\'`, as if a backslash escaped the quote.
    fn ends_in_backslash(&self, token: &Token<'_>) -> bool {
        self.text.get(..token.at.start).is_some_and(|before| before.ends_with("\\'"))
    }

    fn next(&mut self) -> Option<&'a Token<'a>> {
        let (token, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(token)
    }

    fn fault<T>(&self, at: Range<usize>, message: impl Into<String>) -> Parsed<T> {
        Err(ExpressionError::new(self.text, at, message))
    }

    fn fault_at_end<T>(&self, message: &str) -> Parsed<T> {
        let end = self.text.trim_end().len();
        self.fault(end..end, message)
    }
}

/// The opening quote of a token.
fn start_of(token: &Token<'_>) -> Range<usize> {
    token.at.start..token.at.start + 1
}

/// What to write for `sub eq …` or `claims.sub eq …`.
fn claim_without_brackets(word: &str) -> String {
    let name = word.strip_prefix("claims.").unwrap_or(word);
    let name = if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        "sub"
    } else {
        name
    };
    format!("A comparison begins with the claim in brackets: write claims['{name}'].")
}

/// What to write for an operator of another language: OData, JMESPath, PowerShell, Conditional Access filters.
fn unknown_operator(word: &str) -> String {
    let instead = match word.to_ascii_lowercase().as_str() {
        "eq" | "==" | "=" | "===" | "-eq" | "equals" | "equal" | "is" => "write eq.",
        "matches" | "match" | "like" | "-like" | "-match" | "~" | "=~" | "~=" | "glob" => "write matches.",
        "contains" => "write matches '*…*'.",
        "startswith" | "starts_with" | "hasprefix" => "write matches '…*'.",
        "endswith" | "ends_with" | "hassuffix" => "write matches '*…'.",
        "ne" | "!=" | "<>" | "-ne" | "not" => "there is no negation; say what the claim must be.",
        "in" => "create one credential for each value, or cover them with matches.",
        _ => "the operators are eq and matches.",
    };
    format!("'{}' is no operator: {instead}", shortened(word))
}

/// What to write for a word that joins comparisons elsewhere; `None` for any other word.
fn joint_instead_of(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "or" | "||" | "|" => Some("The language has no or: create one credential for each alternative."),
        "and" | "&&" | "&" | "," | ";" => Some("Join comparisons with and, in small letters."),
        _ => None,
    }
}

/// The beginning of a text that goes into a message.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 80 { text.to_owned() } else { text.chars().take(79).chain(['…']).collect() }
}

#[cfg(test)]
mod tests;
