//! Expressions of every grammar in one form.

use tree_sitter::Node;

use super::Span;
use super::shapes::{Shape, shape};
use super::statements;
use super::syntax::{Argument, Expression, Function, Kind, Target};

/// How deep expressions may be nested.
pub(super) const MAX_DEPTH: usize = 160;

/// A syntax tree with its text.
#[derive(Clone, Copy)]
pub(super) struct Reading<'t> {
    pub(super) text: &'t str,
    pub(super) depth: usize,
}

impl<'t> Reading<'t> {
    pub(super) fn written(self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    /// An expression.
    pub(super) fn expression(self, node: Node<'_>) -> Expression {
        let kind = if self.depth > MAX_DEPTH { Kind::Other(Vec::new()) } else { self.deeper().kind(node) };
        Expression { span: Span::of(node), kind }
    }

    fn kind(self, node: Node<'_>) -> Kind {
        match shape(node.kind()) {
            Shape::Name => Kind::Name(self.last_name(node)),
            Shape::Nothing => Kind::Nothing,
            Shape::String => self.string(node),
            Shape::Binary => self.binary(node),
            Shape::Either => Kind::Choice(self.children(node)),
            Shape::Conditional => self.conditional(node),
            Shape::List => self.list(node),
            Shape::Fields => self.fields_or_list(node),
            Shape::Composite => self.composite(node),
            Shape::Call => self.call(node),
            Shape::Member => self.member(node),
            Shape::ConditionalAccess => self.conditional_access(node),
            Shape::Item => self.item(node),
            Shape::Lambda => Kind::Lambda(self.function(node)),
            Shape::Reference => self.method_reference(node),
            Shape::Assigned => self.assigned(node),
            Shape::Wrapper => self.inner(node),
            Shape::Switch => Kind::Choice(self.arms(node)),
            Shape::Other => Kind::Other(self.children(node)),
        }
    }

    /// The last part of a dotted name, without its type arguments.
    fn last_name(self, node: Node<'_>) -> String {
        let written = self.written(node);
        let written = written.split('<').next().unwrap_or(written);
        written.rsplit(['.', ':']).next().unwrap_or(written).trim().to_owned()
    }

    pub(super) fn children(self, node: Node<'_>) -> Vec<Expression> {
        named(node).into_iter().map(|child| self.expression(child)).collect()
    }

    /// The one expression in something that only wraps it; the last where a type comes before it.
    fn inner(self, node: Node<'_>) -> Kind {
        let by_field =
            ["value", "expression", "argument", "operand"].iter().find_map(|field| node.child_by_field_name(field));
        let first_is_it =
            matches!(node.kind(), "as_expression" | "satisfies_expression" | "interpolation" | "with_expression");
        let children = named(node);
        let child = by_field.or(if first_is_it { children.first() } else { children.last() }.copied());
        child.map_or(Kind::Other(Vec::new()), |child| self.expression(child).kind)
    }

    fn binary(self, node: Node<'_>) -> Kind {
        let operator = node.child_by_field_name("operator").map(|operator| self.written(operator));
        let operands = self.children(node);
        match operator {
            Some("+" | "%") => Kind::Joined(operands),
            Some("||" | "??" | "or") => Kind::Choice(operands),
            _ => Kind::Other(operands),
        }
    }

    /// The values of `a ? b : c`, and of `b if a else c`.
    fn conditional(self, node: Node<'_>) -> Kind {
        let values: Vec<Expression> = ["consequence", "alternative"]
            .iter()
            .filter_map(|field| node.child_by_field_name(field))
            .map(|value| self.expression(value))
            .collect();
        if values.len() == 2 {
            return Kind::Choice(values);
        }
        let mut children = self.children(node);
        if children.len() == 3 {
            children.remove(1);
        }
        Kind::Choice(children)
    }

    /// The values of `a switch { … }`.
    fn arms(self, node: Node<'_>) -> Vec<Expression> {
        let arms = named(node).into_iter().filter(|arm| arm.kind() == "switch_expression_arm");
        arms.filter_map(|arm| named(arm).last().map(|value| self.expression(*value))).collect()
    }

    fn list(self, node: Node<'_>) -> Kind {
        let inner = named(node)
            .into_iter()
            .find(|child| matches!(child.kind(), "initializer_expression" | "array_initializer"));
        Kind::List(self.children(inner.unwrap_or(node)))
    }

    /// `{ … }` with keys, or without.
    fn fields_or_list(self, node: Node<'_>) -> Kind {
        let children = named(node);
        let fields: Vec<(String, Expression)> = children.iter().flat_map(|child| self.field(*child)).collect();
        if fields.is_empty() && !children.is_empty() && !matches!(node.kind(), "object" | "dictionary") {
            return Kind::List(self.children(node));
        }
        Kind::Fields(fields)
    }

    fn field(self, node: Node<'_>) -> Vec<(String, Expression)> {
        let one = |key: Node<'_>, value: Node<'_>| vec![(self.key(key), self.expression(value))];
        match node.kind() {
            "pair" | "keyed_element" => {
                let children = named(node);
                let key = node.child_by_field_name("key").or(children.first().copied());
                let value = node.child_by_field_name("value").or(children.last().copied());
                key.zip(value).map(|(key, value)| one(key, value)).unwrap_or_default()
            }
            "shorthand_property_identifier" | "identifier" => one(node, node),
            "assignment_expression" => {
                let (left, right) = (node.child_by_field_name("left"), node.child_by_field_name("right"));
                left.zip(right).map(|(left, right)| one(left, right)).unwrap_or_default()
            }
            // `{ "client_assertion", token }`
            "initializer_expression" => match named(node).as_slice() {
                [key, value] if key.kind().contains("string") => one(*key, *value),
                _ => Vec::new(),
            },
            // `...form`
            "spread_element" | "dictionary_splat" => {
                named(node).first().map(|inner| vec![("...".to_owned(), self.expression(*inner))]).unwrap_or_default()
            }
            "method_definition" => node
                .child_by_field_name("name")
                .map(|name| {
                    let span = Span::of(node);
                    vec![(self.key(name), Expression { span, kind: Kind::Lambda(self.function(node)) })]
                })
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// A key without quotes and brackets.
    fn key(self, node: Node<'_>) -> String {
        let trim = |c: char| matches!(c, '"' | '\'' | '`' | '[' | ']');
        self.written(node).trim_matches(trim).trim_matches('"').to_owned()
    }

    /// `Type{Key: value}`, `[]string{"a"}`
    fn composite(self, node: Node<'_>) -> Kind {
        node.child_by_field_name("body").map_or(Kind::Other(Vec::new()), |body| self.fields_or_list(body))
    }

    fn call(self, node: Node<'_>) -> Kind {
        let span = Span::of(node);
        let of_java = node.child_by_field_name("object").zip(node.child_by_field_name("name"));
        let callee = match of_java {
            Some((object, name)) => {
                let kind = Kind::Member { of: Box::new(self.expression(object)), name: self.written(name).to_owned() };
                Expression { span: Span { end: name.end_byte(), ..span }, kind }
            }
            None => {
                let fields = ["function", "constructor", "type", "name"];
                match fields.iter().find_map(|field| node.child_by_field_name(field)) {
                    Some(callee) => self.expression(callee),
                    None => Expression { span, kind: Kind::Name(self.declared_type(node)) },
                }
            }
        };
        let mut arguments = node.child_by_field_name("arguments").map(|list| self.arguments(list)).unwrap_or_default();
        arguments.extend(node.child_by_field_name("operand").map(|value| self.argument(value)));
        let initializer = node.child_by_field_name("initializer");
        arguments.extend(initializer.map(|fields| Argument { name: None, value: self.expression(fields) }));
        Kind::Call { callee: Box::new(callee), arguments }
    }

    /// The type of a variable that is made by `new(…)`.
    fn declared_type(self, node: Node<'_>) -> String {
        let mut above = node.parent();
        while let Some(parent) = above {
            if let Some(declared) = parent.child_by_field_name("type") {
                return self.last_name(declared);
            }
            if parent.kind().ends_with("_statement") {
                break;
            }
            above = parent.parent();
        }
        String::new()
    }

    fn arguments(self, list: Node<'_>) -> Vec<Argument> {
        if matches!(list.kind(), "template_string" | "generator_expression") {
            return vec![self.argument(list)];
        }
        named(list).into_iter().map(|argument| self.argument(argument)).collect()
    }

    fn argument(self, node: Node<'_>) -> Argument {
        let name = node.child_by_field_name("name");
        let is_named = matches!(node.kind(), "keyword_argument" | "argument");
        match name.filter(|_| is_named) {
            Some(name) => {
                let value = node.child_by_field_name("value").or(named(node).last().copied());
                let value = value.map_or_else(
                    || Expression { span: Span::of(node), kind: Kind::Other(Vec::new()) },
                    |value| self.expression(value),
                );
                Argument { name: Some(self.written(name).to_owned()), value }
            }
            None => Argument { name: None, value: self.expression(node) },
        }
    }

    fn member(self, node: Node<'_>) -> Kind {
        let object = ["object", "expression", "operand"].iter().find_map(|field| node.child_by_field_name(field));
        let name = ["attribute", "property", "name", "field"].iter().find_map(|field| node.child_by_field_name(field));
        match object.zip(name) {
            Some((object, name)) => Kind::Member { of: Box::new(self.expression(object)), name: self.last_name(name) },
            None => Kind::Other(self.children(node)),
        }
    }

    /// `a?.b`
    fn conditional_access(self, node: Node<'_>) -> Kind {
        let children = named(node);
        let (Some(object), Some(access)) = (children.first(), children.last()) else {
            return Kind::Other(Vec::new());
        };
        let name = self.written(*access).trim_start_matches('.');
        let name = name.split(['(', '.', '[', '?']).next().unwrap_or(name).to_owned();
        Kind::Member { of: Box::new(self.expression(*object)), name }
    }

    fn item(self, node: Node<'_>) -> Kind {
        let children = named(node);
        let (Some(object), Some(index)) = (children.first(), children.last()) else {
            return Kind::Other(Vec::new());
        };
        let of = Box::new(self.expression(*object));
        let index = match index.kind() {
            "bracketed_argument_list" => named(*index).first().map(|argument| self.expression(*argument)),
            _ => Some(self.expression(*index)),
        };
        match index.map(|index| index.kind) {
            Some(Kind::Text(name)) => Kind::Member { of, name },
            _ => Kind::Item(of),
        }
    }

    /// `this::token`
    fn method_reference(self, node: Node<'_>) -> Kind {
        let name = named(node).last().map(|name| self.written(*name).to_owned()).unwrap_or_default();
        Kind::Name(name)
    }

    fn assigned(self, node: Node<'_>) -> Kind {
        let left = node.child_by_field_name("left").or(node.child_by_field_name("name"));
        let right = node.child_by_field_name("right").or(node.child_by_field_name("value"));
        match left.zip(right) {
            Some((left, right)) => Kind::Assigned(Box::new(self.target(left)), Box::new(self.expression(right))),
            None => Kind::Other(Vec::new()),
        }
    }

    /// What an assignment assigns to.
    pub(super) fn target(self, node: Node<'_>) -> Target {
        match node.kind() {
            "identifier"
            | "shorthand_property_identifier_pattern"
            | "property_identifier"
            | "field_identifier"
            | "private_property_identifier" => Target::Name(self.written(node).to_owned()),
            "pattern_list" | "tuple_pattern" | "expression_list" | "array_pattern" | "tuple" => {
                match named(node).as_slice() {
                    [one] => self.target(*one),
                    several => Target::Several(several.iter().map(|one| (None, self.target(*one))).collect()),
                }
            }
            "object_pattern" => {
                Target::Several(named(node).into_iter().filter_map(|child| self.member_target(child)).collect())
            }
            _ => match self.expression(node).kind {
                Kind::Member { of, name } => Target::Member(*of, name),
                Kind::Name(name) => Target::Name(name),
                _ => Target::Other,
            },
        }
    }

    /// `{ accessToken }`, `{ accessToken: token }`
    fn member_target(self, node: Node<'_>) -> Option<(Option<String>, Target)> {
        match node.kind() {
            "shorthand_property_identifier_pattern" => {
                let name = self.written(node).to_owned();
                Some((Some(name.clone()), Target::Name(name)))
            }
            "pair_pattern" => {
                let (key, value) = node.child_by_field_name("key").zip(node.child_by_field_name("value"))?;
                Some((Some(self.key(key)), self.target(value)))
            }
            "object_assignment_pattern" => self.member_target(node.child_by_field_name("left")?),
            _ => None,
        }
    }

    /// A function, named or not.
    pub(super) fn function(self, node: Node<'_>) -> Function {
        let list = node.child_by_field_name("parameters").or(node.child_by_field_name("parameter"));
        let parameters = list.map(|list| self.parameters(list)).unwrap_or_default();
        let body = node.child_by_field_name("body").or_else(|| {
            named(node).into_iter().find(|child| matches!(child.kind(), "arrow_expression_clause" | "block"))
        });
        Function { parameters, body: body.map(|body| statements::body(self, body)).unwrap_or_default() }
    }

    fn parameters(self, list: Node<'_>) -> Vec<String> {
        if list.kind().contains("identifier") {
            return vec![self.written(list).to_owned()];
        }
        let name = |parameter: Node<'_>| {
            let name = ["name", "pattern"].iter().find_map(|field| parameter.child_by_field_name(field));
            let first =
                name.or_else(|| (parameter.kind() == "typed_parameter").then(|| parameter.named_child(0)).flatten());
            self.written(first.unwrap_or(parameter)).to_owned()
        };
        named(list).into_iter().map(name).filter(|name| name != "self" && name != "cls").collect()
    }
}

/// The named children of a node that are no comments.
pub(super) fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let matters = |kind: &str| !kind.contains("comment") && !kind.starts_with("interpolation_");
    node.named_children(&mut cursor).filter(|child| matters(child.kind())).collect()
}
