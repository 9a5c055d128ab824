//! From text to tree.

use std::fmt;

/// How deep an expression may be nested.
const MAX_DEPTH: usize = 64;

/// How many words and signs it may have.
const MAX_TOKENS: usize = 1_000;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Text(String),
    Number(f64),
    Boolean(bool),
    Null,
    /// `github.event.pull_request.number`, each part in lower case as names do not mind it; `*` for any.
    Name(Vec<String>),
    Call(String, Vec<Expression>),
    Not(Box<Expression>),
    Both(Operator, Box<Expression>, Box<Expression>),
}

/// What stands between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    /// `<`, `<=`, `>` and `>=`, none of which decides anything here.
    Order,
}

/// The expression as it may be written.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(boolean) => write!(f, "{boolean}"),
            Self::Null => f.write_str("null"),
            Self::Name(path) => f.write_str(&path.join(".")),
            Self::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Self::to_string).collect();
                write!(f, "{name}({})", arguments.join(", "))
            }
            Self::Not(operand) => write!(f, "!{operand}"),
            Self::Both(operator, left, right) => write!(f, "{left} {} {right}", operator.as_str()),
        }
    }
}

impl Operator {
    fn as_str(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Order => "<",
        }
    }
}

/// Parses an expression without its braces; `None` where it is none.
pub(crate) fn parse(text: &str) -> Option<Expression> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let expression = parser.binary(0)?;
    (parser.at == tokens.len()).then_some(expression)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Number(f64),
    Word(String),
    Sign(&'static str),
}

const SIGNS: &[&str] = &["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".", "*"];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, left) = match first {
            '\'' => quoted(rest)?,
            c if c.is_ascii_digit() || c == '-' => number(rest)?,
            c if c.is_alphabetic() || c == '_' => word(rest),
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
                (Token::Sign(sign), rest.strip_prefix(sign)?)
            }
        };
        if tokens.len() >= MAX_TOKENS {
            return None;
        }
        tokens.push(token);
        rest = left.trim_start();
    }
    Some(tokens)
}

/// `'it''s'`
fn quoted(text: &str) -> Option<(Token, &str)> {
    let mut value = String::new();
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let (part, after) = rest.split_once('\'')?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((Token::Text(value), after)),
        }
    }
}

fn number(text: &str) -> Option<(Token, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    digits.parse().ok().map(|number| (Token::Number(number), rest))
}

fn word(text: &str) -> (Token, &str) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (Token::Word(word.to_owned()), rest)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn sign(&self) -> Option<&'static str> {
        match self.tokens.get(self.at) {
            Some(Token::Sign(sign)) => Some(sign),
            _ => None,
        }
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.sign() == Some(sign);
        self.at += usize::from(found);
        found
    }

    /// Operators that bind at least as strongly as `least`.
    fn binary(&mut self, least: u8) -> Option<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.unary()?;
        while let Some((operator, strength)) = self.sign().and_then(operator).filter(|(_, strength)| *strength >= least)
        {
            self.at += 1;
            let right = self.binary(strength + 1)?;
            left = Expression::Both(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Some(left)
    }

    fn unary(&mut self) -> Option<Expression> {
        if self.eat("!") {
            self.depth += 1;
            let operand = (self.depth <= MAX_DEPTH).then(|| self.unary())??;
            self.depth -= 1;
            return Some(Expression::Not(Box::new(operand)));
        }
        if self.eat("(") {
            let inside = self.binary(0)?;
            return self.eat(")").then_some(inside);
        }
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        match token {
            Token::Text(text) => Some(Expression::Text(text)),
            Token::Number(number) => Some(Expression::Number(number)),
            Token::Word(word) => self.word(word),
            Token::Sign(_) => None,
        }
    }

    fn word(&mut self, word: String) -> Option<Expression> {
        if self.eat("(") {
            return self.arguments().map(|arguments| Expression::Call(word.to_ascii_lowercase(), arguments));
        }
        match word.as_str() {
            "true" => return Some(Expression::Boolean(true)),
            "false" => return Some(Expression::Boolean(false)),
            "null" => return Some(Expression::Null),
            _ => {}
        }
        let mut path = vec![word];
        loop {
            if self.eat(".") {
                let part = if self.eat("*") { "*".to_owned() } else { self.name()? };
                path.push(part);
            } else if self.eat("[") {
                match self.binary(0)? {
                    Expression::Text(key) => path.push(key),
                    Expression::Number(index) => path.push(index.to_string()),
                    _ => path.push("*".to_owned()),
                }
                if !self.eat("]") {
                    return None;
                }
            } else {
                return Some(Expression::Name(path));
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        Some(word.clone())
    }

    fn arguments(&mut self) -> Option<Vec<Expression>> {
        let mut arguments = Vec::new();
        if self.eat(")") {
            return Some(arguments);
        }
        loop {
            arguments.push(self.binary(0)?);
            if self.eat(")") {
                return Some(arguments);
            }
            if !self.eat(",") {
                return None;
            }
        }
    }
}

fn operator(sign: &'static str) -> Option<(Operator, u8)> {
    Some(match sign {
        "||" => (Operator::Or, 1),
        "&&" => (Operator::And, 2),
        "==" => (Operator::Equal, 3),
        "!=" => (Operator::NotEqual, 3),
        "<" | "<=" | ">" | ">=" => (Operator::Order, 4),
        _ => return None,
    })
}
