//! Which writes wait for each other.
//!
//! Azure Resource Manager deploys at once whatever does not depend on another resource.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::declared::{Declared, Step};
use super::evaluate::{Locals, Scope};
use super::template::{Expr, Kind, Statement};

/// Whether nothing orders the two writes; `false` where that cannot be told.
pub(super) fn at_once(a: &Declared<'_>, b: &Declared<'_>) -> bool {
    if a.conditional || b.conditional {
        return false;
    }
    let Some((x, y)) = a.trail.iter().zip(&b.trail).find(|(x, y)| x.at != y.at || x.index != y.index) else {
        return false;
    };
    if x.at == y.at {
        return !is_serial(x);
    }
    !waits(&x.scope, x.at, y.at) && !waits(&x.scope, y.at, x.at)
}

/// Whether the rounds of a loop that stands for an unknown number of them are written at once.
pub(super) fn rounds_at_once(declared: &Declared<'_>) -> bool {
    let looped = |step: &Step<'_>| step.scope.statement(step.at).is_some_and(|statement| statement.each.is_some());
    declared.repeated
        && !declared.conditional
        && declared.trail.iter().rfind(|step| looped(step)).is_some_and(|step| !is_serial(step))
}

/// Whether a loop does one round after the other.
fn is_serial(step: &Step<'_>) -> bool {
    let Some(statement) = step.scope.statement(step.at) else { return true };
    let each = statement.each.as_ref();
    each.is_none_or(|each| each.serial) || needs(&step.scope, step.at).is_none_or(|needs| needs.contains(&step.at))
}

/// Whether one statement comes after another; so it is where its dependencies cannot be told.
fn waits(scope: &Rc<Scope<'_>>, statement: usize, other: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![statement];
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        let Some(needs) = needs(scope, at) else { return true };
        if needs.contains(&other) {
            return true;
        }
        open.extend(needs.iter());
    }
    false
}

/// What a statement waits for; `None` where that is not known.
fn needs(scope: &Rc<Scope<'_>>, at: usize) -> Option<Rc<BTreeSet<usize>>> {
    if let Some(known) = scope.needs.borrow().get(&at) {
        return known.clone();
    }
    let found = found_needs(scope, at).map(Rc::new);
    scope.needs.borrow_mut().insert(at, found.clone());
    found
}

fn found_needs<'a>(scope: &Rc<Scope<'a>>, at: usize) -> Option<BTreeSet<usize>> {
    let statement = scope.statement(at)?;
    let mut found: BTreeSet<usize> = statement.parent.into_iter().collect();
    let mut parts: Vec<&'a Expr> = vec![&statement.body];
    parts.extend(&statement.condition);
    for part in parts {
        part.walk(&mut |expr| found.extend(named(scope, expr)));
    }
    for dependency in dependencies(statement)? {
        found.extend(of_dependency(scope, dependency)?);
    }
    Some(found)
}

/// The statement that a symbol in an expression names.
fn named<'a>(scope: &Rc<Scope<'a>>, expr: &'a Expr) -> Option<usize> {
    match expr {
        Expr::Name { name, .. } => {
            scope.template.statements.iter().position(|statement| statement.symbol.as_ref() == Some(name))
        }
        Expr::Call { function, .. } if function.eq_ignore_ascii_case("reference") => {
            scope.resolve(expr, &Locals::new()).map(|(at, _)| at)
        }
        _ => None,
    }
}

/// The entries of `dependsOn`; `None` where they are not written out.
fn dependencies(statement: &Statement) -> Option<Vec<&Expr>> {
    match statement.body.get("dependsOn") {
        None => Some(Vec::new()),
        Some(Expr::Array { items, .. }) => items.iter().map(|item| (!item.spread).then_some(&item.value)).collect(),
        Some(_) => None,
    }
}

/// The statements that one entry of `dependsOn` names: by symbol, by name, by id, or the loop by its name.
fn of_dependency<'a>(scope: &Rc<Scope<'a>>, expr: &'a Expr) -> Option<Vec<usize>> {
    if let Some(at) = named(scope, expr) {
        return Some(vec![at]);
    }
    if let Expr::Index { of, .. } | Expr::Member { of, .. } = expr {
        return of_dependency(scope, of);
    }
    let wanted = scope.text(expr, &Locals::new());
    let is_meant = |at: usize, statement: &Statement| {
        let looped = statement.each.as_ref().and_then(|each| each.name.as_deref());
        let by_name = |name: Option<&str>| name.zip(wanted.known()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
        if by_name(looped) || by_name(statement.symbol.as_deref()) {
            return true;
        }
        let mut rounds = scope.rounds(at, &Locals::new()).into_iter();
        rounds.any(|round| {
            let id = scope.id(at, &round.locals);
            let full = scope.full_name(at, &round.locals);
            let ends =
                wanted.known().is_some_and(|wanted| full.known().is_some_and(|full| wanted.eq_ignore_ascii_case(full)));
            id == wanted || full == wanted || ends || kind_and_name(statement, &full, &wanted)
        })
    };
    let found: Vec<usize> = scope
        .template
        .statements
        .iter()
        .enumerate()
        .filter(|(at, statement)| is_meant(*at, statement))
        .map(|(at, _)| at)
        .collect();
    // What is not in this template is there before it.
    (!found.is_empty() || wanted.known().is_some()).then_some(found)
}

/// `Microsoft.ManagedIdentity/userAssignedIdentities/id-deploy`, as older templates write it.
fn kind_and_name(statement: &Statement, full: &crate::source::Text, wanted: &crate::source::Text) -> bool {
    let (Kind::Resource(kind), Some(full), Some(wanted)) = (&statement.kind, full.known(), wanted.known()) else {
        return false;
    };
    wanted.eq_ignore_ascii_case(&format!("{kind}/{full}"))
}
