//! Statements of every grammar in one form.

use tree_sitter::Node;

use super::Span;
use super::expressions::{MAX_DEPTH, Reading, named};
use super::shapes::{Step, step};
use super::syntax::{Expression, Kind, Statement, Target};

/// The statements of a file.
pub(super) fn of(tree: &tree_sitter::Tree, text: &str) -> Vec<Statement> {
    block(Reading { text, depth: 0 }, tree.root_node())
}

/// The body of a function: a block, or one expression that is its value.
pub(super) fn body(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    match node.kind() {
        "block" | "statement_block" | "class_body" | "constructor_body" => block(reading, node),
        _ => vec![Statement::Return(reading.expression(node))],
    }
}

fn block(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    if reading.depth > MAX_DEPTH {
        return Vec::new();
    }
    named(node).into_iter().flat_map(|child| statement(reading.deeper(), child)).collect()
}

fn statement(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    match step(node.kind()) {
        Step::Global if node.named_child(0).is_some_and(|child| child.kind() == "identifier") => {
            vec![Statement::Global(named(node).into_iter().map(|name| reading.written(name).to_owned()).collect())]
        }
        Step::Return => vec![returned(reading, node)],
        Step::Leave => {
            let said = reading.children(node).into_iter().map(Statement::Expression);
            said.chain([Statement::Leave]).collect()
        }
        Step::Condition => condition(reading, node),
        Step::Loop => repeated(reading, node),
        Step::Attempt => attempt(reading, node),
        Step::Cases => cases(reading, node),
        Step::Function => function(reading, node),
        Step::Class => class(reading, node),
        Step::Property => property(reading, node),
        Step::Declared => declared(reading, node).into_iter().collect(),
        Step::Assigned => assigned(reading, node),
        Step::Wrapper | Step::Global => named(node).into_iter().flat_map(|child| statement(reading, child)).collect(),
        Step::With => with(reading, node),
        Step::Decorated => {
            node.child_by_field_name("definition").map(|inner| statement(reading, inner)).unwrap_or_default()
        }
        Step::Ignored => Vec::new(),
        Step::Several => block(reading, node),
        Step::Block => vec![Statement::Block(block(reading, node))],
        Step::Expression => vec![Statement::Expression(reading.expression(node))],
    }
}

/// What a function gives back; of several values, the first, as the others are errors.
fn returned(reading: Reading<'_>, node: Node<'_>) -> Statement {
    let nothing = || Expression { span: Span::of(node), kind: Kind::Nothing };
    let Some(value) = named(node).into_iter().next() else { return Statement::Return(nothing()) };
    let value = if value.kind() == "expression_list" { value.named_child(0).unwrap_or(value) } else { value };
    Statement::Return(reading.expression(value))
}

fn condition(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let mut found = Vec::new();
    if let Some(first) = node.child_by_field_name("initializer") {
        found.extend(statement(reading, first));
    }
    if let Some(condition) = node.child_by_field_name("condition") {
        found.push(Statement::Expression(reading.expression(condition)));
    }
    let mut ways = Vec::new();
    if let Some(then) = node.child_by_field_name("consequence") {
        ways.push(statement(reading, then));
    }
    let mut cursor = node.walk();
    let others: Vec<Node<'_>> = node.children_by_field_name("alternative", &mut cursor).collect();
    let always = others.iter().any(|other| !matches!(other.kind(), "elif_clause"));
    ways.extend(others.into_iter().map(|other| statement(reading, other)));
    found.push(Statement::Branch { ways, always });
    found
}

fn repeated(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let body = node.child_by_field_name("body").map(|body| statement(reading, body)).unwrap_or_default();
    let head = named(node).into_iter().filter(|child| Some(*child) != node.child_by_field_name("body"));
    let mut found: Vec<Statement> = head
        .filter(|child| !child.kind().ends_with("identifier"))
        .map(|child| Statement::Expression(reading.expression(child)))
        .collect();
    found.push(Statement::Branch { ways: vec![body], always: false });
    found
}

fn attempt(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut handlers = Vec::new();
    for child in named(node) {
        match child.kind() {
            "except_clause" | "catch_clause" | "except_group_clause" => handlers.push(statement(reading, child)),
            "resource_specification" => {
                let resources = named(child).into_iter().filter_map(|resource| declared(reading, resource));
                found.extend(resources);
            }
            _ => found.extend(statement(reading, child)),
        }
    }
    found.push(Statement::Branch { ways: handlers, always: false });
    found
}

fn cases(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let body = node.child_by_field_name("body").unwrap_or(node);
    let ways = named(body).into_iter().map(|case| block(reading, case)).collect();
    vec![Statement::Branch { ways, always: false }]
}

fn function(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let name = node.child_by_field_name("name").map(|name| reading.written(name).to_owned()).unwrap_or_default();
    let function = Statement::Function(name, reading.function(node));
    // A method of Go stands outside of its type; what it calls its receiver is a field of that type.
    if node.child_by_field_name("receiver").is_some() { vec![Statement::Class(vec![function])] } else { vec![function] }
}

fn class(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let body = node.child_by_field_name("body");
    vec![Statement::Class(body.map(|body| block(reading, body)).unwrap_or_default())]
}

/// A property with a value, or with a getter.
fn property(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let name = node.child_by_field_name("name").or(node.child_by_field_name("property"));
    let Some((name, value)) = name.zip(node.child_by_field_name("value")) else { return Vec::new() };
    let target = Target::Name(reading.written(name).to_owned());
    vec![Statement::Declare(target, reading.expression(value))]
}

/// `name = value`, or a name alone.
fn declared(reading: Reading<'_>, node: Node<'_>) -> Option<Statement> {
    let children = named(node);
    let name = node.child_by_field_name("name").or(children.first().copied())?;
    let value = node.child_by_field_name("value").or_else(|| children.last().copied().filter(|last| *last != name));
    let value = match value {
        Some(value) => first_of(reading, value),
        None => Expression { span: Span::of(name), kind: Kind::Nothing },
    };
    Some(Statement::Declare(reading.target(name), value))
}

fn assigned(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let (left, right) = (node.child_by_field_name("left"), node.child_by_field_name("right"));
    match left.zip(right) {
        Some((left, right)) if node.kind() == "short_var_declaration" => {
            vec![Statement::Declare(reading.target(left), first_of(reading, right))]
        }
        Some((left, right)) => vec![Statement::Assign(reading.target(left), first_of(reading, right))],
        None => Vec::new(),
    }
}

/// An expression, or the one of a list of one.
fn first_of(reading: Reading<'_>, node: Node<'_>) -> Expression {
    match (node.kind(), named(node).as_slice()) {
        ("expression_list", [one]) => reading.expression(*one),
        _ => reading.expression(node),
    }
}

/// `with open(path) as file:`, `using (var file = …)`
fn with(reading: Reading<'_>, node: Node<'_>) -> Vec<Statement> {
    let body = node.child_by_field_name("body");
    let mut found = Vec::new();
    for child in named(node).into_iter().filter(|child| Some(*child) != body) {
        if child.kind() == "with_clause" {
            found.extend(named(child).into_iter().map(|item| with_item(reading, item)));
        } else {
            found.extend(statement(reading, child));
        }
    }
    found.extend(body.map(|body| block(reading, body)).unwrap_or_default());
    found
}

fn with_item(reading: Reading<'_>, item: Node<'_>) -> Statement {
    let value = item.child_by_field_name("value").unwrap_or(item);
    if value.kind() != "as_pattern" {
        return Statement::Expression(reading.expression(value));
    }
    let alias = value.child_by_field_name("alias").and_then(|alias| alias.named_child(0));
    match value.named_child(0).zip(alias) {
        Some((made, alias)) => Statement::Assign(reading.target(alias), reading.expression(made)),
        None => Statement::Expression(reading.expression(value)),
    }
}
