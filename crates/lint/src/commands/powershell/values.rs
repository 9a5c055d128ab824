//! Values: strings, variables, groups and tables.

use super::{MAX_DEPTH, Reader, field_of, key};
use crate::commands::parts::Parts;
use crate::commands::script::Value;
use crate::source::{Place, Text, Why};

impl Reader<'_> {
    /// A value without blanks in it, and what is asked of it.
    pub(super) fn value(&mut self) -> Value {
        let start = self.cursor.at();
        let mut parts = Parts::default();
        while let Some(next) = self.cursor.peek() {
            match next {
                ' ' | '\t' | '\n' | '\r' | ';' | '|' | ')' | '}' | ',' | '>' | '<' => break,
                '{' => break,
                '`' => {
                    let mut ahead = self.cursor;
                    ahead.bump();
                    if ahead.eat_line_end() {
                        break;
                    }
                    self.cursor.bump();
                    parts.extend_char(self.cursor.bump());
                }
                '"' => self.double_quoted(&mut parts),
                '\'' => self.single_quoted(&mut parts),
                '@' => self.at_sign(&mut parts),
                '(' => {
                    let value = self.group();
                    let value = self.members(value);
                    parts.value_of(&value);
                }
                '$' => self.dollar(&mut parts, true),
                _ => {
                    self.cursor.bump();
                    parts.extend_char(Some(next));
                }
            }
        }
        parts.value(self.cursor.place(start))
    }

    /// `( … )`
    pub(super) fn group(&mut self) -> Value {
        let start = self.cursor.at();
        self.cursor.bump();
        if self.depth >= MAX_DEPTH {
            self.cursor.skip_to(self.cursor.end());
        }
        self.depth += 1;
        let next = self.next.clone();
        let printed = self.statements(Some(')'));
        self.next = next;
        self.depth -= 1;
        let text = || Text::unknown("expression", Why::Expression, self.cursor.place(start));
        printed.unwrap_or_else(|| Value::of(text()))
    }

    /// `.Token`, `["value"]`, `.Trim()`
    pub(super) fn members(&mut self, mut value: Value) -> Value {
        loop {
            let start = self.cursor.at();
            let Some(field) = field_of(&mut self.cursor) else { return value };
            if self.cursor.starts("(") {
                self.group();
            }
            let known = value.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(&field)).map(|(_, value)| value);
            value = match known {
                Some(known) => known.clone(),
                None => {
                    let symbol = format!("{}.{field}", value.text.symbol().unwrap_or_default());
                    let text = Text::unknown(symbol, Why::Expression, self.cursor.place(start));
                    Value { from: value.from, ..Value::of(text) }
                }
            };
        }
    }

    pub(super) fn dollar(&mut self, parts: &mut Parts, with_members: bool) {
        self.cursor.bump();
        if self.cursor.eat("{{") {
            let expression = self.cursor.eat_through("}}").trim().to_owned();
            return parts.expression(&expression);
        }
        let value = if self.cursor.starts("(") {
            if self.macro_variable(parts) {
                return;
            }
            self.group()
        } else {
            let braced = self.cursor.eat("{");
            let start = self.cursor.at();
            let name = self.cursor.eat_while(|c| c.is_alphanumeric() || c == '_' || c == ':').to_owned();
            let place = self.cursor.place(start);
            if braced {
                self.cursor.eat_through("}");
            }
            if name.is_empty() {
                return parts.literal("$");
            }
            self.variable(&name, place)
        };
        let value = if with_members { self.members(value) } else { value };
        parts.value_of(&value);
    }

    fn variable(&self, name: &str, place: Place) -> Value {
        let (key, shown) = key(name);
        if matches!(key.as_str(), "true" | "false" | "null") {
            return Value::of(Text::literal(format!("${key}"), place));
        }
        self.script.variable(&key).cloned().unwrap_or_else(|| Value::of(Text::unknown(shown, Why::NotGiven, place)))
    }

    /// `$(System.AccessToken)`, a variable of Azure DevOps.
    fn macro_variable(&mut self, parts: &mut Parts) -> bool {
        let mut ahead = self.cursor;
        ahead.bump();
        let name = ahead.eat_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-')).to_owned();
        let found = !name.is_empty() && ahead.eat(")");
        if found {
            self.cursor = ahead;
            parts.unknown(&name, Why::NotGiven);
        }
        found
    }

    fn double_quoted(&mut self, parts: &mut Parts) {
        self.cursor.bump();
        while let Some(next) = self.cursor.peek() {
            match next {
                '"' => {
                    self.cursor.bump();
                    if !self.cursor.eat("\"") {
                        return;
                    }
                    parts.literal("\"");
                }
                '`' => {
                    self.cursor.bump();
                    parts.extend_char(self.cursor.bump());
                }
                '$' => self.dollar(parts, false),
                _ => {
                    self.cursor.bump();
                    parts.extend_char(Some(next));
                }
            }
        }
    }

    fn single_quoted(&mut self, parts: &mut Parts) {
        self.cursor.bump();
        loop {
            parts.literal(self.cursor.eat_through("'"));
            if !self.cursor.eat("'") {
                return;
            }
            parts.literal("'");
        }
    }

    /// `@{ … }`, `@( … )`, `@'…'@`, `@parameters`
    fn at_sign(&mut self, parts: &mut Parts) {
        let start = self.cursor.at();
        self.cursor.bump();
        match self.cursor.peek() {
            Some('{') => {
                let table = self.table(start);
                parts.value_of(&table);
            }
            Some('(') => {
                let items = self.group();
                parts.value_of(&items);
            }
            Some(quote @ ('\'' | '"')) => self.here_string(quote, parts),
            _ => {
                let name = self.cursor.eat_while(|c| c.is_alphanumeric() || c == '_').to_owned();
                match self.script.variable(&key(&name).0).cloned() {
                    Some(value) if !value.fields.is_empty() => parts.value_of(&value),
                    _ => parts.unknown(&format!("@{name}"), Why::NotGiven),
                }
            }
        }
    }

    fn here_string(&mut self, quote: char, parts: &mut Parts) {
        self.cursor.bump();
        self.cursor.eat_while(|c| c != '\n');
        self.cursor.bump();
        let start = self.cursor.at();
        let close = format!("{quote}@");
        let mut ahead = self.cursor;
        let length = ahead.eat_through(&close).len();
        if quote == '\'' {
            let value = Value::of(Text::literal(
                self.cursor.between(start..start + length).to_owned(),
                self.cursor.place_of(start..start + length),
            ));
            self.cursor = ahead;
            return parts.value_of(&value);
        }
        while self.cursor.at() < start + length {
            if self.cursor.starts("$") {
                self.dollar(parts, false);
            } else {
                parts.extend_char(self.cursor.bump());
            }
        }
        self.cursor = ahead;
    }

    /// `@{ name = value; … }`
    fn table(&mut self, start: usize) -> Value {
        self.cursor.bump();
        self.depth += 1;
        let mut fields = Vec::new();
        while self.depth < MAX_DEPTH {
            self.blanks(true);
            match self.cursor.peek() {
                None => break,
                Some('}') => {
                    self.cursor.bump();
                    break;
                }
                Some(';') => {
                    self.cursor.bump();
                    continue;
                }
                Some(_) => {}
            }
            let before = self.cursor.at();
            let name = self
                .cursor
                .eat_while(|c| c != '=' && c != '}' && c != '\n')
                .trim()
                .trim_matches(['"', '\''])
                .to_owned();
            if self.cursor.eat("=") {
                self.blanks(true);
                if let Some(value) = self.pipeline() {
                    fields.push((name, value));
                }
            }
            if self.cursor.at() == before {
                self.cursor.bump();
            }
        }
        self.depth -= 1;
        let text = Text::unknown("table", Why::Expression, self.cursor.place(start));
        Value { fields, ..Value::of(text) }
    }
}
