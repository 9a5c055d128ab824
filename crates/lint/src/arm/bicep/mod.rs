//! Bicep, read through its grammar for tree-sitter.

mod expression;
mod prepare;

use tree_sitter::{Node as Syntax, Parser};

use super::template::{Each, Expr, For, Kind, Language, Over, Statement, Template};
use crate::source::{FileId, Place, SyntaxError};
use expression::Reader;

/// How deep resources may be inside of each other.
const MOST_NESTED: usize = 12;
/// How many faults of one file are told.
const MOST_FAULTS: usize = 20;

/// A file: its template, and the template that it has parameters for.
#[derive(Debug)]
pub(super) struct File {
    pub(super) template: Template,
    pub(super) using: Option<String>,
    pub(super) faults: Vec<SyntaxError>,
}

/// Reads a file; what cannot be read is told, and the rest is read.
pub(super) fn read(file: FileId, text: &str) -> Option<File> {
    let prepared = prepare::prepare(text);
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bicep::LANGUAGE.into()).ok()?;
    let tree = parser.parse(prepared.text.as_bytes(), None)?;
    let reader = Reader { file, text };
    let mut found = File { template: Template::new(Language::Bicep), using: prepared.using, faults: Vec::new() };
    faults(&reader, tree.root_node(), 0, &mut found.faults);
    let mut serial = false;
    for child in children(tree.root_node()) {
        if child.kind() == "decorators" {
            serial = is_serial(&reader, child);
        } else {
            statement(&reader, child, None, serial, &mut found.template);
            serial &= child.is_extra();
        }
    }
    Some(found)
}

pub(super) fn children(node: Syntax<'_>) -> Vec<Syntax<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// Whether `@batchSize(1)` is among the decorators.
fn is_serial(reader: &Reader<'_>, decorators: Syntax<'_>) -> bool {
    let written: String = reader.written(decorators).split_whitespace().collect();
    written.contains("@batchSize(1)") || written.contains("@sys.batchSize(1)")
}

/// The outermost faults. The grammar does not know `...`, which is read all the same.
fn faults(reader: &Reader<'_>, node: Syntax<'_>, depth: usize, out: &mut Vec<SyntaxError>) {
    if !node.has_error() || out.len() >= MOST_FAULTS || depth > expression::DEEPEST {
        return;
    }
    if node.is_error() || node.is_missing() {
        let spread = reader.written(node).trim_start().starts_with("...");
        if !spread {
            out.push(SyntaxError { place: first_line(reader, node), message: "this is no Bicep".to_owned() });
        }
        return;
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        faults(reader, child, depth + 1, out);
    }
}

fn first_line(reader: &Reader<'_>, node: Syntax<'_>) -> Place {
    let place = reader.place(node);
    let length = reader.written(node).lines().next().map_or(0, str::len);
    Place::new(place.file, place.range().start..place.range().start + length)
}

fn statement(reader: &Reader<'_>, node: Syntax<'_>, parent: Option<usize>, serial: bool, template: &mut Template) {
    match node.kind() {
        "parameter_declaration" => {
            let Some(name) = named(reader, node) else { return };
            let default = after_equals(reader, node).map(|value| reader.expression(value, 0));
            template.parameters.insert(name.to_ascii_lowercase(), default);
        }
        "variable_declaration" => {
            let Some(name) = named(reader, node) else { return };
            let Some(value) = after_equals(reader, node) else { return };
            template.variables.insert(name.to_ascii_lowercase(), reader.expression(value, 0));
        }
        "output_declaration" => {
            let Some(name) = named(reader, node) else { return };
            let Some(value) = after_equals(reader, node) else { return };
            template.outputs.insert(name.to_ascii_lowercase(), reader.expression(value, 0));
        }
        "user_defined_function" => function(reader, node, template),
        "import_functionality" => import(reader, node, template),
        "resource_declaration" | "module_declaration" => declaration(reader, node, parent, serial, template),
        // Statements around a fault are inside of it.
        "ERROR" => children(node)
            .into_iter()
            .filter(|child| !child.is_error())
            .for_each(|child| statement(reader, child, parent, serial, template)),
        _ => {}
    }
}

fn named(reader: &Reader<'_>, node: Syntax<'_>) -> Option<String> {
    let name = children(node).into_iter().find(|child| child.kind() == "identifier")?;
    Some(reader.written(name).to_owned())
}

/// What stands after the first `=` of a declaration.
fn after_equals<'a>(reader: &Reader<'_>, node: Syntax<'a>) -> Option<Syntax<'a>> {
    let mut cursor = node.walk();
    let mut found = node.children(&mut cursor).skip_while(|child| reader.written(*child) != "=").skip(1);
    found.find(|child| child.is_named() && !child.is_extra())
}

fn function(reader: &Reader<'_>, node: Syntax<'_>, template: &mut Template) {
    let Some(name) = named(reader, node) else { return };
    let parameters = children(node).into_iter().find(|child| child.kind() == "parameters");
    let parameters = parameters.map(children).unwrap_or_default();
    let names = parameters.into_iter().filter_map(|parameter| named(reader, parameter)).collect();
    if let Some(body) = children(node).into_iter().rfind(|child| !child.is_extra()) {
        template.functions.insert(name.to_ascii_lowercase(), (names, reader.expression(body, 0)));
    }
}

/// `import {a as b} from 'shared.bicep'`
fn import(reader: &Reader<'_>, node: Syntax<'_>, template: &mut Template) {
    let Some(path) = children(node).into_iter().rfind(|child| child.kind() == "string") else { return };
    let path = reader.written(path).trim_matches('\'').to_owned();
    let Some((_, list)) = reader.written(node).split_once('{') else { return };
    for name in list.split('}').next().unwrap_or_default().split([',', '\n']) {
        let mut words = name.split_whitespace();
        let Some(original) = words.next() else { continue };
        let alias = if words.next() == Some("as") { words.next() } else { None };
        let alias = alias.unwrap_or(original).to_ascii_lowercase();
        template.imports.insert(alias, (path.clone(), original.to_ascii_lowercase()));
    }
}

fn declaration(reader: &Reader<'_>, node: Syntax<'_>, parent: Option<usize>, serial: bool, template: &mut Template) {
    let Some(symbol) = named(reader, node) else { return };
    let Some(of) = children(node).into_iter().find(|child| child.kind() == "string") else { return };
    let of = reader.written(of).trim_matches('\'');
    let Some(value) = after_equals(reader, node) else { return };
    if depth_of(parent, template) > MOST_NESTED {
        return;
    }
    let Shape { body, condition, mut each } = shape(reader, value);
    if let Some(each) = &mut each {
        each.serial = serial;
    }
    let mut cursor = node.walk();
    let existing = node.children(&mut cursor).any(|child| reader.written(child) == "existing");
    let kind = if node.kind() == "module_declaration" {
        if of.contains(':') { Kind::Elsewhere } else { Kind::File(of.to_owned()) }
    } else {
        Kind::Resource(full_type(of, parent, template))
    };
    let own = template.statements.len();
    template.statements.push(Statement {
        symbol: Some(symbol),
        kind,
        body: body.map_or_else(
            || Expr::Opaque { written: String::new(), place: reader.place(node) },
            |body| reader.expression(body, 0),
        ),
        condition: condition.map(|condition| reader.expression(condition, 0)),
        each,
        parent,
        existing,
        place: reader.place(node),
    });
    if let Some(body) = body {
        nested(reader, body, own, template);
    }
}

/// How many resources are around one.
fn depth_of(mut parent: Option<usize>, template: &Template) -> usize {
    let mut depth = 0;
    while let Some(statement) = parent.and_then(|at| template.statements.get(at)) {
        parent = statement.parent;
        depth += 1;
    }
    depth
}

/// The type of a resource; one inside of another continues its type.
fn full_type(of: &str, parent: Option<usize>, template: &Template) -> String {
    let own = of.split('@').next().unwrap_or(of);
    match parent.and_then(|at| template.statements.get(at)).map(|outer| &outer.kind) {
        Some(Kind::Resource(outer)) if !own.contains('.') => format!("{outer}/{own}"),
        _ => own.to_owned(),
    }
}

/// Resources that are declared inside of another one.
fn nested(reader: &Reader<'_>, body: Syntax<'_>, own: usize, template: &mut Template) {
    let mut serial = false;
    for member in children(body) {
        if member.kind() == "decorators" {
            serial = is_serial(reader, member);
            continue;
        }
        let inside = if member.kind() == "object_property" { children(member) } else { vec![member] };
        for child in inside.into_iter().filter(|child| child.kind() == "resource_declaration") {
            declaration(reader, child, Some(own), serial, template);
        }
        serial = false;
    }
}

/// The parts of what a resource is set to.
struct Shape<'t> {
    body: Option<Syntax<'t>>,
    condition: Option<Syntax<'t>>,
    each: Option<Each>,
}

/// `{…}`, `if (…) {…}`, `[for … in …: {…}]` or `[for … in …: if (…) {…}]`
fn shape<'t>(reader: &Reader<'_>, value: Syntax<'t>) -> Shape<'t> {
    match value.kind() {
        "for_statement" => {
            let Some(inside) = value.child_by_field_name("body") else {
                return Shape { body: None, condition: None, each: None };
            };
            let each = reader.for_header(value, 0).map(|For { items, item, index, .. }| Each {
                over: Over::Items(items),
                item: Some(item),
                index: index.into_iter().collect(),
                name: None,
                serial: false,
            });
            // A loop inside of a loop is no resource.
            let Shape { body, condition, .. } = conditional(inside);
            Shape { body, condition, each }
        }
        _ => conditional(value),
    }
}

/// `{…}` or `if (…) {…}`
fn conditional(value: Syntax<'_>) -> Shape<'_> {
    if value.kind() != "if_statement" {
        return Shape { body: Some(value), condition: None, each: None };
    }
    let parts: Vec<_> = children(value).into_iter().filter(|child| !child.is_extra()).collect();
    Shape { body: parts.last().copied(), condition: parts.first().copied(), each: None }
}
