//! `count` and `for_each`.

use std::collections::HashMap;
use std::rc::Rc;

use hcl_edit::expr::{Conditional, Expression};

use super::eval::{Evaluated, Frame, Scope, show, unknown};
use super::module::{Declared, Written, place};
use super::world::{Handle, World};
use crate::source::{Entry, Node, Place, Text, Value, Why};

/// How many instances of one block are worked out.
const MAX_INSTANCES: usize = 4096;

/// How often a block stands for something.
#[derive(Debug)]
pub(super) struct Repetition {
    pub(super) kind: Kind,
    pub(super) repeats: Vec<Rc<Repeat>>,
    by_key: HashMap<String, usize>,
}

/// What repeats a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Single,
    /// `for_each`
    Keyed,
    /// `count`
    Counted,
    /// One of the two, and how often is not known.
    Open,
}

/// One time.
#[derive(Debug)]
pub(super) struct Repeat {
    /// `"prod"`, `0`; none for a block that stands once.
    key: Option<String>,
    /// `each` or `count`.
    bound: Option<(&'static str, Node)>,
    /// It stands for an unknown number of them, or it is not known whether it is made.
    pub(super) open: bool,
}

impl Repeat {
    /// `["prod"]`
    pub(super) fn suffix(&self, world: &World<'_>) -> String {
        self.key.as_ref().map(|key| format!("[{}]", world.shown(key))).unwrap_or_default()
    }

    /// What `each` or `count` is bound to.
    pub(super) fn frame(&self) -> Option<Frame<'_>> {
        self.bound.as_ref().map(|(name, value)| Frame { name, value, outer: None })
    }

    fn each(key: Node, value: Node, open: bool) -> Self {
        let shown = show(&key);
        let place = value.place;
        let bound = mapping([("key", key), ("value", value)], place);
        Self { key: Some(shown), bound: Some(("each", bound)), open }
    }

    fn count(index: Node, open: bool) -> Self {
        let shown = show(&index);
        let place = index.place;
        Self { key: Some(shown), bound: Some(("count", mapping([("index", index)], place))), open }
    }

    /// `each.key`
    fn bound_key(&self) -> Option<&Node> {
        self.bound.as_ref().and_then(|(_, bound)| bound.get("key"))
    }
}

impl Repetition {
    fn new(kind: Kind, repeats: Vec<Repeat>) -> Self {
        let keys = repeats.iter().enumerate().filter_map(|(at, repeat)| Some((repeat.key.clone()?, at)));
        let by_key = keys.collect();
        Self { kind, repeats: repeats.into_iter().map(Rc::new).collect(), by_key }
    }

    /// The instance of a key.
    pub(super) fn find(&self, key: &Node) -> Option<&Rc<Repeat>> {
        self.by_key.get(&show(key)).and_then(|at| self.repeats.get(*at))
    }

    /// Each instance as the value of its key.
    pub(super) fn entries(&self) -> impl Iterator<Item = (String, &Rc<Repeat>)> {
        self.repeats.iter().map(|repeat| {
            let key = repeat.bound_key().and_then(Node::text).map(ToString::to_string);
            (key.unwrap_or_default(), repeat)
        })
    }
}

fn mapping<const N: usize>(entries: [(&str, Node); N], at: Place) -> Node {
    let entries = entries.into_iter().map(|(key, value)| Entry { key: key.to_owned(), key_place: value.place, value });
    Node { place: at, value: Value::Mapping(entries.collect()) }
}

/// How often a block stands for something.
pub(super) fn of(scope: Scope<'_, '_>, declared: Declared<'_>) -> Repetition {
    if let Some(written) = declared.get("for_each") {
        for_each(scope, written)
    } else if let Some(written) = declared.get("count") {
        count(scope, written)
    } else {
        Repetition::new(Kind::Single, vec![Repeat { key: None, bound: None, open: false }])
    }
}

fn for_each(scope: Scope<'_, '_>, written: Written<'_>) -> Repetition {
    let at = place(written.file, written.expression);
    let (value, certain) = with_branches(scope, written, |node| node.items().is_empty() && node.entries().is_empty());
    let found: Vec<Repeat> = match value.as_ref().map(|node| &node.value) {
        Ok(Value::Mapping(entries)) => entries
            .iter()
            .map(|entry| {
                let key = Node::scalar(Text::literal(entry.key.clone(), entry.key_place), true);
                Repeat::each(key, entry.value.clone(), !certain)
            })
            .collect(),
        Ok(Value::Sequence(items)) if items.iter().all(|item| item.text().is_some()) => {
            items.iter().map(|item| Repeat::each(item.clone(), item.clone(), !certain)).collect()
        }
        _ => return open_for_each(scope, written, value, at),
    };
    if found.len() > MAX_INSTANCES {
        return open_for_each(scope, written, value, at);
    }
    Repetition::new(Kind::Keyed, found)
}

fn open_for_each(scope: Scope<'_, '_>, written: Written<'_>, value: Evaluated, at: Place) -> Repetition {
    let value = value.unwrap_or_else(|_| unknown(scope.symbol_of(written), Why::Expression, at));
    let of = show(&value);
    let why = value.text().and_then(|text| text.unknowns().next()).map_or(Why::Expression, |unknown| unknown.why);
    if let Some(Handle::Resource(_, _, repeat)) = scope.world.handle(&of)
        && let Some(key) = repeat.bound_key().filter(|_| repeat.open)
    {
        let symbol = format!("{of}[{}]", show(key));
        return Repetition::new(Kind::Open, vec![Repeat::each(key.clone(), unknown(symbol, why, at), true)]);
    }
    let key = unknown(format!("each.key of {of}"), why, at);
    let value = unknown(format!("each.value of {of}"), why, at);
    Repetition::new(Kind::Open, vec![Repeat::each(key, value, true)])
}

fn count(scope: Scope<'_, '_>, written: Written<'_>) -> Repetition {
    let at = place(written.file, written.expression);
    let (value, certain) = with_branches(scope, written, |node| node.known() == Some("0"));
    let number = value.as_ref().ok().and_then(Node::known).and_then(|text| text.parse::<usize>().ok());
    let index = |index: usize| Node::scalar(Text::literal(index.to_string(), at), false);
    match number {
        Some(number) if number <= MAX_INSTANCES => {
            let repeats = (0..number).map(|at| Repeat::count(index(at), !certain)).collect();
            Repetition::new(Kind::Counted, repeats)
        }
        _ => {
            let of = value.map_or_else(|_| scope.symbol_of(written), |value| show(&value));
            let index = unknown(format!("count.index of {of}"), Why::Expression, at);
            Repetition::new(Kind::Open, vec![Repeat::count(index, true)])
        }
    }
}

/// The value, and whether it is certain: of `x ? some : none` with an unknown condition, the branch that is not
/// nothing.
fn with_branches(scope: Scope<'_, '_>, written: Written<'_>, is_nothing: fn(&Node) -> bool) -> (Evaluated, bool) {
    let value = scope.eval(written);
    let is_open = value.as_ref().map_or(true, |node| node.text().is_some_and(|text| text.known().is_none()));
    let Some(Conditional { true_expr, false_expr, .. }) = conditional(written.expression).filter(|_| is_open) else {
        return (value, true);
    };
    let branch = |expression| scope.eval(Written { file: written.file, expression });
    match (branch(true_expr), branch(false_expr)) {
        (Ok(some), Ok(none)) | (Ok(none), Ok(some)) if is_nothing(&none) && !is_nothing(&some) => (Ok(some), false),
        _ => (value, true),
    }
}

fn conditional(expression: &Expression) -> Option<&Conditional> {
    match expression {
        Expression::Parenthesis(inner) => conditional(inner.inner()),
        Expression::Conditional(conditional) => Some(conditional),
        _ => None,
    }
}
