//! Every resource that a root declares, its modules and loops unfolded.

use std::rc::Rc;

use super::evaluate::{Iteration, Scope, member_of};
use super::template::{Expr, Kind, Statement};
use crate::source::{Node, Text, Value};

/// How deep modules may deploy modules.
const DEEPEST: usize = 10;
/// How many resources of one root are looked at.
const MOST_DECLARED: usize = 4_000;

/// A resource in one round of its loops.
pub(super) struct Declared<'a> {
    pub(super) scope: Rc<Scope<'a>>,
    pub(super) at: usize,
    pub(super) statement: &'a Statement,
    pub(super) kind: String,
    pub(super) iteration: Iteration,
    /// The way from the root to it.
    pub(super) trail: Vec<Step<'a>>,
    /// It stands for an unknown number of them.
    pub(super) repeated: bool,
    /// Whether it is deployed at all is not known.
    pub(super) conditional: bool,
}

/// One statement on the way.
#[derive(Clone)]
pub(super) struct Step<'a> {
    pub(super) scope: Rc<Scope<'a>>,
    pub(super) at: usize,
    pub(super) index: Option<usize>,
}

/// What a template deploys into, as the statements around it have it.
struct Around<'a> {
    trail: Vec<Step<'a>>,
    repeated: bool,
    conditional: bool,
}

/// Unfolds a root.
pub(super) fn all<'a>(scope: &Rc<Scope<'a>>) -> Vec<Declared<'a>> {
    let mut out = Vec::new();
    unfold(scope, &Around { trail: Vec::new(), repeated: false, conditional: false }, &mut out);
    out
}

fn unfold<'a>(scope: &Rc<Scope<'a>>, around: &Around<'a>, out: &mut Vec<Declared<'a>>) {
    if around.trail.len() > DEEPEST {
        return;
    }
    let locals = scope.outer.as_ref().map(|(_, locals)| locals.clone()).unwrap_or_default();
    for (at, statement) in scope.template.statements.iter().enumerate() {
        for iteration in scope.rounds(at, &locals) {
            if out.len() >= MOST_DECLARED {
                return;
            }
            let Some(conditional) = condition(scope, at, &iteration) else { continue };
            let mut trail = around.trail.clone();
            trail.push(Step { scope: Rc::clone(scope), at, index: iteration.index });
            let repeated = around.repeated || iteration.repeated;
            let conditional = around.conditional || conditional;
            match &statement.kind {
                Kind::Resource(kind) => out.push(Declared {
                    scope: Rc::clone(scope),
                    at,
                    statement,
                    kind: kind.to_ascii_lowercase(),
                    iteration,
                    trail,
                    repeated,
                    conditional,
                }),
                _ => {
                    if let Some(inside) = scope.deployed(at, &iteration) {
                        unfold(&inside, &Around { trail, repeated, conditional }, out);
                    }
                }
            }
        }
    }
}

/// Whether it hangs on a condition; `None` where it is not deployed.
fn condition<'a>(scope: &Rc<Scope<'a>>, at: usize, iteration: &Iteration) -> Option<bool> {
    let statement = scope.statement(at)?;
    let outer = match statement.parent {
        Some(parent) if parent < at => condition(scope, parent, iteration)?,
        _ => false,
    };
    let Some(condition) = &statement.condition else { return Some(outer) };
    match scope.value(condition, &iteration.locals).boolean() {
        Some(true) => Some(outer),
        Some(false) => None,
        None => Some(true),
    }
}

impl<'a> Declared<'a> {
    /// The value at the end of several keys of what is written.
    pub(super) fn get(&self, path: &[&str]) -> Option<Node> {
        self.look(&self.statement.body, path).filter(|node| !node.is_null())
    }

    pub(super) fn text(&self, path: &[&str]) -> Option<Text> {
        self.get(path).and_then(|node| node.text().cloned())
    }

    fn look(&self, expr: &'a Expr, path: &[&str]) -> Option<Node> {
        let locals = &self.iteration.locals;
        match (expr, path.split_first()) {
            (_, None) => Some(self.scope.value(expr, locals)),
            (Expr::Object { .. }, Some((first, rest))) if expr.get(first).is_some() => {
                self.look(expr.get(first)?, rest)
            }
            (_, Some(_)) => {
                let value = self.scope.value(expr, locals);
                path.iter().try_fold(value, |value, name| match &value.value {
                    Value::Mapping(_) => value.entry_ignoring_case(name).map(|entry| entry.value.clone()),
                    Value::Scalar { text, .. } if text.known().is_none() => Some(member_of(&value, name, value.place)),
                    _ => None,
                })
            }
        }
    }

    /// The parts of its name.
    pub(super) fn names(&self) -> Vec<Text> {
        self.scope.names(self.at, &self.iteration.locals)
    }
}
