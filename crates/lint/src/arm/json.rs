//! ARM templates in JSON, and the files with parameters for them.

use std::collections::BTreeMap;

use super::expression;
use super::template::{Each, Expr, For, Kind, Language, Member, Over, Statement, Template};
use crate::source::{Entry, Node, Piece, Text, Unknown, Value, Why};

/// How deep resources and templates may be inside of each other.
const DEEPEST: usize = 12;
/// The type of a deployment inside of a template.
const DEPLOYMENT: &str = "microsoft.resources/deployments";

/// Whether a document is a template.
pub(super) fn is_template(document: &Node) -> bool {
    let schema = schema(document);
    schema.contains("deploymenttemplate.json")
        || schema.is_empty() && document.get("contentVersion").is_some() && document.get("resources").is_some()
}

/// Whether a document has parameters for a template.
pub(super) fn is_parameters(document: &Node) -> bool {
    let schema = schema(document);
    let values = || document.at(&["parameters"]).is_some_and(|all| all.entries().iter().all(has_value));
    schema.contains("deploymentparameters.json")
        || schema.is_empty()
            && document.get("contentVersion").is_some()
            && document.get("resources").is_none()
            && values()
}

fn has_value(entry: &Entry) -> bool {
    entry.value.get("value").is_some() || entry.value.get("reference").is_some()
}

fn schema(document: &Node) -> String {
    document.known_at(&["$schema"]).unwrap_or_default().to_ascii_lowercase()
}

/// Reads a template.
pub(super) fn template(document: &Node, depth: usize) -> Template {
    let mut template = Template::new(Language::Arm);
    let entries = |name: &str| document.at_ignoring_case(&[name]).map(Node::entries).unwrap_or_default();
    for entry in entries("parameters") {
        let default = entry.value.at_ignoring_case(&["defaultValue"]).map(expression::of);
        template.parameters.insert(entry.key.to_ascii_lowercase(), default);
    }
    for entry in entries("variables") {
        if entry.key == "copy" {
            entry.value.items().iter().for_each(|copy| copied_variable(copy, &mut template));
        } else {
            template.variables.insert(entry.key.to_ascii_lowercase(), expression::of(&entry.value));
        }
    }
    for entry in entries("outputs") {
        if let Some(value) = entry.value.at_ignoring_case(&["value"]) {
            template.outputs.insert(entry.key.to_ascii_lowercase(), expression::of(value));
        }
    }
    template.generated = document.known_at(&["metadata", "_generator", "name"]) == Some("bicep");
    if let Some(resources) = document.at_ignoring_case(&["resources"]) {
        resources_of(resources, None, depth, &mut template);
    }
    template
}

/// `variables.copy`: a list made of one expression.
fn copied_variable(copy: &Node, template: &mut Template) {
    let (Some(name), Some(count), Some(input)) = (copy.known_at(&["name"]), copy.get("count"), copy.get("input"))
    else {
        return;
    };
    let key = name.to_ascii_lowercase();
    let range = Expr::Call {
        function: "range".to_owned(),
        arguments: vec![Expr::Literal(Node::scalar(Text::literal("0", copy.place), false)), expression::of(count)],
        place: copy.place,
    };
    let each = For {
        items: range,
        item: format!("copyindex:{key}"),
        index: None,
        condition: None,
        body: expression::of(input),
    };
    template.variables.insert(key, Expr::For { each: Box::new(each), place: copy.place });
}

/// Resources as a list, or as an object with their symbols.
fn resources_of(resources: &Node, parent: Option<usize>, depth: usize, template: &mut Template) {
    match &resources.value {
        Value::Sequence(items) => items.iter().for_each(|item| resource(None, item, parent, depth, template)),
        Value::Mapping(entries) => {
            entries.iter().for_each(|entry| resource(Some(&entry.key), &entry.value, parent, depth, template));
        }
        Value::Null | Value::Scalar { .. } => {}
    }
}

fn resource(symbol: Option<&str>, node: &Node, parent: Option<usize>, depth: usize, template: &mut Template) {
    let Some(kind) = node.at_ignoring_case(&["type"]).and_then(Node::known) else { return };
    if depth > DEEPEST {
        return;
    }
    let kind = match (kind.to_ascii_lowercase().as_str(), parent.and_then(|at| template.statements.get(at))) {
        (DEPLOYMENT, _) => deployment(node, depth),
        (_, Some(Statement { kind: Kind::Resource(outer), .. })) if !kind.contains('.') => {
            Kind::Resource(format!("{outer}/{kind}"))
        }
        _ => Kind::Resource(kind.split('@').next().unwrap_or(kind).to_owned()),
    };
    let existing = node.at_ignoring_case(&["existing"]).and_then(Node::boolean) == Some(true);
    let own = template.statements.len();
    template.statements.push(Statement {
        symbol: symbol.map(str::to_owned),
        kind,
        body: body(node),
        condition: node.at_ignoring_case(&["condition"]).map(expression::of),
        each: node.at_ignoring_case(&["copy"]).and_then(each),
        parent,
        existing,
        place: node.place,
    });
    if let Some(nested) = node.at_ignoring_case(&["resources"]) {
        resources_of(nested, Some(own), depth + 1, template);
    }
}

/// The resource without what is read apart.
fn body(node: &Node) -> Expr {
    let apart = ["resources", "condition", "copy"];
    let entries: Vec<Entry> = node
        .entries()
        .iter()
        .filter(|entry| !apart.iter().any(|name| entry.key.eq_ignore_ascii_case(name)))
        .map(|entry| if entry.key.eq_ignore_ascii_case("properties") { without_template(entry) } else { entry.clone() })
        .collect();
    expression::of(&Node { place: node.place, value: Value::Mapping(entries) })
}

/// The template inside of a deployment has expressions of its own.
fn without_template(entry: &Entry) -> Entry {
    let kept = entry.value.entries().iter().filter(|entry| !entry.key.eq_ignore_ascii_case("template"));
    let value = match &entry.value.value {
        Value::Mapping(_) => Value::Mapping(kept.cloned().collect()),
        other => other.clone(),
    };
    Entry { value: Node { place: entry.value.place, value }, ..entry.clone() }
}

fn deployment(node: &Node, depth: usize) -> Kind {
    let inner = node.at_ignoring_case(&["properties", "expressionEvaluationOptions", "scope"]).and_then(Node::known);
    if let Some(nested) = node.at_ignoring_case(&["properties", "template"]) {
        let inner = inner.is_some_and(|scope| scope.eq_ignore_ascii_case("inner"));
        return Kind::Nested { template: Box::new(template(nested, depth + 1)), inner };
    }
    let path = node.at_ignoring_case(&["properties", "templateLink", "relativePath"]).and_then(Node::known);
    path.map_or(Kind::Elsewhere, |path| Kind::File(path.to_owned()))
}

fn each(copy: &Node) -> Option<Each> {
    let count = copy.at_ignoring_case(&["count"])?;
    let text = |name: &str| copy.at_ignoring_case(&[name]).and_then(Node::known);
    let name = text("name").unwrap_or_default().to_ascii_lowercase();
    let serial = text("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("serial"));
    Some(Each {
        over: Over::Count(expression::of(count)),
        item: None,
        index: vec!["copyindex".to_owned(), format!("copyindex:{name}")],
        name: Some(name),
        serial: serial && text("batchSize").is_none_or(|size| size == "1"),
    })
}

/// The values of a file with parameters. `azd` and other tools fill in `${NAME}`.
pub(super) fn values(document: &Node) -> BTreeMap<String, Expr> {
    let entries = document.at(&["parameters"]).map(Node::entries).unwrap_or_default();
    let value = |entry: &Entry| match entry.value.get("value") {
        Some(value) => Expr::Literal(with_placeholders(value)),
        None => {
            let symbol = format!("the secret of {}", entry.key);
            Expr::Literal(Node::scalar(Text::unknown(symbol, Why::Stored, entry.value.place), true))
        }
    };
    entries.iter().map(|entry| (entry.key.to_ascii_lowercase(), value(entry))).collect()
}

fn with_placeholders(node: &Node) -> Node {
    let value = match &node.value {
        Value::Scalar { text, quoted: true } => {
            return Node::scalar(text.known().map_or_else(|| text.clone(), |known| placeholders(known, text)), true);
        }
        Value::Sequence(items) => Value::Sequence(items.iter().map(with_placeholders).collect()),
        Value::Mapping(entries) => Value::Mapping(
            entries.iter().map(|entry| Entry { value: with_placeholders(&entry.value), ..entry.clone() }).collect(),
        ),
        other => other.clone(),
    };
    Node { place: node.place, value }
}

/// `${NAME}`, `${NAME=default}` and `#{NAME}#` stand for what a tool knows.
fn placeholders(known: &str, text: &Text) -> Text {
    let mut pieces = Vec::new();
    let mut rest = known;
    while let Some((before, name, after)) = next_placeholder(rest) {
        pieces.push(Piece::Literal(before.to_owned()));
        pieces.push(Piece::Unknown(Unknown { symbol: name.to_owned(), why: Why::Placeholder }));
        rest = after;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    Text::of(pieces, text.place)
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let found = [("${", "}"), ("#{", "}#")].into_iter().filter_map(|(open, close)| {
        let (before, rest) = text.split_once(open)?;
        let (name, after) = rest.split_once(close)?;
        let name = name.split('=').next().unwrap_or(name).trim();
        Some((before, name, after))
    });
    found.min_by_key(|(before, ..)| before.len())
}

/// An object of values as the parameters of a template inside of a template: `{"name": {"value": …}}`.
pub(super) fn arguments(parameters: Option<&Expr>) -> BTreeMap<String, &Expr> {
    let Some(Expr::Object { members, .. }) = parameters else { return BTreeMap::new() };
    let entry = |member: &'_ Member| match member {
        Member::Entry { key, .. } => key.written().map(str::to_ascii_lowercase),
        Member::Spread(_) => None,
    };
    let named = members.iter().filter_map(|member| match member {
        Member::Entry { value, .. } => Some((entry(member)?, value.get("value").unwrap_or(value))),
        Member::Spread(_) => None,
    });
    named.collect()
}
