//! Functions over lists, sets and maps.

use super::super::{Invalid, is_known, show};
use super::{Made, bare, items, known_text, sequence};
use crate::source::{Entry, Node, Place, Value};

/// The most that a product may have.
const MAX_PRODUCT: usize = 1 << 16;

pub(super) fn call(name: &str, arguments: &[Node], at: Place) -> Made {
    Ok(match (name, arguments) {
        ("toset" | "setunion", lists) => lists
            .iter()
            .map(items)
            .collect::<Option<Vec<_>>>()
            .map_or_else(|| alone(lists), |lists| Some(sequence(distinct(lists.concat()), at))),
        (
            "tolist" | "tomap" | "tostring" | "tonumber" | "tobool" | "sensitive" | "nonsensitive" | "ephemeralasnull",
            [value],
        ) => Some(value.clone()),
        ("distinct", [list]) => items(list).map(|list| sequence(distinct(list.to_vec()), at)),
        ("concat", lists) => {
            lists.iter().map(items).collect::<Option<Vec<_>>>().map(|lists| sequence(lists.concat(), at))
        }
        ("flatten", [list]) => flatten(list, at),
        ("merge", maps) => merge(maps, at),
        ("keys", [Node { value: Value::Mapping(entries), .. }]) => {
            Some(sequence(sorted(entries).map(|entry| known_text(entry.key.clone(), entry.key_place)).collect(), at))
        }
        ("values", [Node { value: Value::Mapping(entries), .. }]) => {
            Some(sequence(sorted(entries).map(|entry| entry.value.clone()).collect(), at))
        }
        _ => part(name, arguments, at)?.or(list(name, arguments, at)?),
    })
}

/// What looks for a part of a collection.
fn part(name: &str, arguments: &[Node], at: Place) -> Made {
    Ok(match (name, arguments) {
        ("lookup", [map, key]) => lookup(map, key)?,
        ("lookup", [map @ Node { value: Value::Mapping(_), .. }, key, default]) => {
            key.known().map(|key| map.get(key).unwrap_or(default).clone())
        }
        ("element", [list, index]) => element(list, index)?,
        ("contains", [list, item]) => {
            let all_known = items(list).is_some_and(|_| is_known(list)) && is_known(item);
            let found = items(list).is_some_and(|list| list.iter().any(|own| show(own) == show(item)));
            if found || all_known { Some(bare(found.to_string(), at)) } else { None }
        }
        ("length", [value]) => length(value).map(|length| bare(length.to_string(), at)),
        ("coalesce", values) => coalesce(values)?,
        ("coalescelist", lists) => first_filled(lists)?,
        _ => None,
    })
}

/// What makes a list of others.
fn list(name: &str, arguments: &[Node], at: Place) -> Made {
    Ok(match (name, arguments) {
        ("compact", [list]) => items(list).map(|list| {
            let kept = list.iter().filter(|item| !item.is_null() && item.known() != Some(""));
            sequence(kept.cloned().collect(), at)
        }),
        ("reverse", [list]) => items(list).map(|list| sequence(list.iter().rev().cloned().collect(), at)),
        ("sort", [list]) if is_known(list) => items(list).map(|list| {
            let mut list = list.to_vec();
            list.sort_by(|a, b| a.known().cmp(&b.known()));
            sequence(list, at)
        }),
        ("one", [list]) => match items(list) {
            Some([]) => Some(Node { place: at, value: Value::Null }),
            Some([only]) => Some(only.clone()),
            Some(_) => return Err(Invalid),
            None => None,
        },
        ("slice", [list, from, to]) => items(list)
            .zip(number(from).zip(number(to)))
            .map(|(list, (from, to))| list.get(from..to).map(|part| sequence(part.to_vec(), at)).ok_or(Invalid))
            .transpose()?,
        ("range", bounds) => range(bounds, at)?,
        ("zipmap", [keys, values]) => zipmap(keys, values, at),
        ("setproduct", lists) => product(lists, at)?,
        _ => None,
    })
}

/// One value that is not known stays what it is.
fn alone(values: &[Node]) -> Option<Node> {
    match values {
        [only @ Node { value: Value::Scalar { .. }, .. }] => Some(only.clone()),
        _ => None,
    }
}

fn distinct(list: Vec<Node>) -> Vec<Node> {
    let mut seen = std::collections::HashSet::new();
    list.into_iter().filter(|item| seen.insert(show(item))).collect()
}

fn sorted(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries.into_iter()
}

fn flatten(list: &Node, at: Place) -> Option<Node> {
    fn into(list: &[Node], flat: &mut Vec<Node>) {
        for item in list {
            match &item.value {
                Value::Sequence(inner) => into(inner, flat),
                _ => flat.push(item.clone()),
            }
        }
    }
    let mut flat = Vec::new();
    into(items(list)?, &mut flat);
    Some(sequence(flat, at))
}

fn merge(maps: &[Node], at: Place) -> Option<Node> {
    let mut merged: Vec<Entry> = Vec::new();
    let mut positions = std::collections::HashMap::new();
    for map in maps {
        let entries = match &map.value {
            Value::Mapping(entries) => entries,
            Value::Null => continue,
            _ => return None,
        };
        for entry in entries {
            let position = *positions.entry(entry.key.as_str()).or_insert(merged.len());
            match merged.get_mut(position) {
                Some(known) => known.value = entry.value.clone(),
                None => merged.push(entry.clone()),
            }
        }
    }
    Some(Node { place: at, value: Value::Mapping(merged) })
}

fn lookup(map: &Node, key: &Node) -> Made {
    match (&map.value, key.known()) {
        (Value::Mapping(_), Some(key)) => map.get(key).cloned().map(Some).ok_or(Invalid),
        _ => Ok(None),
    }
}

fn number(node: &Node) -> Option<usize> {
    node.known()?.parse().ok()
}

fn element(list: &Node, index: &Node) -> Made {
    let Some((list, index)) = items(list).zip(number(index)) else { return Ok(None) };
    let index = index.checked_rem(list.len()).ok_or(Invalid)?;
    Ok(list.get(index).cloned())
}

fn length(value: &Node) -> Option<usize> {
    match &value.value {
        Value::Sequence(items) => Some(items.len()),
        Value::Mapping(entries) => Some(entries.len()),
        Value::Scalar { text, .. } => text.known().map(|text| text.chars().count()),
        Value::Null => None,
    }
}

fn coalesce(values: &[Node]) -> Made {
    for value in values {
        match value.text().map(crate::source::Text::known) {
            Some(None) => return Ok(None),
            Some(Some("")) => {}
            _ if value.is_null() => {}
            _ => return Ok(Some(value.clone())),
        }
    }
    Err(Invalid)
}

fn first_filled(lists: &[Node]) -> Made {
    for list in lists {
        match items(list) {
            None => return Ok(None),
            Some([]) => {}
            Some(_) => return Ok(Some(list.clone())),
        }
    }
    Err(Invalid)
}

fn range(bounds: &[Node], at: Place) -> Made {
    let Some(bounds) = bounds.iter().map(number).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let (from, to) = match bounds.as_slice() {
        [to] => (0, *to),
        [from, to] => (*from, *to),
        _ => return Ok(None),
    };
    if to.saturating_sub(from) > MAX_PRODUCT {
        return Err(Invalid);
    }
    Ok(Some(sequence((from..to).map(|number| bare(number.to_string(), at)).collect(), at)))
}

fn zipmap(keys: &Node, values: &Node, at: Place) -> Option<Node> {
    let entries = items(keys)?
        .iter()
        .zip(items(values)?)
        .map(|(key, value)| Some(Entry { key: key.known()?.to_owned(), key_place: key.place, value: value.clone() }));
    Some(Node { place: at, value: Value::Mapping(entries.collect::<Option<_>>()?) })
}

fn product(lists: &[Node], at: Place) -> Made {
    let Some(lists) = lists.iter().map(items).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let size = lists.iter().try_fold(1_usize, |size, list| size.checked_mul(list.len()));
    if size.is_none_or(|size| size > MAX_PRODUCT) {
        return Err(Invalid);
    }
    let mut rows: Vec<Vec<Node>> = vec![Vec::new()];
    for list in lists {
        let longer = |row: &Vec<Node>| {
            list.iter().map(|item| [row.as_slice(), std::slice::from_ref(item)].concat()).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    Ok(Some(sequence(rows.into_iter().map(|row| sequence(row, at)).collect(), at)))
}
