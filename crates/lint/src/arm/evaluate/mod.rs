//! Expressions worked out as far as they can be before a deployment.
//!
//! What is not known becomes a text with a symbol that is the same wherever the same thing is meant, so that
//! `uami.properties.clientId` in one place and `reference(…).clientId` in another agree.

mod functions;
mod resources;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::template::{Expr, For, Item, Member, Template};
use crate::source::{Entry, FileId, Node, Place, Sources, Text, Value, Why};

pub(super) use resources::{Iteration, is_graph};

/// How deep expressions, variables and modules may go into each other.
const DEEPEST: u32 = 160;
/// How many expressions are worked out for one root at most.
const MOST_STEPS: u32 = 200_000;
/// How large a value may be: about so many entries of a list, or 32 times as many characters.
const HEAVIEST: u32 = 4_000;
/// How many rounds of a loop are told apart.
pub(super) const MOST_ROUNDS: usize = 100;
/// How long a symbol may be.
const LONGEST_SYMBOL: usize = 300;

/// Everything that templates may refer to.
pub(super) struct World<'a> {
    pub(super) sources: &'a Sources,
    /// Templates of files, by path.
    pub(super) templates: BTreeMap<&'a str, &'a Template>,
    steps: Cell<u32>,
    depth: Cell<u32>,
}

/// Names bound by a loop or a lambda, the innermost last.
pub(super) type Locals = Vec<(String, Node)>;

/// A template with values for its parameters.
pub(super) struct Scope<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) template: &'a Template,
    pub(super) file: FileId,
    /// What is deployed, which sets its resources apart from those of others.
    pub(super) root: Rc<str>,
    /// The resource group, where it is not that of the deployment.
    pub(super) group: Option<Text>,
    pub(super) given: BTreeMap<String, Node>,
    /// The template around this one, whose names it uses.
    pub(super) outer: Option<(Rc<Scope<'a>>, Locals)>,
    known: RefCell<BTreeMap<String, Node>>,
    deployed: RefCell<BTreeMap<Round, Rc<Scope<'a>>>>,
    /// What each statement waits for, once it was worked out.
    pub(super) needs: RefCell<BTreeMap<usize, Option<Rc<BTreeSet<usize>>>>>,
}

/// A statement, and the round of its loop.
type Round = (usize, Option<usize>);

impl<'a> World<'a> {
    pub(super) fn new(sources: &'a Sources, templates: BTreeMap<&'a str, &'a Template>) -> Self {
        Self { sources, templates, steps: Cell::new(0), depth: Cell::new(0) }
    }

    /// Begins with another root.
    pub(super) fn reset(&self) {
        self.steps.set(0);
    }
}

/// How large a value is, up to a limit.
fn weight(value: &Node, most: u32) -> u32 {
    let inside = |values: &mut dyn Iterator<Item = &Node>| {
        let mut sum = 1;
        while sum < most {
            let Some(value) = values.next() else { break };
            sum += weight(value, most - sum);
        }
        sum
    };
    match &value.value {
        Value::Null => 1,
        Value::Scalar { text, .. } => {
            let length = text.known().map_or_else(|| text.to_string().len(), str::len);
            u32::try_from(1 + length / 32).unwrap_or(most).min(most)
        }
        Value::Sequence(items) => inside(&mut items.iter()),
        Value::Mapping(entries) => inside(&mut entries.iter().map(|entry| &entry.value)),
    }
}

/// A text that is not known.
pub(super) fn unknown(symbol: impl Into<String>, why: Why, place: Place) -> Node {
    let symbol: String = symbol.into();
    Node::scalar(Text::unknown(symbol.chars().take(LONGEST_SYMBOL).collect::<String>(), why, place), true)
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        template: &'a Template,
        file: FileId,
        root: Rc<str>,
        given: BTreeMap<String, Node>,
    ) -> Self {
        Self {
            world,
            template,
            file,
            root,
            group: None,
            given,
            outer: None,
            known: RefCell::default(),
            deployed: RefCell::default(),
            needs: RefCell::default(),
        }
    }

    /// The value of an expression.
    pub(super) fn value(self: &Rc<Self>, expr: &'a Expr, locals: &Locals) -> Node {
        let world = self.world;
        if world.depth.get() >= DEEPEST || world.steps.get() >= MOST_STEPS {
            return unknown("a deep expression", Why::Expression, expr.place());
        }
        world.depth.set(world.depth.get() + 1);
        world.steps.set(world.steps.get() + 1);
        let value = self.work_out(expr, locals);
        world.depth.set(world.depth.get() - 1);
        let weight = weight(&value, HEAVIEST);
        world.steps.set(world.steps.get().saturating_add(weight / 32));
        if weight >= HEAVIEST { unknown("a large value", Why::Expression, expr.place()) } else { value }
    }

    /// The value of an expression as a text.
    pub(super) fn text(self: &Rc<Self>, expr: &'a Expr, locals: &Locals) -> Text {
        text_of(&self.value(expr, locals))
    }

    fn work_out(self: &Rc<Self>, expr: &'a Expr, locals: &Locals) -> Node {
        match expr {
            Expr::Literal(node) => node.clone(),
            Expr::Joined { parts, place } => {
                let pieces = parts.iter().flat_map(|part| self.text(part, locals).pieces());
                Node::scalar(Text::of(pieces.collect::<Vec<_>>(), *place), true)
            }
            Expr::Array { items, place } => self.list(items, *place, locals),
            Expr::Object { members, place } => self.object(members, *place, locals),
            Expr::Name { name, place } => self.name(name, *place, locals),
            Expr::Call { function, arguments, place } => self.call(function, arguments, *place, locals),
            Expr::Member { .. } => self.member(expr, locals),
            Expr::Index { of, index, place } => {
                let (of, index) = (self.value(of, locals), self.value(index, locals));
                at_index(&of, &index, *place)
            }
            Expr::For { each, place } => self.each(each, *place, locals),
            Expr::Lambda { place, .. } => unknown("a lambda", Why::Expression, *place),
            Expr::Opaque { written, place } => {
                self.local(written, locals).unwrap_or_else(|| unknown(written.clone(), Why::Expression, *place))
            }
        }
    }

    fn list(self: &Rc<Self>, items: &'a [Item], place: Place, locals: &Locals) -> Node {
        let mut all = Vec::new();
        for item in items {
            let value = self.value(&item.value, locals);
            match value.value {
                Value::Sequence(inside) if item.spread => all.extend(inside),
                _ => all.push(value),
            }
        }
        Node { place, value: Value::Sequence(all) }
    }

    fn object(self: &Rc<Self>, members: &'a [Member], place: Place, locals: &Locals) -> Node {
        let mut entries: Vec<Entry> = Vec::new();
        let mut add = |entry: Entry| match entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => *known = entry,
            None => entries.push(entry),
        };
        for member in members {
            match member {
                Member::Entry { key, value } => {
                    let key_place = key.place();
                    let key = self.text(key, locals).to_string();
                    add(Entry { key, key_place, value: self.value(value, locals) });
                }
                Member::Spread(value) => {
                    if let Value::Mapping(inside) = self.value(value, locals).value {
                        inside.into_iter().for_each(&mut add);
                    }
                }
            }
        }
        Node { place, value: Value::Mapping(entries) }
    }

    fn local(&self, name: &str, locals: &Locals) -> Option<Node> {
        locals.iter().rev().find(|(local, _)| local == name).map(|(_, value)| value.clone())
    }

    /// A name of Bicep: of a loop, a parameter, a variable, a resource or a module.
    fn name(self: &Rc<Self>, name: &str, place: Place, locals: &Locals) -> Node {
        if let Some(local) = self.local(name, locals) {
            return local;
        }
        let key = name.to_ascii_lowercase();
        if self.template.parameters.contains_key(&key) || self.given.contains_key(&key) {
            return self.parameter(&key, name, place);
        }
        if self.template.variables.contains_key(&key) {
            return self.variable(&key, place);
        }
        if let Some(found) = self.statement_of_symbol(name) {
            let iteration = self.whole(found, locals);
            return unknown(self.symbol(found, &iteration.locals), Why::AfterDeployment, place);
        }
        self.imported(&key).unwrap_or_else(|| unknown(name, Why::Expression, place))
    }

    /// A parameter's value: the one that is given, or its default.
    pub(super) fn parameter(self: &Rc<Self>, key: &str, name: &str, place: Place) -> Node {
        if let Some(given) = self.given.get(key) {
            return given.clone();
        }
        match self.template.parameters.get(key) {
            Some(default) => self.once(&format!("param {key}"), name, place, default.as_ref()),
            None => unknown(name, Why::NotGiven, place),
        }
    }

    pub(super) fn variable(self: &Rc<Self>, key: &str, place: Place) -> Node {
        self.once(&format!("var {key}"), key, place, self.template.variables.get(key))
    }

    /// Works an expression out one time; one that needs itself is not known.
    fn once(self: &Rc<Self>, key: &str, symbol: &str, place: Place, expr: Option<&'a Expr>) -> Node {
        if let Some(known) = self.known.borrow().get(key) {
            return known.clone();
        }
        let not_given = unknown(symbol, Why::NotGiven, place);
        self.known.borrow_mut().insert(key.to_owned(), not_given.clone());
        let Some(expr) = expr else { return not_given };
        let value = self.value(expr, &Locals::new());
        self.known.borrow_mut().insert(key.to_owned(), value.clone());
        value
    }

    /// A variable of another file.
    fn imported(self: &Rc<Self>, key: &str) -> Option<Node> {
        let (path, name) = self.template.imports.get(key)?;
        let path = self.beside(path)?;
        let template = self.world.templates.get(path.as_str())?;
        let value = template.variables.get(name)?;
        let file = self.world.sources.find(&path)?;
        let scope = Rc::new(Self::new(self.world, template, file, Rc::clone(&self.root), BTreeMap::new()));
        Some(scope.value(value, &Locals::new()))
    }

    /// The path of a file that is named from this template's folder.
    pub(super) fn beside(&self, path: &str) -> Option<String> {
        let own = &self.world.sources.file(self.file).path;
        crate::source::join(crate::source::folder(own), path)
    }

    fn each(self: &Rc<Self>, each: &'a For, place: Place, locals: &Locals) -> Node {
        let items = self.value(&each.items, locals);
        let Value::Sequence(items) = items.value else {
            return unknown(format!("{}[*]", text_of(&items)), Why::NotGiven, place);
        };
        let mut all = Vec::new();
        for (at, item) in items.into_iter().take(MOST_ROUNDS).enumerate() {
            let mut locals = locals.clone();
            locals.push((each.item.clone(), item));
            locals.extend(each.index.iter().map(|index| (index.clone(), number(at, place))));
            let wanted = each.condition.as_ref().and_then(|condition| self.value(condition, &locals).boolean());
            if wanted != Some(false) {
                all.push(self.value(&each.body, &locals));
            }
        }
        Node { place, value: Value::Sequence(all) }
    }
}

pub(super) fn number(number: usize, place: Place) -> Node {
    Node::scalar(Text::literal(number.to_string(), place), false)
}

/// A value as a text; a list or an object is not known as one.
pub(super) fn text_of(node: &Node) -> Text {
    match &node.value {
        Value::Scalar { text, .. } => text.clone(),
        Value::Null => Text::literal("", node.place),
        Value::Sequence(items) => {
            let items: Vec<String> = items.iter().map(|item| text_of(item).to_string()).collect();
            Text::unknown(format!("[{}]", items.join(", ")), Why::Expression, node.place)
        }
        Value::Mapping(entries) => {
            let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
            Text::unknown(format!("{{{}}}", keys.join(", ")), Why::Expression, node.place)
        }
    }
}

/// The member of a value.
pub(super) fn member_of(value: &Node, name: &str, place: Place) -> Node {
    match &value.value {
        Value::Mapping(_) => {
            value.entry_ignoring_case(name).map_or(Node { place, value: Value::Null }, |entry| entry.value.clone())
        }
        Value::Null => Node { place, value: Value::Null },
        Value::Sequence(_) => unknown(format!("{}.{name}", text_of(value)), Why::Expression, place),
        Value::Scalar { text, .. } => {
            let why = text.unknowns().next().map_or(Why::Expression, |unknown| unknown.why);
            let symbol = text.symbol().map_or_else(|| text.to_string(), str::to_owned);
            unknown(format!("{symbol}.{name}"), why, place)
        }
    }
}

/// The item of a list, or the member of an object.
pub(super) fn at_index(value: &Node, index: &Node, place: Place) -> Node {
    let key = text_of(index);
    match (&value.value, key.known()) {
        (Value::Sequence(items), Some(known)) => known
            .parse::<usize>()
            .ok()
            .and_then(|at| items.get(at))
            .cloned()
            .unwrap_or(Node { place, value: Value::Null }),
        (Value::Mapping(_), Some(known)) => member_of(value, known, place),
        _ => {
            let base = text_of(value);
            let why = base.unknowns().chain(key.unknowns()).next().map_or(Why::Expression, |unknown| unknown.why);
            let base = base.symbol().map_or_else(|| base.to_string(), str::to_owned);
            let key = key.symbol().map_or_else(|| key.to_string(), str::to_owned);
            unknown(format!("{base}[{key}]"), why, place)
        }
    }
}
