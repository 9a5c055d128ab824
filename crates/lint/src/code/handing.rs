//! Tokens that are handed over as assertions, themselves or by a callback.

use super::Span;
use super::flow::{Asked, Flow};
use super::sources::Token;
use super::syntax::Function;
use super::value::Value;

/// A token that is handed over as an assertion.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HandedOver {
    pub(super) token: Token,
    /// What takes it, as written.
    pub(super) taker: String,
    pub(super) span: Span,
    /// A callback gives it that has not acquired it: every time the same.
    pub(super) kept: bool,
    /// It is handed over on every way.
    pub(super) certain: bool,
}

impl<'s> Flow<'s> {
    pub(super) fn ask(&mut self, asked: Asked) {
        if !self.quiet && !self.asked.contains(&asked) {
            self.asked.push(asked);
        }
    }

    /// Notes that a value is used as an assertion.
    pub(super) fn hand_over(&mut self, taker: &str, span: Span, value: &Value<'s>) {
        let ways = value.ways();
        let certain = ways.len() == 1;
        for way in ways {
            match way {
                Value::Token(token) => {
                    let in_class = self.class_started.is_some();
                    let kept = in_class && self.fields.values().any(|field| is_in(field, &token));
                    self.note(&token, taker, span, kept, certain);
                }
                Value::Function(function) => self.call_back(function, taker, span, certain),
                Value::List(items) => items.iter().for_each(|item| self.hand_over(taker, span, item)),
                Value::Fields(_) => {
                    if let Some(inner) = way.deep_field(&["Assertion", "assertion"]) {
                        self.hand_over(taker, span, &inner);
                    }
                }
                _ => {}
            }
        }
    }

    fn call_back(&mut self, function: &'s Function, taker: &str, span: Span, certain: bool) {
        let before = self.clock;
        let given = self.activate(function, Vec::new()).ways();
        let certain = certain && given.len() == 1;
        for way in given {
            match way {
                Value::Token(token) => self.note(&token, taker, span, token.made_at <= before, certain),
                Value::Fields(_) => {
                    if let Some(Value::Token(token)) = way.deep_field(&["Assertion", "assertion"]) {
                        self.note(&token, taker, span, token.made_at <= before, certain);
                    }
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, token: &Token, taker: &str, span: Span, kept: bool, certain: bool) {
        if self.quiet {
            return;
        }
        let same = |known: &HandedOver| known.span == span && known.token.span == token.span;
        if let Some(known) = self.handed_over.iter_mut().find(|known| same(known)) {
            known.kept |= kept;
            return;
        }
        let (taker, token) = (taker.to_owned(), token.clone());
        self.handed_over.push(HandedOver { token, taker, span, kept, certain });
    }
}

fn is_in(field: &Value<'_>, token: &Token) -> bool {
    field.ways().iter().any(|way| matches!(way, Value::Token(known) if known.span == token.span))
}
