//! The expressions in `${{ }}`, which are worked out before a run.

use std::iter::Peekable;
use std::str::Chars;

use crate::source::{Node, Place, Text, Value, Why};

/// How deep calls may be nested.
const MAX_DEPTH: usize = 32;

/// How long a text may grow.
const MAX_TEXT: usize = 64 * 1024;

/// What names stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Parameters of the template.
    pub(super) parameters: Vec<(String, Node)>,
    /// Variables with a written value.
    pub(super) variables: Vec<(String, Node)>,
    /// Whether some variables are kept in a group, outside of the repository.
    pub(super) groups: bool,
    /// What `each` goes through.
    pub(super) locals: Vec<(String, Node)>,
}

impl Scope {
    fn named<'s>(list: &'s [(String, Node)], name: &str) -> Option<&'s Node> {
        list.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The value of a variable, where it is written in the repository.
    pub(super) fn variable(&self, name: &str) -> Option<&Node> {
        Self::named(&self.variables, name)
    }

    /// Why a variable has no value here.
    pub(super) fn why(&self) -> Why {
        if self.groups { Why::Stored } else { Why::NotGiven }
    }

    fn root(&self, name: &str, member: Option<&str>) -> Result<Option<&Node>, Why> {
        if let Some(local) = Self::named(&self.locals, name) {
            return Ok(Some(local));
        }
        match (name.to_ascii_lowercase().as_str(), member) {
            ("parameters", Some(member)) => Ok(Self::named(&self.parameters, member)),
            ("variables", Some(member)) => self.variable(member).map(Some).ok_or(self.why()),
            _ => Err(Why::Expression),
        }
    }
}

/// The value of an expression; unknown, under its own text, where it cannot be worked out.
pub(super) fn value(expression: &str, scope: &Scope, place: Place) -> Node {
    let written = expression.trim();
    let mut reader = Reader { rest: written.chars().peekable(), scope, place };
    let found = reader.expression(MAX_DEPTH).filter(|_| reader.at_end());
    let unknown = |why| Node::scalar(Text::unknown(written, why, place), true);
    match found {
        Some(node) => match nameless(&node) {
            Some(why) => unknown(why),
            None => node,
        },
        None => unknown(Why::Expression),
    }
}

/// Why a value is not known that has no name of its own.
fn nameless(node: &Node) -> Option<Why> {
    let text = node.text().filter(|text| text.symbol() == Some(""))?;
    text.unknowns().next().map(|unknown| unknown.why)
}

/// Whether a condition holds, where that is known.
pub(super) fn holds(expression: &str, scope: &Scope, place: Place) -> Option<bool> {
    truth(&value(expression, scope, place))
}

/// Whether a value counts as true; not known for what is not known.
fn truth(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Null => Some(false),
        Value::Scalar { text, .. } => {
            let known = text.known()?;
            Some(node.boolean().unwrap_or(!known.is_empty()))
        }
        Value::Sequence(_) | Value::Mapping(_) => Some(true),
    }
}

struct Reader<'e> {
    rest: Peekable<Chars<'e>>,
    scope: &'e Scope,
    place: Place,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn at_end(&mut self) -> bool {
        self.blanks();
        self.rest.peek().is_none()
    }

    fn next_is(&mut self, wanted: char) -> bool {
        self.blanks();
        self.rest.next_if_eq(&wanted).is_some()
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            word.push(c);
        }
        word
    }

    fn unknown(&self, why: Why) -> Node {
        Node::scalar(Text::unknown("", why, self.place), true)
    }

    fn null(&self) -> Node {
        Node { place: self.place, value: Value::Null }
    }

    /// An expression; `None` for what is none.
    fn expression(&mut self, depth: usize) -> Option<Node> {
        let depth = depth.checked_sub(1)?;
        self.blanks();
        match self.rest.peek()? {
            '\'' => self.string(),
            c if c.is_ascii_digit() || *c == '-' => {
                let digits = std::iter::from_fn(|| self.rest.next_if(|c| matches!(c, '0'..='9' | '.' | '-')));
                let number: String = digits.collect();
                Some(self.plain(&number))
            }
            c if c.is_ascii_alphabetic() || *c == '_' => self.name(depth),
            _ => None,
        }
    }

    /// A string; two quotes in it are one.
    fn string(&mut self) -> Option<Node> {
        self.rest.next();
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                '\'' if self.rest.next_if_eq(&'\'').is_none() => break,
                c => text.push(c),
            }
        }
        Some(Node::scalar(Text::literal(text, self.place), true))
    }

    fn plain(&self, text: &str) -> Node {
        Node::scalar(Text::literal(text, self.place), false)
    }

    /// `true`, a call, or a name with its members.
    fn name(&mut self, depth: usize) -> Option<Node> {
        let name = self.word();
        if self.next_is('(') {
            let arguments = self.arguments(depth)?;
            let value = call(&name.to_ascii_lowercase(), &arguments, self.place);
            return Some(value.unwrap_or_else(|| self.unknown(Why::Expression)));
        }
        match name.to_ascii_lowercase().as_str() {
            "true" | "false" => return Some(self.plain(&name)),
            "null" => return Some(self.null()),
            _ => {}
        }
        let members = self.members(depth)?;
        Some(self.path(&name, &members).unwrap_or_else(|why| self.unknown(why)))
    }

    fn arguments(&mut self, depth: usize) -> Option<Vec<Node>> {
        let mut arguments = Vec::new();
        while !self.next_is(')') {
            arguments.push(self.expression(depth)?);
            self.next_is(',');
        }
        Some(arguments)
    }

    /// `.name` and `['name']`, as often as they come.
    fn members(&mut self, depth: usize) -> Option<Vec<String>> {
        let mut members = Vec::new();
        loop {
            if self.next_is('.') {
                members.push(self.word());
            } else if self.next_is('[') {
                members.push(self.expression(depth)?.known()?.to_owned());
                self.next_is(']').then_some(())?;
            } else {
                return Some(members);
            }
        }
    }

    fn path(&self, name: &str, members: &[String]) -> Result<Node, Why> {
        let local = Scope::named(&self.scope.locals, name).is_some();
        let root = self.scope.root(name, members.first().map(String::as_str))?;
        let rest = members.get(usize::from(!local)..).unwrap_or_default();
        let Some(mut node) = root else { return Ok(self.null()) };
        for member in rest {
            match node.entry_ignoring_case(member) {
                Some(entry) => node = &entry.value,
                None if node.text().is_some_and(|text| text.known().is_none()) => return Err(Why::NotGiven),
                None => return Ok(self.null()),
            }
        }
        Ok(node.clone())
    }
}

/// The functions that are worked out.
fn call(name: &str, arguments: &[Node], place: Place) -> Option<Node> {
    let text = |at: usize| arguments.get(at).map(words).unwrap_or_default();
    let boolean = |holds: bool| Node::scalar(Text::literal(if holds { "True" } else { "False" }, place), false);
    let string = |text: String| Node::scalar(Text::literal(text, place), true);
    match name {
        "and" => all(arguments, false).map(boolean),
        "or" => all(arguments, true).map(boolean),
        "coalesce" => arguments.iter().find(|value| truth(value) != Some(false)).cloned(),
        _ if arguments.iter().any(|value| truth(value).is_none()) => None,
        "not" => arguments.first().and_then(truth).map(|holds| boolean(!holds)),
        "eq" => Some(boolean(same(arguments.first()?, arguments.get(1)?))),
        "ne" => Some(boolean(!same(arguments.first()?, arguments.get(1)?))),
        "in" => Some(boolean(arguments.split_first()?.1.iter().any(|other| text(0) == words(other)))),
        "notin" => Some(boolean(arguments.split_first()?.1.iter().all(|other| text(0) != words(other)))),
        "contains" => Some(boolean(text(0).contains(&text(1)))),
        "containsvalue" => Some(boolean(arguments.first()?.items().iter().any(|item| words(item) == text(1)))),
        "startswith" => Some(boolean(text(0).starts_with(&text(1)))),
        "endswith" => Some(boolean(text(0).ends_with(&text(1)))),
        "lower" => Some(string(written(arguments, 0).to_lowercase())),
        "upper" => Some(string(written(arguments, 0).to_uppercase())),
        "trim" => Some(string(written(arguments, 0).trim().to_owned())),
        "replace" => replaced(&written(arguments, 0), &written(arguments, 1), &written(arguments, 2)).map(string),
        "format" => format(arguments).map(string),
        "iif" => arguments.get(if arguments.first().and_then(truth)? { 1 } else { 2 }).cloned(),
        _ => None,
    }
}

/// `or` where `wanted` is true, `and` where it is false.
fn all(arguments: &[Node], wanted: bool) -> Option<bool> {
    let known: Vec<Option<bool>> = arguments.iter().map(truth).collect();
    if known.contains(&Some(wanted)) {
        return Some(wanted);
    }
    (!known.contains(&None)).then_some(!wanted)
}

/// The text of a value as it is written.
fn written(arguments: &[Node], at: usize) -> String {
    arguments.get(at).and_then(Node::known).unwrap_or_default().to_owned()
}

/// The text of a value as it is compared: letter case does not count.
fn words(node: &Node) -> String {
    node.known().unwrap_or_default().to_lowercase()
}

fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Sequence(_) | Value::Mapping(_), _) | (_, Value::Sequence(_) | Value::Mapping(_)) => {
            a.to_json() == b.to_json()
        }
        _ => words(a) == words(b),
    }
}

/// `format('{0}-{1}', a, b)`
fn format(arguments: &[Node]) -> Option<String> {
    let mut text = written(arguments, 0);
    for at in 1..arguments.len() {
        text = replaced(&text, &format!("{{{}}}", at - 1), &written(arguments, at))?;
    }
    Some(text)
}

/// A text with all of one replaced by another, unless it grows too long.
fn replaced(text: &str, old: &str, new: &str) -> Option<String> {
    let grown = text.len() + text.matches(old).count() * new.len();
    (grown <= MAX_TEXT).then(|| text.replace(old, new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, yaml};

    const HERE: Place = Place { file: FileId(0), start: 0, end: 0 };

    fn scope() -> Scope {
        let node = |text: &str| yaml::read(FileId(0), text).0.remove(0);
        Scope {
            parameters: vec![
                ("env".to_owned(), node("prod")),
                ("target".to_owned(), node("{connection: deploy-prod}")),
            ],
            variables: vec![("region".to_owned(), node("weu"))],
            groups: false,
            locals: Vec::new(),
        }
    }

    #[test]
    fn values() {
        for (text, expected) in [
            ("parameters.env", Some("prod")),
            ("parameters['env']", Some("prod")),
            ("parameters.target.connection", Some("deploy-prod")),
            ("variables.region", Some("weu")),
            ("format('sc-{0}-{1}', parameters.env, 'x')", Some("sc-prod-x")),
            ("lower('ABC')", Some("abc")),
            ("coalesce(parameters.none, 'x')", Some("x")),
            ("variables.other", None),
            ("counter(1, 2)", None),
            ("replace(parameters.env, 'pro', 'foo')", Some("food")),
            ("parameters.", None),
            ("eq(", None),
        ] {
            assert_eq!(value(text, &scope(), HERE).known(), expected, "{text}");
        }
    }

    #[test]
    fn conditions() {
        for (text, expected) in [
            ("eq(parameters.env, 'PROD')", Some(true)),
            ("and(eq(parameters.env, 'prod'), ne(variables.region, 'neu'))", Some(true)),
            ("or(eq(parameters.env, 'prod'), eq(variables.other, 'x'))", Some(true)),
            ("and(eq(parameters.env, 'dev'), eq(variables.other, 'x'))", Some(false)),
            ("eq(variables['Build.SourceBranch'], 'refs/heads/main')", None),
            ("in(parameters.env, 'dev', 'prod')", Some(true)),
            ("not(parameters.none)", Some(true)),
        ] {
            assert_eq!(holds(text, &scope(), HERE), expected, "{text}");
        }
    }
}
