//! From tree to value, as far as values are known.

use super::parse::{Expression, Operator};
use crate::source::{Agreement, Piece, Place, Text, Unknown, Why};

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(Text),
    Number(f64),
    Boolean(bool),
    Null,
    /// Not known: what it is called, and why.
    Unknown(String, Why),
}

/// What names stand for.
pub(crate) struct Context<'a> {
    /// The value of a name such as `inputs.environment`, all in lower case but the last part; `None` where the name
    /// says nothing here.
    pub(crate) lookup: &'a dyn Fn(&[String]) -> Option<Value>,
}

impl Value {
    /// As it appears in a text.
    pub(crate) fn text(self, place: Place) -> Text {
        match self {
            Self::Text(text) => text.at(place),
            Self::Number(number) => Text::literal(number.to_string(), place),
            Self::Boolean(boolean) => Text::literal(boolean.to_string(), place),
            Self::Null => Text::literal("", place),
            Self::Unknown(symbol, why) => Text::unknown(symbol, why, place),
        }
    }

    /// Whether it counts as true, where that is known.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Boolean(boolean) => Some(*boolean),
            Self::Null => Some(false),
            Self::Number(number) => Some(*number != 0.0),
            Self::Text(text) => match text.known() {
                Some(known) => Some(!known.is_empty()),
                None => text.pieces().iter().any(|piece| matches!(piece, Piece::Literal(_))).then_some(true),
            },
            Self::Unknown(..) => None,
        }
    }
}

impl Context<'_> {
    pub(crate) fn evaluate(&self, expression: &Expression) -> Value {
        match expression {
            Expression::Text(text) => Value::Text(Text::literal(text, NOWHERE)),
            Expression::Number(number) => Value::Number(*number),
            Expression::Boolean(boolean) => Value::Boolean(*boolean),
            Expression::Null => Value::Null,
            Expression::Name(path) => (self.lookup)(path).unwrap_or_else(|| Value::Unknown(path.join("."), why(path))),
            Expression::Not(operand) => match self.evaluate(operand).truth() {
                Some(truth) => Value::Boolean(!truth),
                None => unknown(expression),
            },
            Expression::Call(name, arguments) => self.call(name, arguments).unwrap_or_else(|| unknown(expression)),
            Expression::Both(operator, left, right) => {
                self.both(*operator, left, right).unwrap_or_else(|| unknown(expression))
            }
        }
    }

    fn both(&self, operator: Operator, left: &Expression, right: &Expression) -> Option<Value> {
        match operator {
            Operator::And | Operator::Or => {
                let left = self.evaluate(left);
                match (left.truth(), operator) {
                    (Some(false), Operator::And) | (Some(true), Operator::Or) => Some(left),
                    (Some(_), _) => Some(self.evaluate(right)),
                    // With an unknown left side, the right one may still settle whether the whole is true.
                    (None, Operator::And) if self.evaluate(right).truth() == Some(false) => Some(Value::Boolean(false)),
                    (None, _) => None,
                }
            }
            Operator::Equal | Operator::NotEqual => {
                let equal = equal(&self.evaluate(left), &self.evaluate(right))?;
                Some(Value::Boolean(equal == (operator == Operator::Equal)))
            }
            Operator::Order => None,
        }
    }

    fn call(&self, name: &str, arguments: &[Expression]) -> Option<Value> {
        let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
        match (name, values.as_slice()) {
            ("always" | "success", []) => Some(Value::Boolean(true)),
            ("startswith", [Value::Text(text), Value::Text(start)]) => starts_with(text, start).map(Value::Boolean),
            ("endswith", [Value::Text(text), Value::Text(end)]) => {
                Some(Value::Boolean(lower(text.known()?).ends_with(&lower(end.known()?))))
            }
            ("contains", [Value::Text(text), Value::Text(part)]) => {
                Some(Value::Boolean(lower(text.known()?).contains(&lower(part.known()?))))
            }
            ("format", [Value::Text(pattern), rest @ ..]) => format_text(pattern, rest).map(Value::Text),
            ("tojson" | "fromjson", [value @ (Value::Text(_) | Value::Boolean(_) | Value::Number(_))]) => {
                Some(value.clone())
            }
            _ => None,
        }
    }
}

const NOWHERE: Place = Place { file: crate::source::FileId(0), start: 0, end: 0 };

/// Why a name that nothing here gives a value is not known.
fn why(path: &[String]) -> Why {
    match path.first().map(|first| first.to_ascii_lowercase()).as_deref() {
        Some("secrets" | "vars") => Why::Stored,
        Some("inputs") => Why::NotGiven,
        _ => Why::Expression,
    }
}

/// What cannot be worked out goes by what is written.
fn unknown(expression: &Expression) -> Value {
    Value::Unknown(expression.to_string(), Why::Expression)
}

fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// Texts are compared without regard to letter case.
fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => match (left.known(), right.known()) {
            (Some(left), Some(right)) => Some(left.eq_ignore_ascii_case(right)),
            _ => match left.agrees(right) {
                Agreement::Equal => Some(true),
                Agreement::Different => Some(false),
                Agreement::Open => None,
            },
        },
        (Value::Boolean(left), Value::Boolean(right)) => Some(left == right),
        (Value::Number(left), Value::Number(right)) => Some(left == right),
        (Value::Null, Value::Null) => Some(true),
        (Value::Boolean(boolean), Value::Text(text)) | (Value::Text(text), Value::Boolean(boolean)) => {
            text.known().map(|text| text == boolean.to_string())
        }
        (Value::Null, Value::Text(text)) | (Value::Text(text), Value::Null) => text.known().map(str::is_empty),
        _ => None,
    }
}

fn starts_with(text: &Text, start: &Text) -> Option<bool> {
    let start = lower(start.known()?);
    if let Some(known) = text.known() {
        return Some(lower(known).starts_with(&start));
    }
    let begins = match text.pieces().first() {
        Some(Piece::Literal(literal)) => lower(literal),
        _ => return None,
    };
    if begins.starts_with(&start) {
        return Some(true);
    }
    (!start.starts_with(&begins)).then_some(false)
}

/// `format('{0}-{1}', a, b)`
fn format_text(pattern: &Text, values: &[Value]) -> Option<Text> {
    let mut pieces = Vec::new();
    let mut rest = pattern.known()?;
    while let Some((before, after)) = rest.split_once('{') {
        pieces.push(Piece::Literal(before.to_owned()));
        let (index, following) = after.split_once('}')?;
        let value = values.get(index.parse::<usize>().ok()?)?.clone();
        pieces.extend(value.text(pattern.place).pieces());
        rest = following;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    Some(Text::of(pieces, pattern.place))
}

impl From<Unknown> for Value {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(unknown.symbol, unknown.why)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{condition, text};
    use super::*;

    fn value(expression: &str) -> String {
        let lookup = |path: &[String]| {
            let name = path.join(".");
            let known = |text: &str| Some(Value::Text(Text::literal(text, NOWHERE)));
            match name.as_str() {
                "github.ref" => known("refs/heads/main"),
                "github.event_name" => known("push"),
                "inputs.environment" => known("prod"),
                _ => None,
            }
        };
        let written = Text::literal(format!("${{{{ {expression} }}}}"), NOWHERE);
        text(&written, &Context { lookup: &lookup }).to_string()
    }

    #[test]
    fn what_is_known_is_worked_out() {
        for (expression, expected) in [
            ("github.ref == 'refs/heads/main' && 'prod' || 'dev'", "prod"),
            ("github.ref == 'refs/heads/dev' && 'prod' || 'dev'", "dev"),
            ("startsWith(github.ref, 'refs/tags/')", "false"),
            ("!(github.event_name == 'pull_request')", "true"),
            ("format('{0}-eu', inputs.environment)", "prod-eu"),
            ("github.event_name == 'PUSH'", "true"),
            ("secrets.AZURE_CLIENT_ID", "${secrets.AZURE_CLIENT_ID}"),
            ("vars['AZURE_CLIENT_ID']", "${vars.AZURE_CLIENT_ID}"),
            ("inputs.missing || 'x'", "${inputs.missing || 'x'}"),
            ("'it''s'", "it's"),
        ] {
            assert_eq!(value(expression), expected, "{expression}");
        }
    }

    #[test]
    fn conditions_may_have_braces() {
        assert_eq!(condition("${{ github.ref == 'x' }}"), condition("github.ref == 'x'"));
        assert!(condition("a ==").is_none());
    }
}
