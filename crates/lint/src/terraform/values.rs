//! The values that `.tfvars` files give to the variables of root modules.

use std::collections::{BTreeMap, BTreeSet};

use super::module::{Module, Written};
use crate::facts;
use crate::source::{Sources, folder};

/// How many modules one file of values may be for.
const MAX_ROOTS: usize = 64;

/// The values for one root module.
#[derive(Debug, Default)]
pub(super) struct Values<'a> {
    /// From the files that Terraform loads by itself; a later file overrides an earlier one.
    pub(super) loaded: BTreeMap<&'a str, Written<'a>>,
    /// From each of the files that somebody has to name on the command line.
    pub(super) alternatives: Vec<BTreeMap<&'a str, Written<'a>>>,
}

/// The values for each root, in the roots' order.
///
/// A file that is not loaded by itself belongs to the module of its folder, of the nearest folder above it, or else
/// to whatever root modules are nearest beside it.
pub(super) fn of_roots<'a>(sources: &'a Sources, facts: &'a [facts::Facts], roots: &[&Module<'a>]) -> Vec<Values<'a>> {
    let positions: BTreeMap<&str, usize> = roots.iter().enumerate().map(|(at, root)| (root.folder, at)).collect();
    let mut values: Vec<Values<'a>> = roots.iter().map(|_| Values::default()).collect();
    let mut files: Vec<_> = facts.iter().filter_map(|facts| facts.terraform.values.as_ref()).collect();
    files.sort_by_key(|file| !sources.file(file.id).path.ends_with("terraform.tfvars"));
    for file in files {
        let path = sources.file(file.id).path.as_str();
        let given: BTreeMap<_, _> = file
            .body
            .attributes()
            .map(|attribute| (attribute.key.as_str(), Written { file: file.id, expression: &attribute.value }))
            .collect();
        let own = positions.get(folder(path)).and_then(|at| values.get_mut(*at));
        match own {
            Some(own) if is_loaded(path) => own.loaded.extend(given),
            _ => {
                for at in nearest(folder(path), &positions) {
                    if let Some(values) = values.get_mut(at) {
                        values.alternatives.push(given.clone());
                    }
                }
            }
        }
    }
    values
}

fn is_loaded(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

/// The root of the nearest folder upwards that is one; where there is none, the roots below the nearest that has any.
fn nearest(folder_of_file: &str, positions: &BTreeMap<&str, usize>) -> BTreeSet<usize> {
    let ancestors = || std::iter::successors(Some(folder_of_file), |at| (!at.is_empty()).then(|| folder(at)));
    if let Some(at) = ancestors().find_map(|folder| positions.get(folder)) {
        return BTreeSet::from([*at]);
    }
    let below = |ancestor: &str| -> BTreeSet<usize> {
        if ancestor.is_empty() {
            return positions.values().copied().collect();
        }
        let prefix = format!("{ancestor}/");
        let from = positions.range(prefix.as_str()..);
        from.take_while(|(folder, _)| folder.starts_with(&prefix)).map(|(_, at)| *at).collect()
    };
    ancestors().map(below).find(|found| !found.is_empty()).filter(|found| found.len() <= MAX_ROOTS).unwrap_or_default()
}
