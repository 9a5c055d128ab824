//! The functions of ARM templates and of Bicep.

use std::rc::Rc;

use super::super::template::Expr;
use super::{Locals, MOST_ROUNDS, Scope, at_index, number, resources, text_of, unknown};
use crate::source::{Agreement, Entry, Node, Place, Text, Value, Why, json, yaml};

impl<'a> Scope<'a> {
    pub(super) fn call(
        self: &Rc<Self>,
        function: &'a str,
        arguments: &'a [Expr],
        place: Place,
        locals: &Locals,
    ) -> Node {
        let name = function.to_ascii_lowercase();
        if let Some(value) = self.special(&name, arguments, place, locals) {
            return value;
        }
        let values: Vec<Node> = arguments.iter().map(|argument| self.value(argument, locals)).collect();
        let known = of_texts(&name, &values, place).or_else(|| of_values(&name, &values, place));
        known.unwrap_or_else(|| self.not_known(function, &values, place))
    }

    /// Functions that need more than the values of their arguments.
    fn special(self: &Rc<Self>, name: &str, arguments: &'a [Expr], place: Place, locals: &Locals) -> Option<Node> {
        let text = |at: usize| arguments.get(at).map(|argument| self.text(argument, locals));
        Some(match name {
            "parameters" | "variables" => {
                let key = text(0)?;
                self.of_template(name, key.known()?, place)
            }
            "copyindex" => self.copy_index(arguments, place, locals),
            "resourceid" | "extensionresourceid" | "subscriptionresourceid" => {
                let texts: Vec<Text> = arguments.iter().map(|argument| self.text(argument, locals)).collect();
                self.resource_id(&texts, place)?
            }
            "reference" => {
                let id = match self.referenced(arguments, place, locals) {
                    Some(symbol) => symbol,
                    None => self.symbol_of_id(&text(0)?),
                };
                unknown(id, Why::AfterDeployment, place)
            }
            "if" => self.choice(arguments, place, locals)?,
            "map" | "filter" => self.mapped(name == "filter", arguments, place, locals)?,
            "environment" => environment(place),
            "loadjsoncontent" | "loadyamlcontent" => self.loaded(text(0)?.known()?, place)?,
            "readenvironmentvariable" => unknown(text(0)?.to_string(), Why::Stored, place),
            "coalesce" => {
                let mut values = arguments.iter().map(|argument| self.value(argument, locals));
                values.find(|value| !value.is_null())?
            }
            _ => return self.own_function(name, arguments, locals),
        })
    }

    /// The symbol of a resource of this template, by its own symbol or name.
    fn referenced(self: &Rc<Self>, arguments: &'a [Expr], place: Place, locals: &Locals) -> Option<String> {
        let wanted = self.text(arguments.first()?, locals).at(place);
        let at = (0..self.template.statements.len()).find(|at| {
            let locals = self.whole(*at, &Locals::new()).locals;
            let statement = self.statement(*at);
            statement.is_some_and(|statement| statement.symbol.as_deref() == wanted.known()) && wanted.known().is_some()
                || self.full_name(*at, &locals) == wanted
        })?;
        Some(self.symbol(at, &self.whole(at, &Locals::new()).locals))
    }

    /// A parameter or variable of an ARM template; one without names of its own uses those around it.
    fn of_template(self: &Rc<Self>, what: &str, name: &str, place: Place) -> Node {
        let key = name.to_ascii_lowercase();
        if let Some((outer, _)) = &self.outer {
            return outer.of_template(what, name, place);
        }
        match what {
            "parameters" => self.parameter(&key, name, place),
            _ => self.variable(&key, place),
        }
    }

    /// `copyIndex()`, `copyIndex('loop')`, `copyIndex(1)`, `copyIndex('loop', 1)`
    fn copy_index(self: &Rc<Self>, arguments: &'a [Expr], place: Place, locals: &Locals) -> Node {
        let mut name = "copyindex".to_owned();
        let mut offset = 0;
        for argument in arguments {
            let text = self.text(argument, locals).to_string();
            match text.parse::<usize>() {
                Ok(number) => offset = number,
                Err(_) => name = format!("copyindex:{}", text.to_ascii_lowercase()),
            }
        }
        let around = self.outer.as_ref().map(|(_, locals)| locals);
        let local = self.local(&name, locals).or_else(|| self.local(&name, around?));
        match local.as_ref().and_then(Node::known).and_then(|index| index.parse::<usize>().ok()) {
            Some(index) => number(index.saturating_add(offset), place),
            None => unknown("copyIndex()", Why::NotGiven, place),
        }
    }

    /// `resourceId([subscription,] [group,] type, name…)`
    fn resource_id(&self, texts: &[Text], place: Place) -> Option<Node> {
        let at = texts.iter().position(|text| text.known().is_some_and(is_type))?;
        let kind = texts.get(at)?.known()?;
        let group = at.checked_sub(1).and_then(|before| texts.get(before));
        let names = texts.get(at + 1..)?;
        Some(Node::scalar(self.id_of(kind, names, group, place), true))
    }

    /// Where it cannot be told which of the two, they may still be the same.
    fn choice(self: &Rc<Self>, arguments: &'a [Expr], place: Place, locals: &Locals) -> Option<Node> {
        let [condition, then, otherwise] = arguments else { return None };
        let condition = self.value(condition, locals);
        if let Some(known) = condition.boolean() {
            return Some(self.value(if known { then } else { otherwise }, locals));
        }
        let (then, otherwise) = (self.value(then, locals), self.value(otherwise, locals));
        if text_of(&then) == text_of(&otherwise) {
            return Some(then);
        }
        let symbol = format!("{} ? {} : {}", shown(&condition), shown(&then), shown(&otherwise));
        Some(unknown(symbol, Why::NotGiven, place))
    }

    fn mapped(self: &Rc<Self>, filter: bool, arguments: &'a [Expr], place: Place, locals: &Locals) -> Option<Node> {
        let [list, Expr::Lambda { parameters, body, .. }] = arguments else { return None };
        let Value::Sequence(items) = self.value(list, locals).value else { return None };
        let mut all = Vec::new();
        for (at, item) in items.into_iter().take(MOST_ROUNDS).enumerate() {
            let mut locals = locals.clone();
            let values = [item.clone(), number(at, place)];
            locals.extend(parameters.iter().cloned().zip(values));
            let value = self.value(body, &locals);
            match (filter, value.boolean()) {
                (true, Some(false)) => {}
                (true, Some(true)) => all.push(item),
                (true, None) => return None,
                (false, _) => all.push(value),
            }
        }
        Some(Node { place, value: Value::Sequence(all) })
    }

    /// A document of the repository.
    fn loaded(&self, path: &str, place: Place) -> Option<Node> {
        let file = self.world.sources.find(&self.beside(path)?);
        let Some(file) = file else { return Some(unknown(path, Why::Elsewhere, place)) };
        let text = &self.world.sources.file(file).text;
        if path.ends_with("yaml") || path.ends_with("yml") {
            return yaml::read(file, text).0.into_iter().next();
        }
        json::read(file, text).ok()
    }

    /// A function that the template defines.
    fn own_function(self: &Rc<Self>, name: &str, arguments: &'a [Expr], locals: &Locals) -> Option<Node> {
        let (parameters, body) = self.template.functions.get(name)?;
        let values = arguments.iter().map(|argument| self.value(argument, locals));
        let locals: Locals = parameters.iter().cloned().zip(values).collect();
        Some(self.value(body, &locals))
    }

    fn not_known(&self, function: &str, values: &[Node], place: Place) -> Node {
        let arguments: Vec<String> = values.iter().map(shown).collect();
        let why = match function.to_ascii_lowercase().as_str() {
            "resourcegroup" | "subscription" | "tenant" | "managementgroup" | "deployment" | "uniquestring"
            | "guid" => Why::AfterDeployment,
            _ => Why::Expression,
        };
        unknown(format!("{function}({})", arguments.join(", ")), why, place)
    }
}

/// A value as it stands in a symbol.
fn shown(value: &Node) -> String {
    let text = text_of(value);
    text.symbol().map_or_else(|| text.to_string(), str::to_owned)
}

fn is_type(text: &str) -> bool {
    text.split_once('/').is_some_and(|(provider, rest)| provider.contains('.') && !rest.is_empty())
}

/// What is the same in all of a cloud; the public one is taken.
fn environment(place: Place) -> Node {
    let text = |text: &str| Node::scalar(Text::literal(text, place), true);
    let entry = |key: &str, value: Node| Entry { key: key.to_owned(), key_place: place, value };
    let endpoint = "https://login.microsoftonline.com/";
    let authentication = Value::Mapping(vec![entry("loginEndpoint", text(endpoint)), entry("tenant", text("common"))]);
    let entries = vec![
        entry("name", text("AzureCloud")),
        entry("authentication", Node { place, value: authentication }),
        entry("activeDirectory", text("https://login.microsoftonline.com")),
        entry("resourceManager", text("https://management.azure.com/")),
    ];
    Node { place, value: Value::Mapping(entries) }
}

/// Functions that give a text, of texts.
fn of_texts(name: &str, values: &[Node], place: Place) -> Option<Node> {
    let first = values.first()?;
    let is_text = values.iter().all(|value| matches!(value.value, Value::Scalar { .. } | Value::Null));
    let text = |text: Text| Some(Node::scalar(text.at(place), true));
    let own = text_of(first);
    match name {
        "concat" if is_text => {
            text(Text::of(values.iter().flat_map(|value| text_of(value).pieces()).collect::<Vec<_>>(), place))
        }
        "format" => text(formatted(&own, values.get(1..)?, place)?),
        "tolower" | "toupper" => {
            let known = own.known()?;
            let changed = if name == "tolower" { known.to_lowercase() } else { known.to_uppercase() };
            text(Text::literal(changed, place))
        }
        "trim" => text(Text::literal(own.known()?.trim(), place)),
        "string" if is_text => text(own),
        "int" if is_text => Some(Node::scalar(own, false)),
        "replace" => {
            let (from, to) = (text_of(values.get(1)?), text_of(values.get(2)?));
            text(Text::literal(own.known()?.replace(from.known()?, to.known()?), place))
        }
        "substring" => {
            let at = |index: usize| values.get(index).and_then(Node::known)?.parse::<usize>().ok();
            let start = at(1)?;
            let length = if values.len() > 2 { at(2)? } else { usize::MAX };
            text(Text::literal(own.known()?.chars().skip(start).take(length).collect::<String>(), place))
        }
        "take" | "skip" if is_text => {
            let count = values.get(1).and_then(Node::known)?.parse::<usize>().ok()?;
            let chars = own.known()?.chars();
            let kept: String = if name == "take" { chars.take(count).collect() } else { chars.skip(count).collect() };
            text(Text::literal(kept, place))
        }
        "split" => {
            let separator = values.get(1).and_then(Node::known)?;
            let one = separator.chars().next().filter(|first| first.len_utf8() == separator.len());
            let parts = match (one, own.known()) {
                (Some(separator), _) => resources::split(&own, separator),
                (None, Some(known)) => known.split(separator).map(|part| Text::literal(part, place)).collect(),
                (None, None) => return None,
            };
            Some(list(parts.into_iter().map(|part| Node::scalar(part, true)).collect(), place))
        }
        "join" => {
            let separator = text_of(values.get(1)?).pieces();
            let mut pieces = Vec::new();
            for (at, item) in items(first)?.iter().enumerate() {
                if at > 0 {
                    pieces.extend(separator.iter().cloned());
                }
                pieces.extend(text_of(item).pieces());
            }
            text(Text::of(pieces, place))
        }
        "startswith" | "endswith" => {
            let (own, part) = (own.known()?.to_lowercase(), text_of(values.get(1)?).known()?.to_lowercase());
            Some(truth(if name == "startswith" { own.starts_with(&part) } else { own.ends_with(&part) }, place))
        }
        _ => None,
    }
}

/// `{0}` in a text stands for the first further argument.
fn formatted(pattern: &Text, arguments: &[Node], place: Place) -> Option<Text> {
    let mut pieces = Vec::new();
    let mut rest = pattern.known()?;
    while let Some((before, after)) = rest.split_once('{') {
        let (index, after) = after.split_once('}')?;
        pieces.extend(Text::literal(before, place).pieces());
        pieces.extend(text_of(arguments.get(index.parse::<usize>().ok()?)?).pieces());
        rest = after;
    }
    pieces.extend(Text::literal(rest, place).pieces());
    Some(Text::of(pieces, place))
}

/// Functions of lists, objects and truths.
fn of_values(name: &str, values: &[Node], place: Place) -> Option<Node> {
    let first = values.first();
    match name {
        "createarray" => Some(list(values.to_vec(), place)),
        "createobject" => created(values, place),
        "array" => match &first?.value {
            Value::Sequence(_) => first.cloned(),
            _ => Some(list(vec![first?.clone()], place)),
        },
        "concat" | "flatten" if values.iter().all(|value| matches!(value.value, Value::Sequence(_))) => {
            let inside = |value: &Node| {
                if name == "flatten" {
                    value.items().iter().flat_map(Node::one_or_many).cloned().collect()
                } else {
                    value.items().to_vec()
                }
            };
            Some(list(values.iter().flat_map(inside).collect(), place))
        }
        "union" => union(values, place),
        "range" => {
            let at = |index: usize| values.get(index).and_then(Node::known)?.parse::<usize>().ok();
            let (start, count) = (at(0)?, at(1)?.min(MOST_ROUNDS));
            Some(list((start..start.saturating_add(count)).map(|index| number(index, place)).collect(), place))
        }
        "length" => match &first?.value {
            Value::Sequence(items) => Some(number(items.len(), place)),
            Value::Mapping(entries) => Some(number(entries.len(), place)),
            _ => Some(number(first?.known()?.chars().count(), place)),
        },
        "empty" => match &first?.value {
            Value::Sequence(items) => Some(truth(items.is_empty(), place)),
            Value::Mapping(entries) => Some(truth(entries.is_empty(), place)),
            Value::Null => Some(truth(true, place)),
            Value::Scalar { .. } => Some(truth(first?.known()?.is_empty(), place)),
        },
        "first" => items(first?)?.first().cloned(),
        "last" => items(first?)?.last().cloned(),
        "skip" => Some(list(items(first?)?.iter().skip(count(values)?).cloned().collect(), place)),
        "take" => Some(list(items(first?)?.iter().take(count(values)?).cloned().collect(), place)),
        "contains" => contained(first?, values.get(1)?, place),
        "items" => Some(pairs(first?, place)),
        "equals" => equal(first?, values.get(1)?, place),
        "not" => Some(truth(!first?.boolean()?, place)),
        "and" => all_or_any(values, false, place),
        "or" => all_or_any(values, true, place),
        "true" | "false" if values.is_empty() => Some(truth(name == "true", place)),
        "null" if values.is_empty() => Some(Node { place, value: Value::Null }),
        "add" | "sub" => {
            let (a, b) = (first?.known()?.parse::<i64>().ok()?, values.get(1)?.known()?.parse::<i64>().ok()?);
            let sum = if name == "add" { a.checked_add(b) } else { a.checked_sub(b) }?;
            Some(Node::scalar(Text::literal(sum.to_string(), place), false))
        }
        "tryget" => Some(at_index(first?, values.get(1)?, place)),
        _ => None,
    }
}

fn list(items: Vec<Node>, place: Place) -> Node {
    Node { place, value: Value::Sequence(items) }
}

fn truth(truth: bool, place: Place) -> Node {
    Node::scalar(Text::literal(truth.to_string(), place), false)
}

fn items(node: &Node) -> Option<&[Node]> {
    match &node.value {
        Value::Sequence(items) => Some(items),
        _ => None,
    }
}

fn count(values: &[Node]) -> Option<usize> {
    values.get(1)?.known()?.parse().ok()
}

fn created(values: &[Node], place: Place) -> Option<Node> {
    let entries = values.chunks(2).map(|pair| match pair {
        [key, value] => Some(Entry { key: key.known()?.to_owned(), key_place: key.place, value: value.clone() }),
        _ => None,
    });
    Some(Node { place, value: Value::Mapping(entries.collect::<Option<_>>()?) })
}

/// Objects are laid over each other, lists are put together without repetition.
fn union(values: &[Node], place: Place) -> Option<Node> {
    if values.iter().all(|value| matches!(value.value, Value::Sequence(_))) {
        let mut all: Vec<Node> = Vec::new();
        for item in values.iter().flat_map(Node::items) {
            if all.iter().all(|known| text_of(known) != text_of(item) || known.text().is_none()) {
                all.push(item.clone());
            }
        }
        return Some(list(all, place));
    }
    let mut entries: Vec<Entry> = Vec::new();
    for value in values {
        let Value::Mapping(inside) = &value.value else { return None };
        for entry in inside {
            match entries.iter_mut().find(|known| known.key == entry.key) {
                Some(known) => *known = entry.clone(),
                None => entries.push(entry.clone()),
            }
        }
    }
    Some(Node { place, value: Value::Mapping(entries) })
}

fn contained(whole: &Node, part: &Node, place: Place) -> Option<Node> {
    let part = part.known()?;
    let found = match &whole.value {
        Value::Sequence(items) => {
            let known: Option<Vec<&str>> = items.iter().map(Node::known).collect();
            known?.contains(&part)
        }
        Value::Mapping(_) => whole.entry_ignoring_case(part).is_some(),
        Value::Scalar { .. } => whole.known()?.contains(part),
        Value::Null => false,
    };
    Some(truth(found, place))
}

/// An object as a list of its keys and values, sorted as Azure does.
fn pairs(object: &Node, place: Place) -> Node {
    let Value::Mapping(entries) = &object.value else {
        return unknown(format!("items({})", shown(object)), Why::NotGiven, place);
    };
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let pair = |entry: &Entry| {
        let key = Node::scalar(Text::literal(&*entry.key, entry.key_place), true);
        let of = |name: &str, value: Node| Entry { key: name.to_owned(), key_place: entry.key_place, value };
        Node { place: entry.value.place, value: Value::Mapping(vec![of("key", key), of("value", entry.value.clone())]) }
    };
    list(entries.into_iter().map(pair).collect(), place)
}

fn equal(a: &Node, b: &Node, place: Place) -> Option<Node> {
    if a.is_null() && b.is_null() {
        return Some(truth(true, place));
    }
    let (a, b) = (a.text()?, b.text()?);
    match a.agrees(b) {
        Agreement::Equal => Some(truth(true, place)),
        Agreement::Different => Some(truth(false, place)),
        Agreement::Open => None,
    }
}

/// `or` where `any`, else `and`: one value may settle it whatever the others are.
fn all_or_any(values: &[Node], any: bool, place: Place) -> Option<Node> {
    if values.iter().any(|value| value.boolean() == Some(any)) {
        return Some(truth(any, place));
    }
    values.iter().all(|value| value.boolean() == Some(!any)).then(|| truth(!any, place))
}
