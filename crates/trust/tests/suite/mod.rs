//! The exchanges of `decisions.json`: an accepted one of each kind, and the changes that make each other case of them.

use serde_json::{Map, Value};

/// An exchange case and the answer it expects: a code, `accepted` or `cannot-tell`.
pub(crate) struct Exchange {
    pub(crate) name: String,
    pub(crate) expect: String,
    pub(crate) case: Value,
}

/// The whole suite, the accepted exchanges by themselves.
pub(crate) fn document() -> Value {
    serde_json::from_str(include_str!("../decisions.json")).unwrap()
}

/// Every case of the suite.
pub(crate) fn exchanges() -> Vec<Exchange> {
    let document = document();
    document["cases"].as_array().unwrap().iter().map(|case| exchange(case, &document["bases"])).collect()
}

fn exchange(case: &Value, bases: &Value) -> Exchange {
    let name = case["case"].as_str().unwrap().to_owned();
    let mut exchange = bases[case["base"].as_str().unwrap()].clone();
    exchange["case"] = Value::String(name.clone());
    for (path, value) in case["set"].as_object().unwrap() {
        set(&mut exchange, path, value.clone());
    }
    for path in case["remove"].as_array().unwrap() {
        remove(&mut exchange, path.as_str().unwrap());
    }
    Exchange { name, expect: case["expect"].as_str().unwrap().to_owned(), case: exchange }
}

/// Sets the value at a JSON pointer; in a list it is put in before that place.
pub(crate) fn set(value: &mut Value, path: &str, new: Value) {
    let (parent, key) = path.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Array(items) => items.insert(key.parse::<usize>().unwrap().min(items.len()), new),
        parent => parent[key] = new,
    }
}

fn remove(value: &mut Value, path: &str) {
    let (parent, key) = path.rsplit_once('/').unwrap();
    let parent: &mut Map<String, Value> = value.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
    assert!(parent.remove(key).is_some(), "nothing at {path}");
}
