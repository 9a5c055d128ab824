//! The query options of a request, and the pages of a list.

use serde_json::{Map, Value};

use super::{Filter, Problem};

/// How many objects a page has where `$top` says nothing, and at most.
const PAGE: usize = 100;
const MAX_PAGE: usize = 999;

/// `$filter`, `$select`, `$top`, `$skiptoken`, `$count`. Other options are tolerated and have no effect.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    pub(super) filter: Option<Filter>,
    select: Vec<String>,
    top: Option<usize>,
    skip: usize,
    count: bool,
    /// All options but `$skiptoken`, as they were sent.
    others: Vec<(String, String)>,
}

/// A page of a list.
pub(super) struct Page {
    pub(super) objects: Vec<Value>,
    /// How many there are on all pages, where that was asked.
    pub(super) count: Option<usize>,
    /// The query of the next page.
    pub(super) next: Option<String>,
}

impl Query {
    /// Reads a query string; `%20` and `+` are both blanks.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let option = name.trim_start_matches('$').to_ascii_lowercase();
            match option.as_str() {
                "filter" => query.filter = Some(Filter::parse(&value)?),
                "select" => query.select = value.split(',').map(|name| name.trim().to_owned()).collect(),
                "top" => query.top = Some(page_size(&value)?),
                "count" => query.count = value.eq_ignore_ascii_case("true"),
                "skiptoken" => {
                    query.skip = value.parse().map_err(|_| bad_option("$skiptoken", &value))?;
                    continue;
                }
                "search" => return Err(Problem::bad_request("The emulator does not evaluate $search; use $filter.")),
                _ => {}
            }
            query.others.push((name.into_owned(), value.into_owned()));
        }
        Ok(query)
    }

    /// The part of a list that was asked for.
    pub(super) fn page(&self, objects: Vec<Value>) -> Page {
        let meets = |object: &Value| self.filter.as_ref().is_none_or(|filter| filter.holds(object));
        let found: Vec<_> = objects.into_iter().filter(meets).collect();
        let size = self.top.unwrap_or(PAGE);
        let end = self.skip.saturating_add(size);
        Page {
            count: self.count.then_some(found.len()),
            next: (found.len() > end).then(|| self.continued(end)),
            objects: found.into_iter().skip(self.skip).take(size).map(|object| self.selected(object)).collect(),
        }
    }

    /// The object with the properties that were asked for; annotations stay.
    pub(super) fn selected(&self, object: Value) -> Value {
        let Value::Object(fields) = object else { return object };
        if self.select.is_empty() || self.select.iter().any(|name| name == "*") {
            return Value::Object(fields);
        }
        let asked = |name: &str| self.select.iter().any(|asked| asked.eq_ignore_ascii_case(name));
        let chosen: Map<_, _> = fields.into_iter().filter(|(name, _)| name.starts_with('@') || asked(name)).collect();
        Value::Object(chosen)
    }

    /// `(id,appId)`, as it stands in `@odata.context`.
    pub(super) fn projection(&self) -> String {
        if self.select.is_empty() { String::new() } else { format!("({})", self.select.join(",")) }
    }

    fn continued(&self, skip: usize) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(&self.others).append_pair("$skiptoken", &skip.to_string());
        pairs.finish().replace("%24", "$")
    }
}

fn page_size(text: &str) -> Result<usize, Problem> {
    text.parse().ok().filter(|size| (1..=MAX_PAGE).contains(size)).ok_or_else(|| bad_option("$top", text))
}

fn bad_option(name: &str, value: &str) -> Problem {
    Problem::new(400, "Request_UnsupportedQuery", format!("Invalid value '{value}' of the query option '{name}'."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn numbers(count: usize) -> Vec<Value> {
        (0..count).map(|number| json!({"id": number, "name": format!("n{number}")})).collect()
    }

    #[test]
    fn pages_follow_each_other_until_the_end() {
        let mut text = "%24top=2&%24filter=startswith(name,%27n%27)&$count=true".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = Query::read(&text).unwrap().page(numbers(5));
            assert_eq!(page.count, Some(5));
            seen.extend(page.objects.iter().map(|object| object["id"].as_u64().unwrap()));
            match page.next {
                Some(next) => text = next,
                None => break,
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4]);
        assert!(Query::read("").unwrap().page(numbers(100)).next.is_none());
        assert!(Query::read("").unwrap().page(numbers(101)).next.is_some());
    }

    #[test]
    fn selected_properties_are_left_over_with_the_annotations() {
        let query = Query::read("$select=ID,%20missing").unwrap();
        assert_eq!(
            query.selected(json!({"@odata.type": "t", "id": 1, "name": "n"})),
            json!({"@odata.type": "t", "id": 1})
        );
        assert_eq!(Query::read("$expand=owners").unwrap().selected(json!({"id": 1})), json!({"id": 1}));
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
        for text in ["$top=0", "$top=1000", "$top=x", "$skiptoken=x", "$filter=id", "$search=x"] {
            assert!(Query::read(text).is_err(), "{text}");
        }
    }
}
