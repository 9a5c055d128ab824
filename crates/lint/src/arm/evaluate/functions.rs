//! The functions of ARM templates and of Bicep.

use std::rc::Rc;

use super::super::template::Expr;
use super::texts::of_texts;
use super::values::of_values;
use super::{Locals, MOST_ROUNDS, Scope, number, text_of, unknown};
use crate::source::{Entry, Node, Place, Text, Value, Why, json, yaml};

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
pub(super) fn shown(value: &Node) -> String {
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
