//! The members of a list, a page, several pages or a single object.

use serde_json::Value;

use super::ReadError;
use super::fields::kind;

/// The objects of a document and what surrounds them.
pub(super) struct Members<'a> {
    pub(super) items: Vec<&'a Value>,
    /// Whether the document is a list or a page, which may be empty.
    pub(super) is_list: bool,
    /// Whether the last page says that more follow.
    pub(super) truncated: bool,
    /// `@odata.context` of the page or object.
    pub(super) context: Option<&'a str>,
}

impl<'a> Members<'a> {
    pub(super) fn of(json: &'a Value) -> Result<Self, ReadError> {
        match json {
            Value::Array(pages) if !pages.is_empty() && pages.iter().all(|page| values(page).is_some()) => {
                Ok(Self::pages(pages))
            }
            Value::Array(items) => {
                Ok(Self { items: items.iter().collect(), is_list: true, truncated: false, context: None })
            }
            Value::Object(_) if values(json).is_some() => Ok(Self::pages(std::slice::from_ref(json))),
            Value::Object(_) => {
                Ok(Self { items: vec![json], is_list: false, truncated: false, context: context(json) })
            }
            other => Err(ReadError::Shape(format!("expected a list or an object, but found {}", kind(other)))),
        }
    }

    fn pages(pages: &'a [Value]) -> Self {
        Self {
            items: pages.iter().filter_map(values).flatten().collect(),
            is_list: true,
            truncated: pages.last().is_some_and(has_next),
            context: pages.first().and_then(context),
        }
    }
}

fn values(page: &Value) -> Option<&Vec<Value>> {
    page.get("value").or_else(|| page.get("Value"))?.as_array()
}

fn has_next(page: &Value) -> bool {
    let links = ["@odata.nextLink", "nextLink", "odata.nextLink"];
    links.iter().filter_map(|name| page.get(name)?.as_str()).any(|link| !link.is_empty())
}

fn context(json: &Value) -> Option<&str> {
    json.get("@odata.context")?.as_str()
}
