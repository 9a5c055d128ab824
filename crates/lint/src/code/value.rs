//! What an expression can be, as far as it matters to tokens.

use std::rc::Rc;

use super::Span;
use super::sources::{Maker, Token};
use super::syntax::Function;

/// How many alternatives of one value are kept.
const MAX_WAYS: usize = 8;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value<'s> {
    /// Nothing is known of it.
    Unknown,
    /// `null`, `None`.
    Nothing,
    /// A known text, and where it is written.
    Text(Rc<str>, Span),
    List(Rc<Vec<Value<'s>>>),
    Fields(Rc<Vec<(String, Value<'s>)>>),
    Token(Rc<Token>),
    Maker(Rc<Maker>),
    /// A function, and one of its parameters given already.
    Function(&'s Function),
    /// The headers of a request that came in.
    Headers,
    /// The path of the federated token's file, or the open file.
    TokenPath,
    /// One of these, by the way that was taken.
    Ways(Rc<Vec<Value<'s>>>),
}

impl<'s> Value<'s> {
    pub(super) fn token(token: Token) -> Self {
        Self::Token(Rc::new(token))
    }

    /// Each alternative.
    pub(super) fn ways(&self) -> Vec<Self> {
        match self {
            Self::Ways(ways) => ways.to_vec(),
            other => vec![other.clone()],
        }
    }

    /// One of several; what is nothing does not count beside what is something.
    pub(super) fn one_of(values: impl IntoIterator<Item = Self>) -> Self {
        let mut ways: Vec<Self> = Vec::new();
        for way in values.into_iter().flat_map(|value| value.ways()) {
            if !matches!(way, Self::Nothing) && ways.len() < MAX_WAYS && !ways.iter().any(|known| known.same(&way)) {
                ways.push(way);
            }
        }
        match ways.len() {
            0 => Self::Nothing,
            1 => ways.remove(0),
            _ => Self::Ways(Rc::new(ways)),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, Self::Unknown) | (Self::Nothing, Self::Nothing) | (Self::Headers, Self::Headers) => true,
            (Self::TokenPath, Self::TokenPath) => true,
            (Self::Text(a, _), Self::Text(b, _)) => a == b,
            (Self::Token(a), Self::Token(b)) => a == b,
            (Self::Maker(a), Self::Maker(b)) => a == b,
            (Self::Function(a), Self::Function(b)) => std::ptr::eq(*a, *b),
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Fields(a), Self::Fields(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Every alternative changed by itself.
    pub(super) fn each(self, change: impl Fn(Self) -> Self) -> Self {
        match self {
            Self::Ways(ways) => Self::one_of(ways.iter().cloned().map(change)),
            one => change(one),
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Fields(fields) => fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text, _) => Some(text),
            _ => None,
        }
    }

    /// The known texts in it that can be scopes, each with its place.
    pub(super) fn texts(&self) -> Vec<(Rc<str>, Span)> {
        match self {
            Self::Text(text, span) => vec![(Rc::clone(text), *span)],
            Self::List(items) | Self::Ways(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Fields(_) => {
                let keys = ["scopes", "Scopes", "scope", "resource", "Resource"];
                keys.iter().filter_map(|key| self.field(key)).flat_map(Self::texts).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The value of a key at any depth.
    pub(super) fn deep_field(&self, names: &[&str]) -> Option<Self> {
        match self {
            Self::Fields(fields) => {
                let own = fields.iter().rev().find(|(field, _)| names.contains(&field.as_str()));
                own.map(|(_, value)| value.clone())
                    .or_else(|| fields.iter().find_map(|(_, value)| value.deep_field(names)))
            }
            _ => None,
        }
    }
}
