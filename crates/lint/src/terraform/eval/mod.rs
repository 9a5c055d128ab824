//! Working out expressions.
//!
//! A value is a [`Node`]; what is not known before the deployment is a text with an unknown piece in it, and whatever
//! is made of it is unknown again under a name that says how. Only what Terraform itself would refuse is [`Invalid`].

mod access;
mod functions;
mod operators;
mod repeated;
mod show;
mod template;
mod typed;

use std::rc::Rc;

use hcl_edit::Ident;
use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey};

use super::module::{Written, place};
use super::world::{Instance, World};
use crate::source::{Entry, FileId, Node, Place, Text, Value, Why};

pub(super) use functions::moved;
pub(super) use show::show;
pub(super) use typed::typed;

/// How deep expressions may stand in each other, over all that they refer to.
const MAX_DEPTH: usize = 192;

/// Terraform would refuse it, or it takes too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Invalid;

pub(super) type Evaluated = Result<Node, Invalid>;

/// A name that stands for a value in a part of an expression: `each`, the variable of a `for`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'s> {
    pub(super) name: &'s str,
    pub(super) value: &'s Node,
    pub(super) outer: Option<&'s Frame<'s>>,
}

/// Where an expression is worked out.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    pub(super) world: &'s World<'a>,
    instance: &'s Rc<Instance<'a>>,
    file: FileId,
    frame: Option<&'s Frame<'s>>,
    depth: usize,
}

/// A value that is not known.
pub(super) fn unknown(symbol: impl Into<String>, why: Why, at: Place) -> Node {
    Node::scalar(Text::unknown(symbol, why, at), true)
}

/// Why something made of these values is not known.
fn why(of: &[&Node]) -> Why {
    let mut found = None;
    for node in of {
        node.walk(&mut |node| {
            let first = node.text().and_then(|text| text.unknowns().next().map(|unknown| unknown.why));
            found = found.or(first);
        });
    }
    found.unwrap_or(Why::Expression)
}

/// Whether all of a value is known.
fn is_known(node: &Node) -> bool {
    let mut known = true;
    node.walk(&mut |node| known &= node.text().is_none_or(|text| text.known().is_some()));
    known
}

impl<'s, 'a> Scope<'s, 'a> {
    pub(super) fn new(
        world: &'s World<'a>,
        instance: &'s Rc<Instance<'a>>,
        frame: Option<&'s Frame<'s>>,
        depth: usize,
    ) -> Self {
        Self { world, instance, file: FileId(0), frame, depth }
    }

    /// The value of what is written somewhere.
    pub(super) fn eval(&self, written: Written<'_>) -> Evaluated {
        Scope { file: written.file, ..*self }.expression(written.expression)
    }

    /// What to call an expression that cannot be worked out.
    pub(super) fn symbol_of(&self, written: Written<'_>) -> String {
        Scope { file: written.file, ..*self }.symbol(written.expression)
    }

    fn place(&self, of: &impl hcl_edit::Span) -> Place {
        place(self.file, of)
    }

    /// As it is written, with what the names in it stand for.
    fn symbol(&self, expression: &Expression) -> String {
        let text = self.world.sources.text(self.place(expression));
        let mut symbol = self.world.symbol(self.instance, &text.split_whitespace().collect::<Vec<_>>().join(" "));
        let frames = std::iter::successors(self.frame, |frame| frame.outer);
        for frame in frames {
            symbol.push_str(" with ");
            symbol.push_str(frame.name);
            symbol.push_str(" = ");
            symbol.push_str(&show(frame.value));
        }
        show::shortened(symbol)
    }

    fn open(&self, expression: &Expression, of: &[&Node]) -> Node {
        unknown(self.symbol(expression), why(of), self.place(expression))
    }

    /// The value of an expression of this file.
    fn expression(&self, expression: &Expression) -> Evaluated {
        self.world.charge(1)?;
        let scope = Scope { depth: self.depth + 1, ..*self };
        if scope.depth > MAX_DEPTH {
            return Err(Invalid);
        }
        let at = scope.place(expression);
        let literal = |text: String, quoted| Node::scalar(Text::literal(text, at), quoted);
        match expression {
            Expression::Null(_) => Ok(Node { place: at, value: Value::Null }),
            Expression::Bool(value) => Ok(literal(value.value().to_string(), false)),
            Expression::Number(number) => Ok(literal(number.value().to_string(), false)),
            Expression::String(text) => Ok(literal(text.value().clone(), true)),
            Expression::Array(array) => {
                let items = array.iter().map(|item| scope.expression(item)).collect::<Result<_, _>>()?;
                Ok(Node { place: at, value: Value::Sequence(items) })
            }
            Expression::Object(object) => scope.object(expression, object),
            Expression::StringTemplate(template) => scope.template(template.iter(), at),
            Expression::HeredocTemplate(heredoc) => scope.template(heredoc.template.iter(), at),
            Expression::Parenthesis(inner) => scope.expression(inner.inner()),
            Expression::Variable(name) => scope.access(expression, name, &[]),
            Expression::Traversal(traversal) => match &traversal.expr {
                Expression::Variable(name) => scope.access(expression, name, &traversal.operators),
                base => scope.walk(&scope.expression(base)?, &traversal.operators, at),
            },
            Expression::Conditional(conditional) => scope.conditional(expression, conditional),
            Expression::FuncCall(call) => scope.call(expression, call),
            Expression::UnaryOp(operation) => scope.unary(expression, operation),
            Expression::BinaryOp(operation) => scope.binary(expression, operation),
            Expression::ForExpr(repeated) => scope.repeated(expression, repeated),
        }
    }

    fn object(&self, whole: &Expression, object: &Object) -> Evaluated {
        let mut entries = Vec::with_capacity(object.len());
        for (key, value) in object {
            let value = self.expression(value.expr())?;
            let name = match key {
                ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
                ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
                ObjectKey::Expression(expression) => self.expression(expression)?.known().map(str::to_owned),
            };
            let Some(name) = name else { return Ok(self.open(whole, &[&value])) };
            entries.push(Entry { key: name, key_place: self.place(key), value });
        }
        Ok(Node { place: self.place(whole), value: Value::Mapping(entries) })
    }

    fn conditional(&self, whole: &Expression, conditional: &hcl_edit::expr::Conditional) -> Evaluated {
        let condition = self.expression(&conditional.cond_expr)?;
        match condition.known() {
            Some("true") => return self.expression(&conditional.true_expr),
            Some("false") => return self.expression(&conditional.false_expr),
            Some(_) => return Err(Invalid),
            None => {}
        }
        let (yes, no) = (self.expression(&conditional.true_expr), self.expression(&conditional.false_expr));
        match (yes, no) {
            (Ok(yes), Ok(no)) if show(&yes) == show(&no) => Ok(yes),
            (Ok(yes), Ok(no)) => {
                let symbol = format!("{} ? {} : {}", show(&condition), show(&yes), show(&no));
                Ok(unknown(show::shortened(symbol), why(&[&condition]), self.place(whole)))
            }
            _ => Ok(self.open(whole, &[&condition])),
        }
    }

    fn call(&self, whole: &Expression, call: &FuncCall) -> Evaluated {
        let name: &Ident = &call.name.name;
        match name.as_str() {
            _ if call.name.is_namespaced() => Ok(self.open(whole, &[])),
            "try" => self.first_valid(call),
            "can" => {
                let valid = call.args.get(0).is_some_and(|argument| self.expression(argument).is_ok());
                Ok(Node::scalar(Text::literal(valid.to_string(), self.place(whole)), false))
            }
            name => {
                let mut arguments = Vec::with_capacity(call.args.len());
                for argument in call.args.iter() {
                    arguments.push(self.expression(argument)?);
                }
                if call.args.expand_final() {
                    match arguments.pop().map(|last| last.value) {
                        Some(Value::Sequence(items)) => arguments.extend(items),
                        _ => return Ok(self.open(whole, &[])),
                    }
                }
                functions::call(self, name, arguments, self.place(whole))
            }
        }
    }

    fn first_valid(&self, call: &FuncCall) -> Evaluated {
        call.args.iter().map(|argument| self.expression(argument)).find(Result::is_ok).unwrap_or(Err(Invalid))
    }
}
