//! `$filter`: `eq`, `ne`, `startswith`, `endswith`, `any`, `not`, `and`, `or` and parentheses.

use serde_json::Value;

use super::Problem;

/// The longest filter, in bytes, and how deep its parentheses go.
const MAX_BYTES: usize = 16 << 10;
const MAX_DEPTH: usize = 32;

/// A condition on an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    /// Both hold.
    And(Box<Filter>, Box<Filter>),
    /// One holds.
    Or(Box<Filter>, Box<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// The property has the value.
    Equal(String, Value),
    /// The property begins with the text.
    StartsWith(String, String),
    /// The property ends with the text.
    EndsWith(String, String),
    /// One element of the property meets the condition, which names it by the variable.
    Any(String, String, Box<Filter>),
}

impl Filter {
    /// Reads the value of `$filter`.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let fault = |at: usize| {
            let message = format!("Invalid filter clause: Syntax error at position {at} in '{text}'.");
            Problem::new(400, "BadRequest", message)
        };
        if text.len() > MAX_BYTES {
            return Err(Problem::new(400, "BadRequest", "Invalid filter clause: it is longer than 16 KiB."));
        }
        let tokens = tokens(text).map_err(fault)?;
        let mut parser = Parser { tokens: &tokens, next: 0, end: text.len() };
        let filter = parser.or(0).map_err(fault)?;
        if parser.next == tokens.len() { Ok(filter) } else { Err(fault(parser.at())) }
    }

    /// Whether the object meets it. Letter case does not count, as Graph has it.
    pub(super) fn holds(&self, object: &Value) -> bool {
        match self {
            Self::And(left, right) => left.holds(object) && right.holds(object),
            Self::Or(left, right) => left.holds(object) || right.holds(object),
            Self::Not(inner) => !inner.holds(object),
            Self::Equal(path, value) => equal(property(object, path), value),
            Self::StartsWith(path, start) => text(object, path).is_some_and(|text| text.starts_with(start.as_str())),
            Self::EndsWith(path, end) => text(object, path).is_some_and(|text| text.ends_with(end.as_str())),
            Self::Any(path, variable, inner) => property(object, path).as_array().is_some_and(|elements| {
                elements.iter().any(|element| inner.holds(&serde_json::json!({variable.as_str(): element})))
            }),
        }
    }

    /// The value that an object must have for this property, where the filter asks for exactly one.
    pub(super) fn pinned(&self, property: &str) -> Option<&str> {
        match self {
            Self::And(left, right) => left.pinned(property).or_else(|| right.pinned(property)),
            Self::Equal(path, Value::String(value)) if path.eq_ignore_ascii_case(property) => Some(value),
            _ => None,
        }
    }
}

/// The property at a path; names are found whatever their letter case.
fn property<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('/').fold(object, |value, name| {
        let fields = value.as_object();
        let found = fields.and_then(|fields| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
        found.map_or(&Value::Null, |(_, value)| value)
    })
}

fn text(object: &Value, path: &str) -> Option<String> {
    property(object, path).as_str().map(str::to_lowercase)
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.to_lowercase() == right.to_lowercase(),
        _ => left == right,
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A path, an operator, a function or a bare value.
    Word(String),
    Text(String),
    Sign(char),
}

/// The tokens with their positions; an error is the position of what cannot be read.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, usize> {
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            ' ' | '\t' => {}
            '(' | ')' | ',' | ':' => found.push((at, Token::Sign(character))),
            '\'' => {
                let mut literal = String::new();
                loop {
                    match characters.next() {
                        None => return Err(at),
                        Some((_, '\'')) if characters.next_if(|(_, next)| *next == '\'').is_some() => {
                            literal.push('\'');
                        }
                        Some((_, '\'')) => break,
                        Some((_, other)) => literal.push(other),
                    }
                }
                found.push((at, Token::Text(literal)));
            }
            _ if is_word(character) => {
                let mut word = String::from(character);
                while let Some((_, next)) = characters.next_if(|(_, next)| is_word(*next)) {
                    word.push(next);
                }
                found.push((at, Token::Word(word)));
            }
            _ => return Err(at),
        }
    }
    Ok(found)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/' | '@' | '$')
}

/// A parser by recursive descent; an error is a position.
struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    next: usize,
    end: usize,
}

impl Parser<'_> {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn take(&mut self) -> Option<&Token> {
        let token = self.tokens.get(self.next).map(|(_, token)| token);
        self.next += 1;
        token
    }

    fn word(&mut self) -> Result<String, usize> {
        let at = self.at();
        match self.take() {
            Some(Token::Word(word)) => Ok(word.clone()),
            _ => Err(at),
        }
    }

    fn literal(&mut self) -> Result<Value, usize> {
        let at = self.at();
        match self.take() {
            Some(Token::Text(text)) => Ok(Value::String(text.clone())),
            Some(Token::Word(word)) => Ok(bare(word)),
            _ => Err(at),
        }
    }

    fn sign(&mut self, sign: char) -> Result<(), usize> {
        let at = self.at();
        if self.take() == Some(&Token::Sign(sign)) { Ok(()) } else { Err(at) }
    }

    fn has_keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.tokens.get(self.next), Some((_, Token::Word(word))) if word == keyword);
        self.next += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Result<Filter, usize> {
        let mut left = self.and(depth)?;
        while self.has_keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and(depth)?));
        }
        Ok(left)
    }

    fn and(&mut self, depth: usize) -> Result<Filter, usize> {
        let mut left = self.term(depth)?;
        while self.has_keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.term(depth)?));
        }
        Ok(left)
    }

    fn term(&mut self, depth: usize) -> Result<Filter, usize> {
        if depth > MAX_DEPTH {
            return Err(self.at());
        }
        if self.has_keyword("not") {
            return Ok(Filter::Not(Box::new(self.term(depth + 1)?)));
        }
        if matches!(self.tokens.get(self.next), Some((_, Token::Sign('(')))) {
            self.next += 1;
            let inner = self.or(depth + 1)?;
            self.sign(')')?;
            return Ok(inner);
        }
        let at = self.at();
        let word = self.word()?;
        match word.to_ascii_lowercase().as_str() {
            function @ ("startswith" | "endswith") => self.comparison_of_text(function == "startswith"),
            lower if lower.ends_with("/any") => {
                let path = word.get(..word.len() - "/any".len()).ok_or(at)?.to_owned();
                self.sign('(')?;
                let variable = self.word()?;
                self.sign(':')?;
                let inner = self.or(depth + 1)?;
                self.sign(')')?;
                Ok(Filter::Any(path, variable, Box::new(inner)))
            }
            _ => self.comparison(word),
        }
    }

    fn comparison(&mut self, path: String) -> Result<Filter, usize> {
        let at = self.at();
        let operator = self.word()?;
        match operator.as_str() {
            "eq" => Ok(Filter::Equal(path, self.literal()?)),
            "ne" => Ok(Filter::Not(Box::new(Filter::Equal(path, self.literal()?)))),
            _ => Err(at),
        }
    }

    fn comparison_of_text(&mut self, at_start: bool) -> Result<Filter, usize> {
        self.sign('(')?;
        let path = self.word()?;
        self.sign(',')?;
        let at = self.at();
        let Value::String(part) = self.literal()? else { return Err(at) };
        self.sign(')')?;
        let part = part.to_lowercase();
        Ok(if at_start { Filter::StartsWith(path, part) } else { Filter::EndsWith(path, part) })
    }
}

/// A value without quotes: `true`, `null`, a number, a GUID.
fn bare(word: &str) -> Value {
    match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => word.parse::<i64>().map_or_else(|_| Value::String(word.to_owned()), Value::from),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(filter: &str) -> bool {
        let object = json!({
            "appId": "fed1e500-0000-4000-8000-0000000000a1", "displayName": "It's Deployer", "accountEnabled": true,
            "identifierUris": ["api://deployer", "https://contoso.example/x"], "api": {"version": 2}, "notes": null,
            "appRoles": [{"value": "Orders.Read"}],
        });
        Filter::parse(filter).unwrap().holds(&object)
    }

    #[test]
    fn what_clients_send_is_evaluated() {
        for filter in [
            "appId eq 'fed1e500-0000-4000-8000-0000000000A1'",
            "appId eq fed1e500-0000-4000-8000-0000000000a1",
            "startswith(displayName,'it''s dep')",
            "startsWith(displayName, 'It')",
            "endswith(displayName,'er')",
            "identifierUris/any(s:s eq 'api://deployer')",
            "identifierUris/any(x: startswith(x, 'https://'))",
            "appRoles/any(r:r/value eq 'Orders.Read')",
            "accountEnabled eq true and api/version eq 2",
            "appId eq 'x' or notes eq null",
            "not (appId eq 'x') and displayName ne 'y'",
            "displayName eq 'a' or displayName eq 'It''s Deployer' and accountEnabled eq true",
        ] {
            assert!(holds(filter), "{filter}");
        }
        for filter in [
            "appId eq 'x'",
            "identifierUris/any(s:s eq 'api://other')",
            "missing/any(s:s eq 'x')",
            "startswith(notes,'')",
            "(displayName eq 'It''s Deployer' or appId eq 'x') and accountEnabled eq false",
        ] {
            assert!(!holds(filter), "{filter}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        for (filter, at) in [
            ("", 0),
            ("appId", 5),
            ("appId eq", 8),
            ("appId eq 'x", 9),
            ("appId gt 'x'", 6),
            ("appId eq 'x' and", 16),
            ("appId eq 'x' 'y'", 13),
            ("startswith(displayName)", 22),
            ("(appId eq 'x'", 13),
            ("appId eq #", 9),
            ("uris/any(s s eq 'x')", 11),
        ] {
            let message = Filter::parse(filter).unwrap_err().message;
            assert!(message.contains(&format!("position {at} ")), "{filter}: {message}");
        }
        assert!(Filter::parse(&"(".repeat(10_000)).is_err());
        assert!(Filter::parse(&"not ".repeat(4_000)).is_err());
    }

    #[test]
    fn a_pinned_property_narrows_the_search() {
        let pinned = |text: &str| Filter::parse(text).unwrap().pinned("appId").map(str::to_owned);
        assert_eq!(pinned("appId eq 'x'").as_deref(), Some("x"));
        assert_eq!(pinned("displayName eq 'y' and appid eq 'x'").as_deref(), Some("x"));
        assert_eq!(pinned("displayName eq 'y' or appId eq 'x'"), None);
        assert_eq!(pinned("not (appId eq 'x')"), None);
    }
}
