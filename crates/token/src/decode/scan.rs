//! Where the members of a JSON object stand, complete or cut off.
//!
//! `serde_json` says what a text means but not where; a wrapper's value and
//! the members of an object that breaks off are found here. The scan goes down
//! no stack, so that depth costs nothing.

use std::ops::Range;

/// One `"key": value` of the outermost object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// The key as written, without its quotes.
    pub(super) key: Range<usize>,
    /// The value as written, with its quotes or brackets.
    pub(super) value: Range<usize>,
    /// Whether the value ends before the text does.
    pub(super) complete: bool,
}

/// The members of the object that a text opens with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) members: Vec<Member>,
    /// Behind the closing brace, where there is one.
    pub(super) end: Option<usize>,
}

/// Scans the object that `text` opens with, up to the first thing that does not fit.
pub(super) fn object(text: &str) -> Object {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    let mut found = Object::default();
    scanner.blanks();
    if !scanner.take(b'{') {
        return found;
    }
    scanner.blanks();
    if scanner.take(b'}') {
        found.end = Some(scanner.at);
        return found;
    }
    while let Some(member) = scanner.member() {
        let complete = member.complete;
        found.members.push(member);
        scanner.blanks();
        if scanner.take(b'}') {
            found.end = Some(scanner.at);
            break;
        }
        if !complete || !scanner.take(b',') {
            break;
        }
    }
    found
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn blanks(&mut self) {
        self.skip(|byte| byte.is_ascii_whitespace());
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn member(&mut self) -> Option<Member> {
        self.blanks();
        let start = self.at + 1;
        if self.peek() != Some(b'"') || !self.string() {
            return None;
        }
        let key = start..self.at - 1;
        self.blanks();
        if !self.take(b':') {
            return None;
        }
        self.blanks();
        let start = self.at;
        let complete = match self.peek()? {
            b'"' => self.string(),
            b'{' | b'[' => self.nested(),
            _ => self.scalar(),
        };
        (self.at > start).then_some(Member { key, value: start..self.at, complete })
    }

    /// Goes behind the closing quote; false when there is none.
    fn string(&mut self) -> bool {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'"' => return true,
                b'\\' => self.at = (self.at + 1).min(self.bytes.len()),
                _ => {}
            }
        }
        false
    }

    fn nested(&mut self) -> bool {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return true;
            }
        }
        false
    }

    /// A number or a word: only what follows it shows that it is complete.
    fn scalar(&mut self) -> bool {
        self.skip(|byte| !matches!(byte, b',' | b'}' | b']') && !byte.is_ascii_whitespace());
        self.peek().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<(&str, &str, bool)> {
        let members = object(text).members;
        members.into_iter().map(|m| (text.get(m.key).unwrap(), text.get(m.value).unwrap(), m.complete)).collect()
    }

    #[test]
    fn members_are_found_whole() {
        let text = r#" {"a" : 1, "b":{"c":["}",2]} ,"d\"":"x\\", "e":null}.rest"#;
        let expected =
            [("a", "1", true), ("b", r#"{"c":["}",2]}"#, true), (r#"d\""#, r#""x\\""#, true), ("e", "null", true)];
        assert_eq!(written(text), expected);
        assert_eq!(text.get(object(text).end.unwrap()..), Some(".rest"));
    }

    #[test]
    fn what_is_cut_off_is_marked() {
        for (text, last) in [
            (r#"{"a":1,"exp":17935"#, Some(("exp", "17935", false))),
            (r#"{"a":1,"b":"cut"#, Some(("b", "\"cut", false))),
            (r#"{"a":1,"b":{"c":1,"#, Some(("b", r#"{"c":1,"#, false))),
            (r#"{"a":1,"b""#, Some(("a", "1", true))),
            (r#"{"a":1,"b":"#, Some(("a", "1", true))),
            (r#"{"a":"x\"#, Some(("a", r#""x\"#, false))),
            ("{", None),
            ("", None),
            ("[1]", None),
        ] {
            assert_eq!(written(text).last().copied(), last, "{text}");
            assert_eq!(object(text).end, None, "{text}");
        }
    }

    #[test]
    fn an_empty_object_ends() {
        assert_eq!(object("{ }").end, Some(3));
    }
}
