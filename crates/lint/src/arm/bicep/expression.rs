//! Expressions of Bicep.

use tree_sitter::Node as Syntax;

use super::super::template::{Expr, For, Item, Member};
use super::children;
use crate::source::{FileId, Node, Place, Text, Value};

/// How deep an expression may be nested.
pub(super) const DEEPEST: usize = 100;

/// Reads syntax nodes of a file.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn place(&self, node: Syntax<'_>) -> Place {
        Place::new(self.file, node.byte_range())
    }

    pub(super) fn written(&self, node: Syntax<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn opaque(&self, node: Syntax<'_>) -> Expr {
        let written = self.written(node).split_whitespace().collect::<Vec<_>>().join(" ");
        Expr::Opaque { written: written.chars().take(200).collect(), place: self.place(node) }
    }

    pub(super) fn expression(&self, node: Syntax<'_>, depth: usize) -> Expr {
        if depth > DEEPEST {
            return self.opaque(node);
        }
        self.read(node, depth + 1).unwrap_or_else(|| self.opaque(node))
    }

    fn read(&self, node: Syntax<'_>, depth: usize) -> Option<Expr> {
        let place = self.place(node);
        Some(match node.kind() {
            "string" => self.string(node, depth),
            "number" | "boolean" => Expr::Literal(Node::scalar(Text::literal(self.written(node), place), false)),
            "null" => Expr::Literal(Node { place, value: Value::Null }),
            "identifier" => Expr::Name { name: self.written(node).to_owned(), place },
            "array" => Expr::Array { items: self.items(node, depth), place },
            "object" => Expr::Object { members: self.members(node, depth), place },
            "parenthesized_expression" => self.expression(parts(node).first().copied()?, depth),
            "call_expression" => self.call(node, depth)?,
            "member_expression" => Expr::Member {
                of: Box::new(self.expression(node.child_by_field_name("object")?, depth)),
                name: self.written(node.child_by_field_name("property")?).to_owned(),
                place,
            },
            "subscript_expression" => Expr::Index {
                of: Box::new(self.expression(node.child_by_field_name("object")?, depth)),
                index: Box::new(self.expression(node.child_by_field_name("index")?, depth)),
                place,
            },
            // A resource inside of another is known by its own symbol.
            "resource_expression" => {
                Expr::Name { name: self.written(node.child_by_field_name("resource")?).to_owned(), place }
            }
            "ternary_expression" => {
                let fields = ["condition", "consequence", "alternative"];
                let found = fields.map(|field| node.child_by_field_name(field));
                let arguments = found.into_iter().collect::<Option<Vec<_>>>()?;
                self.calling("if", arguments, place, depth)
            }
            "binary_expression" => self.binary(node, depth)?,
            "unary_expression" => self.unary(node, depth)?,
            "for_statement" => {
                let each = self.for_header(node, depth)?;
                Expr::For { each: Box::new(each), place }
            }
            "lambda_expression" => self.lambda(node, depth)?,
            // `value!`
            "nullable_type" => self.expression(parts(node).first().copied()?, depth),
            _ => return None,
        })
    }

    fn calling(&self, function: &str, arguments: Vec<Syntax<'_>>, place: Place, depth: usize) -> Expr {
        let arguments = arguments.into_iter().map(|argument| self.expression(argument, depth)).collect();
        Expr::Call { function: function.to_owned(), arguments, place }
    }

    /// A call; a namespace such as `sys.` is left out.
    fn call(&self, node: Syntax<'_>, depth: usize) -> Option<Expr> {
        let function = node.child_by_field_name("function")?;
        let arguments = parts(node.child_by_field_name("arguments")?);
        let written = self.written(function);
        let name = written.strip_prefix("sys.").or(written.strip_prefix("az.")).unwrap_or(written);
        Some(self.calling(name, arguments, self.place(node), depth))
    }

    fn binary(&self, node: Syntax<'_>, depth: usize) -> Option<Expr> {
        let (left, right) = (node.child_by_field_name("left")?, node.child_by_field_name("right")?);
        let place = self.place(node);
        let function = match self.written(node.child_by_field_name("operator")?) {
            "==" | "=~" => "equals",
            "!=" | "!~" => {
                let arguments = vec![self.calling("equals", vec![left, right], place, depth)];
                return Some(Expr::Call { function: "not".to_owned(), arguments, place });
            }
            "&&" => "and",
            "||" => "or",
            "+" => "add",
            "-" => "sub",
            "??" => "coalesce",
            _ => return None,
        };
        Some(self.calling(function, vec![left, right], place, depth))
    }

    fn unary(&self, node: Syntax<'_>, depth: usize) -> Option<Expr> {
        let argument = node.child_by_field_name("argument")?;
        match self.written(node.child_by_field_name("operator")?) {
            "!" => Some(self.calling("not", vec![argument], self.place(node), depth)),
            _ => None,
        }
    }

    fn lambda(&self, node: Syntax<'_>, depth: usize) -> Option<Expr> {
        let parts = parts(node);
        let (head, body) = (parts.first()?, parts.last()?);
        let names = self.written(*head).trim_matches(['(', ')', ' ']);
        let parameters = names.split(',').map(|name| name.trim().to_owned()).collect();
        Some(Expr::Lambda { parameters, body: Box::new(self.expression(*body, depth)), place: self.place(node) })
    }

    /// The head and the body of a loop.
    pub(super) fn for_header(&self, node: Syntax<'_>, depth: usize) -> Option<For> {
        let body = node.child_by_field_name("body")?;
        let head: Vec<_> = parts(node).into_iter().filter(|part| part.start_byte() < body.start_byte()).collect();
        let (item, index) = match node.child_by_field_name("initializer") {
            Some(name) => (self.written(name).to_owned(), None),
            None => self.loop_names(head.iter().find(|part| part.kind() == "for_loop_parameters").copied()?)?,
        };
        let items = self.expression(head.last().copied()?, depth);
        let (condition, body) = match body.kind() {
            "if_statement" => {
                let inside = parts(body);
                (inside.first().map(|part| self.expression(*part, depth)), inside.last().copied()?)
            }
            _ => (None, body),
        };
        Some(For { items, item, index, condition, body: self.expression(body, depth) })
    }

    fn loop_names(&self, node: Syntax<'_>) -> Option<(String, Option<String>)> {
        let names = parts(node);
        let name = |at: usize| names.get(at).map(|name: &Syntax<'_>| self.written(*name).to_owned());
        Some((name(0)?, name(1)))
    }

    /// The items of a list. Three dots before one are an error to the grammar.
    fn items(&self, node: Syntax<'_>, depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        let mut spread = false;
        for part in parts(node) {
            match part.kind() {
                "decorators" => {}
                "ERROR" => {
                    let written = self.written(part).trim();
                    spread = written == "...";
                    if written.starts_with("...") && !spread {
                        let value = parts(part)
                            .first()
                            .map_or_else(|| self.opaque(part), |value| self.expression(*value, depth));
                        items.push(Item { spread: true, value });
                    }
                }
                _ => {
                    items.push(Item { spread, value: self.expression(part, depth) });
                    spread = false;
                }
            }
        }
        items
    }

    fn members(&self, node: Syntax<'_>, depth: usize) -> Vec<Member> {
        parts(node).into_iter().filter_map(|part| self.member(part, depth)).collect()
    }

    fn member(&self, part: Syntax<'_>, depth: usize) -> Option<Member> {
        if part.is_error() {
            let spread = self.written(part).trim_start().starts_with("...");
            let inside = parts(part).first().copied();
            return spread.then(|| {
                Member::Spread(inside.map_or_else(|| self.opaque(part), |value| self.expression(value, depth)))
            });
        }
        let inside = parts(part);
        let (key, value) = (inside.first()?, inside.get(1)?);
        let key = match key.kind() {
            "string" => self.string(*key, depth),
            _ => Expr::Literal(Node::scalar(Text::literal(self.written(*key), self.place(*key)), true)),
        };
        Some(Member::Entry { key, value: self.expression(*value, depth) })
    }

    /// A string; one with expressions inside is joined of its parts.
    fn string(&self, node: Syntax<'_>, depth: usize) -> Expr {
        let place = self.place(node);
        let written = self.written(node);
        if let Some(inside) = written.strip_prefix("'''").and_then(|rest| rest.strip_suffix("'''")) {
            let before = node.start_byte().checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
            if before == Some(&b'$') && inside.contains("${") {
                return self.opaque(node);
            }
            let inside = inside.strip_prefix("\r\n").or(inside.strip_prefix('\n')).unwrap_or(inside);
            return literal(inside.to_owned(), place);
        }
        let mut parts = Vec::new();
        let mut from = node.start_byte() + 1;
        let end = node.end_byte().saturating_sub(1);
        for part in children(node).into_iter().filter(|part| part.kind() == "interpolation") {
            parts.push(literal(self.unescaped(from, part.start_byte()), place));
            parts.push(
                children(part).first().map_or_else(|| self.opaque(part), |inside| self.expression(*inside, depth)),
            );
            from = part.end_byte();
        }
        let last = self.unescaped(from, end);
        if parts.is_empty() {
            return literal(last, place);
        }
        parts.push(literal(last, place));
        Expr::Joined { parts, place }
    }

    /// A stretch of a string with its escapes worked out.
    fn unescaped(&self, from: usize, to: usize) -> String {
        let written = self.text.get(from..to).unwrap_or_default();
        let mut out = String::with_capacity(written.len());
        let mut rest = written.chars();
        while let Some(c) = rest.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match rest.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('u') => {
                    let code: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    out.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
                Some(other) => out.push(other),
                None => {}
            }
        }
        out
    }
}

fn literal(text: String, place: Place) -> Expr {
    Expr::Literal(Node::scalar(Text::literal(text, place), true))
}

/// The named parts of a node without comments.
fn parts(node: Syntax<'_>) -> Vec<Syntax<'_>> {
    children(node).into_iter().filter(|child| !child.is_extra() || child.is_error()).collect()
}
