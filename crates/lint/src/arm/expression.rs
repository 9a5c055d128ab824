//! The expressions of ARM templates: `[concat('id-', parameters('env'))]`.

use super::template::{Expr, Item, Member};
use crate::source::{Node, Place, Text, Value};

/// How deep an expression may be nested.
const DEEPEST: usize = 48;

/// A value of a template as an expression.
pub(super) fn of(node: &Node) -> Expr {
    match &node.value {
        Value::Scalar { text, quoted: true } => match text.known() {
            Some(known) => scalar(known, node),
            None => Expr::Literal(node.clone()),
        },
        Value::Sequence(items) => Expr::Array {
            items: items.iter().map(|item| Item { spread: false, value: of(item) }).collect(),
            place: node.place,
        },
        Value::Mapping(entries) => Expr::Object {
            members: entries
                .iter()
                .map(|entry| Member::Entry {
                    key: scalar(&entry.key, &Node::scalar(Text::literal(&*entry.key, entry.key_place), true)),
                    value: of(&entry.value),
                })
                .collect(),
            place: node.place,
        },
        Value::Scalar { .. } | Value::Null => Expr::Literal(node.clone()),
    }
}

/// A text that is an expression where brackets are around it; two opening ones stand for one.
fn scalar(text: &str, node: &Node) -> Expr {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inside {
        Some(inside) if inside.starts_with('[') => {
            Expr::Literal(Node::scalar(Text::literal(format!("{inside}]"), node.place), true))
        }
        Some(inside) => parse(inside, node.place)
            .unwrap_or_else(|| Expr::Opaque { written: inside.trim().to_owned(), place: node.place }),
        None => Expr::Literal(node.clone()),
    }
}

/// Parses what stands between the brackets.
fn parse(text: &str, place: Place) -> Option<Expr> {
    let mut parser = Parser { rest: text, place, depth: 0 };
    let expr = parser.expression()?;
    parser.blank();
    parser.rest.is_empty().then_some(expr)
}

struct Parser<'a> {
    rest: &'a str,
    place: Place,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn expression(&mut self) -> Option<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut expr = self.primary()?;
        loop {
            self.blank();
            if self.take('.') {
                self.take('?');
                let name = self.word()?.to_owned();
                expr = Expr::Member { of: Box::new(expr), name, place: self.place };
            } else if self.take('[') {
                self.take('?');
                let index = self.expression()?;
                self.blank();
                self.take(']').then_some(())?;
                expr = Expr::Index { of: Box::new(expr), index: Box::new(index), place: self.place };
            } else {
                self.depth -= 1;
                return Some(expr);
            }
        }
    }

    fn primary(&mut self) -> Option<Expr> {
        self.blank();
        if self.take('\'') {
            return self.string();
        }
        if let Some(number) = self.number() {
            return Some(Expr::Literal(Node::scalar(Text::literal(number, self.place), false)));
        }
        let word = self.word()?;
        self.blank();
        if self.take('(') {
            return Some(Expr::Call { function: word.to_owned(), arguments: self.arguments()?, place: self.place });
        }
        // Lambdas name their parameters without a call.
        Some(Expr::Opaque { written: word.to_owned(), place: self.place })
    }

    fn arguments(&mut self) -> Option<Vec<Expr>> {
        let mut arguments = Vec::new();
        self.blank();
        while !self.take(')') {
            arguments.push(self.expression()?);
            self.blank();
            self.take(',');
            self.blank();
        }
        Some(arguments)
    }

    /// The rest of a string; two quotes stand for one.
    fn string(&mut self) -> Option<Expr> {
        let mut text = String::new();
        loop {
            let (before, after) = self.rest.split_once('\'')?;
            text.push_str(before);
            self.rest = after;
            if !self.take('\'') {
                return Some(Expr::Literal(Node::scalar(Text::literal(text, self.place), true)));
            }
            text.push('\'');
        }
    }

    fn number(&mut self) -> Option<String> {
        let sign = usize::from(self.rest.starts_with('-'));
        let digits = self.rest.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
        (digits > 0).then(|| self.split(sign + digits)).flatten().map(str::to_owned)
    }

    fn word(&mut self) -> Option<&'a str> {
        let length = self.rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        (length > 0).then(|| self.split(length)).flatten()
    }

    fn split(&mut self, at: usize) -> Option<&'a str> {
        let (before, after) = self.rest.split_at_checked(at)?;
        self.rest = after;
        Some(before)
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    const HERE: Place = Place { file: FileId(0), start: 0, end: 0 };

    fn read(text: &str) -> Expr {
        of(&Node::scalar(Text::literal(text, HERE), true))
    }

    #[test]
    fn calls_members_and_quotes() {
        let Expr::Member { of, name, .. } = read("[reference(resourceId('a/b', 'it''s'), '1').clientId]") else {
            panic!("no member")
        };
        assert_eq!(name, "clientId");
        let Expr::Call { arguments, .. } = *of else { panic!("no call") };
        assert!(matches!(&arguments[0], Expr::Call { arguments, .. } if arguments[1].written() == Some("it's")));
    }

    #[test]
    fn brackets_that_are_no_expression() {
        assert_eq!(read("[[a]").written(), Some("[a]"));
        assert_eq!(read("a[0]").written(), Some("a[0]"));
        assert!(matches!(read("[concat('a']"), Expr::Opaque { .. }));
        assert!(matches!(read(&format!("[{}]", "f(".repeat(5000))), Expr::Opaque { .. }));
    }
}
