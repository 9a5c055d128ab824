//! References, and the way from a value to its parts.

use std::rc::Rc;

use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::{Decorated, Ident};

use super::super::repeat::{Kind, Repeat, Repetition};
use super::super::world::Handle;
use super::{Evaluated, Frame, Invalid, Scope, show, unknown};
use crate::source::{Entry, Node, Place, Text, Value, Why};

type Operators<'t> = &'t [Decorated<TraversalOperator>];

/// What a path of the configuration's own begins with, so that `file` finds it among the files at hand.
pub(super) const REPOSITORY: &str = "//";

impl<'a> Scope<'_, 'a> {
    /// What a name stands for, and the way from there.
    pub(super) fn access(
        &self,
        whole: &Expression,
        name: &Ident,
        operators: &[Decorated<TraversalOperator>],
    ) -> Evaluated {
        let at = self.place(whole);
        let frames = std::iter::successors(self.frame, |frame: &&Frame<'_>| frame.outer);
        if let Some(frame) = frames.into_iter().find(|frame| frame.name == name.as_str()) {
            return self.walk(frame.value, operators, at);
        }
        let (first, rest) = next_name(operators).ok_or(Invalid)?;
        match name.as_str() {
            "var" => {
                let value = self.instance.variable(self.world, first, at, self.depth)?;
                self.walk(&value, rest, at)
            }
            "local" => {
                let value = self.instance.local(self.world, first, self.depth)?;
                self.walk(&value, rest, at)
            }
            "path" => self.path(first, at),
            "terraform" => Ok(unknown(format!("terraform.{first}"), Why::NotGiven, at)),
            "each" | "count" | "self" => Err(Invalid),
            "module" => self.module(first, rest, at),
            mode @ ("data" | "ephemeral") => {
                let (second, rest) = next_name(rest).ok_or(Invalid)?;
                self.resource(&format!("{mode}.{first}.{second}"), rest, at)
            }
            kind => self.resource(&format!("{kind}.{first}"), rest, at),
        }
    }

    fn path(&self, which: &str, at: Place) -> Evaluated {
        let folder = match which {
            "module" => self.instance.module.folder,
            "root" => self.world.root,
            _ => return Ok(unknown(format!("path.{which}"), Why::Expression, at)),
        };
        Ok(Node::scalar(Text::literal(format!("{REPOSITORY}{folder}"), at), true))
    }

    fn module(&self, name: &str, rest: Operators<'_>, at: Place) -> Evaluated {
        let address = format!("module.{name}");
        let symbol = self.world.symbol(self.instance, &address);
        let Some((name, call)) = self.instance.module.calls.get_key_value(name) else {
            return self.walk(&unknown(symbol, Why::Elsewhere, at), rest, at);
        };
        let repetition = self.instance.repetition(self.world, call.declared, &address, self.depth)?;
        let make = |repeat: &Rc<Repeat>| {
            let symbol = format!("{symbol}{}", repeat.suffix(self.world));
            match self.world.child(self.instance, name, call, repeat) {
                Some(child) => self.world.whole(symbol, Handle::Module(child), at),
                None => unknown(symbol, Why::Elsewhere, at),
            }
        };
        self.group(&repetition, &make, &symbol, rest, at)
    }

    fn resource(&self, address: &str, rest: Operators<'_>, at: Place) -> Evaluated {
        let symbol = self.world.symbol(self.instance, address);
        let Some(resource) = self.instance.module.resources.get(address) else {
            return self.walk(&unknown(symbol, Why::Elsewhere, at), rest, at);
        };
        let repetition = self.instance.repetition(self.world, resource.declared, address, self.depth)?;
        let make = |repeat: &Rc<Repeat>| {
            let symbol = format!("{symbol}{}", repeat.suffix(self.world));
            let handle = Handle::Resource(Rc::clone(self.instance), resource, Rc::clone(repeat));
            self.world.whole(symbol, handle, at)
        };
        self.group(&repetition, &make, &symbol, rest, at)
    }

    /// The instances of a block, of which one may be asked for at once.
    fn group(
        &self,
        repetition: &Repetition,
        make: &dyn Fn(&Rc<Repeat>) -> Node,
        symbol: &str,
        operators: Operators<'_>,
        at: Place,
    ) -> Evaluated {
        if repetition.kind == Kind::Single {
            let only = repetition.repeats.first().ok_or(Invalid)?;
            return self.walk(&make(only), operators, at);
        }
        if let Some((key, rest)) = self.next_key(operators)? {
            if let Some(repeat) = repetition.find(&key) {
                return self.walk(&make(repeat), rest, at);
            }
            let why = if repetition.kind == Kind::Open || key.known().is_none() {
                Why::AfterDeployment
            } else {
                return Err(Invalid);
            };
            return self.walk(&unknown(format!("{symbol}[{}]", show(&key)), why, at), rest, at);
        }
        self.world.charge(repetition.repeats.len())?;
        let all = match repetition.kind {
            Kind::Open => {
                let only = repetition.repeats.first().ok_or(Invalid)?;
                self.world.whole(symbol.to_owned(), self.world.handle(&show(&make(only))).ok_or(Invalid)?, at)
            }
            Kind::Counted => Node { place: at, value: Value::Sequence(repetition.repeats.iter().map(make).collect()) },
            Kind::Keyed | Kind::Single => {
                let entries =
                    repetition.entries().map(|(key, repeat)| Entry { key, key_place: at, value: make(repeat) });
                Node { place: at, value: Value::Mapping(entries.collect()) }
            }
        };
        self.walk(&all, operators, at)
    }

    /// The key that is asked for next.
    fn next_key<'t>(&self, operators: Operators<'t>) -> Result<Option<(Node, Operators<'t>)>, Invalid> {
        let Some((first, rest)) = operators.split_first() else { return Ok(None) };
        let at = self.place(first);
        Ok(match first.value() {
            TraversalOperator::Index(expression) => Some((self.expression(expression)?, rest)),
            TraversalOperator::LegacyIndex(index) => Some((index_node(*index.value(), at), rest)),
            _ => None,
        })
    }

    /// From a value to a part of it.
    pub(super) fn walk(&self, node: &Node, operators: Operators<'_>, at: Place) -> Evaluated {
        let Some((first, rest)) = operators.split_first() else {
            self.charge_for(node)?;
            return Ok(node.clone());
        };
        match first.value() {
            TraversalOperator::GetAttr(name) => self.attribute(node, name.as_str(), rest, at),
            TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {
                let (key, rest) = self.next_key(operators)?.ok_or(Invalid)?;
                self.index(node, &key, rest, at)
            }
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => self.splat(node, rest, at),
        }
    }

    fn charge_for(&self, node: &Node) -> Result<(), Invalid> {
        let mut size = 0;
        node.walk(&mut |node| size += 1 + node.known().map_or(0, str::len) / 64);
        self.world.charge(size)
    }

    fn attribute(&self, node: &Node, name: &str, rest: Operators<'_>, at: Place) -> Evaluated {
        match &node.value {
            Value::Mapping(_) => self.walk(node.get(name).ok_or(Invalid)?, rest, at),
            Value::Scalar { text, .. } => match (text.symbol(), text.unknowns().next()) {
                (Some(_), Some(of)) => {
                    let found = self.world.attribute(of, name, at, self.depth)?;
                    self.walk(&found, rest, at)
                }
                _ => Err(Invalid),
            },
            Value::Null | Value::Sequence(_) => Err(Invalid),
        }
    }

    fn index(&self, node: &Node, key: &Node, rest: Operators<'_>, at: Place) -> Evaluated {
        match (&node.value, key.known()) {
            (Value::Mapping(_), Some(key)) => self.walk(node.get(key).ok_or(Invalid)?, rest, at),
            (Value::Sequence(items), Some(key)) => {
                let index: usize = key.parse().map_err(|_| Invalid)?;
                self.walk(items.get(index).ok_or(Invalid)?, rest, at)
            }
            (Value::Mapping(_) | Value::Sequence(_), None) => {
                let found = unknown(format!("{}[{}]", show(node), show(key)), super::why(&[key]), at);
                self.walk(&found, rest, at)
            }
            (Value::Scalar { text, .. }, _) => {
                let of = text.unknowns().next().filter(|_| text.symbol().is_some()).ok_or(Invalid)?;
                self.walk(&unknown(format!("{}[{}]", of.symbol, show(key)), of.why, at), rest, at)
            }
            (Value::Null, _) => Err(Invalid),
        }
    }

    fn splat(&self, node: &Node, rest: Operators<'_>, at: Place) -> Evaluated {
        let items: Vec<Node> = match &node.value {
            Value::Null => Vec::new(),
            Value::Sequence(items) => items.iter().map(|item| self.walk(item, rest, at)).collect::<Result<_, _>>()?,
            Value::Scalar { text, .. } if text.symbol().is_some_and(|symbol| self.world.handle(symbol).is_none()) => {
                let first = text.unknowns().next().ok_or(Invalid)?;
                let symbol = format!("{}[*]{}", first.symbol, names(rest));
                return Ok(unknown(symbol, first.why, at));
            }
            Value::Scalar { .. } | Value::Mapping(_) => vec![self.walk(node, rest, at)?],
        };
        Ok(Node { place: at, value: Value::Sequence(items) })
    }
}

fn index_node(index: u64, at: Place) -> Node {
    Node::scalar(Text::literal(index.to_string(), at), false)
}

fn next_name(operators: Operators<'_>) -> Option<(&str, Operators<'_>)> {
    let (first, rest) = operators.split_first()?;
    match first.value() {
        TraversalOperator::GetAttr(name) => Some((name.as_str(), rest)),
        _ => None,
    }
}

/// The names of a way, as written.
fn names(operators: Operators<'_>) -> String {
    operators
        .iter()
        .map(|operator| match operator.value() {
            TraversalOperator::GetAttr(name) => format!(".{}", name.as_str()),
            TraversalOperator::Index(index) => format!("[{}]", index.to_string().trim()),
            TraversalOperator::LegacyIndex(index) => format!("[{}]", index.value()),
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => "[*]".to_owned(),
        })
        .collect()
}
