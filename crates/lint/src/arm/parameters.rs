//! Which parameters belong to which template.

use std::collections::BTreeMap;

use super::template::{Expr, Template};
use crate::source::folder;

/// The template that a JSON file with parameters is for, by its name and by the parameters it has.
pub(super) fn template_for<'p>(
    path: &str,
    values: &BTreeMap<String, Expr>,
    templates: &BTreeMap<&'p str, &Template>,
) -> Option<&'p str> {
    let own = folder(path);
    let folders = [own, folder(own)];
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    for place in folders {
        let beside = templates.iter().filter(|(path, template)| folder(path) == place && !template.generated);
        let declares = |template: &Template| values.keys().all(|key| template.parameters.contains_key(key));
        let by_name = beside
            .clone()
            .filter(|(path, _)| name.starts_with(&format!("{}.", stem(path))))
            .max_by_key(|(path, template)| (declares(template), stem(path).len(), path.ends_with(".bicep")));
        if let Some((path, _)) = by_name {
            return Some(path);
        }
        let mut by_parameters = beside.filter(|(_, template)| !values.is_empty() && declares(template));
        if let (Some((path, _)), None) = (by_parameters.next(), by_parameters.next()) {
            return Some(path);
        }
    }
    None
}

/// The file name without its extension, in lower case.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_ascii_lowercase()
}
