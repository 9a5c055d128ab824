//! Which credentials of one identity Terraform writes at the same time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_traversal};

use super::super::module::Module;
use super::Definitions;

/// A credential that nothing but the order of its block keeps apart from others.
#[derive(Debug)]
pub(super) struct Write {
    /// Its position among the credentials.
    pub(super) credential: usize,
    /// The path of its module.
    pub(super) module: String,
    /// The address of its block in the module.
    pub(super) address: String,
    /// It stands for several.
    pub(super) open: bool,
    /// What is made before it.
    pub(super) after: Reached,
}

/// The blocks that a block refers to, however far.
#[derive(Clone, Debug)]
pub(super) struct Reached(Arc<BTreeSet<String>>);

impl Reached {
    pub(super) fn from(module: &Module<'_>, address: &str) -> Self {
        let mut reached = BTreeSet::new();
        let mut open = vec![address.to_owned()];
        while let Some(next) = open.pop() {
            let mut found = References::default();
            if let Some(resource) = module.resources.get(&next) {
                found.visit_block(resource.declared.block);
            } else if let Some(local) = next.strip_prefix("local.").and_then(|name| module.locals.get(name)) {
                found.visit_expr(local.expression);
            }
            for reference in found.names {
                if reached.insert(reference.clone()) {
                    open.push(reference);
                }
            }
        }
        Self(Arc::new(reached))
    }

    fn has(&self, address: &str) -> bool {
        self.0.contains(address)
    }
}

/// The addresses that an expression mentions.
#[derive(Default)]
struct References {
    names: Vec<String>,
}

impl Visit for References {
    fn visit_traversal(&mut self, traversal: &Traversal) {
        if let Expression::Variable(first) = &traversal.expr {
            let names = traversal.operators.iter().map_while(|operator| match operator.value() {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                _ => None,
            });
            let depth = if first.as_str() == "data" { 2 } else { 1 };
            let parts: Vec<&str> = std::iter::once(first.as_str()).chain(names.take(depth)).collect();
            self.names.push(parts.join("."));
        }
        visit_traversal(self, traversal);
    }
}

/// Marks the credentials that are written at the same time as another one of their identity.
pub(super) fn mark(out: &mut Definitions) {
    let owner = |write: &Write| out.credentials.get(write.credential).map(|credential| credential.owner.to_string());
    let mut by_owner: HashMap<(Option<String>, &str), Vec<&Write>> = HashMap::new();
    for write in &out.writes {
        by_owner.entry((owner(write), &write.module)).or_default().push(write);
    }
    let mut concurrent: Vec<usize> = Vec::new();
    for write in &out.writes {
        let Some(siblings) = by_owner.get(&(owner(write), write.module.as_str())) else { continue };
        let beside = |other: &&&Write| {
            let same_block = other.address == write.address;
            let ordered = write.after.has(&other.address) || other.after.has(&write.address);
            other.credential != write.credential && (same_block || !ordered)
        };
        // Where many are written, the first ones tell.
        if write.open || siblings.iter().take(64).any(|other| beside(&other)) {
            concurrent.push(write.credential);
        }
    }
    for at in concurrent {
        if let Some(credential) = out.credentials.get_mut(at) {
            credential.unordered = true;
        }
    }
}

/// Whether a version constraint allows only versions before 3.40.0.
pub(super) fn is_before_3_40(constraint: &str) -> bool {
    constraint.split(',').map(str::trim).any(|part| {
        let version = part.trim_start_matches(['=', '<', '>', '~', '!', ' ']);
        let operator = part.get(..part.len() - version.len()).unwrap_or_default().trim();
        let numbers: Vec<u32> = version.trim().split('.').map_while(|number| number.parse().ok()).collect();
        let is_old = numbers.as_slice() < [3, 40].as_slice();
        match (operator, numbers.len()) {
            (_, 0) => false,
            ("" | "=" | "<=", _) => is_old,
            ("<", _) => numbers.as_slice() <= [3, 40, 0].as_slice(),
            // `~> 3.39` allows 3.40, `~> 3.39.0` does not.
            ("~>", 1 | 2) => numbers.first().is_some_and(|major| *major < 3),
            ("~>", _) => is_old,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::is_before_3_40;

    #[test]
    fn versions() {
        for (constraint, old) in [
            ("3.39.1", true),
            ("= 3.40.0", false),
            ("~> 3.0", false),
            ("~> 3.20.0", true),
            (">= 3.0, < 3.40", true),
            (">= 3.0, < 4.0", false),
            ("~> 2.99", true),
            (">= 2.0", false),
            ("~> 4.1", false),
            ("!= 3.1.0", false),
            ("", false),
        ] {
            assert_eq!(is_before_3_40(constraint), old, "{constraint}");
        }
    }
}
