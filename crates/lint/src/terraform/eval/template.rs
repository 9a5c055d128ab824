//! Texts with `${}` and `%{}` in them.

use hcl_edit::Span;
use hcl_edit::template::{Directive, Element, ForDirective, IfDirective, Strip};

use super::repeated::members;
use super::{Evaluated, Frame, Invalid, Scope, show};
use crate::source::{Node, Piece, Place, Text, Unknown, Value, Why};

/// The longest text that is put together.
const MAX_TEXT: usize = 1 << 16;

impl Scope<'_, '_> {
    pub(super) fn template<'t>(&self, elements: impl Iterator<Item = &'t Element>, at: Place) -> Evaluated {
        let elements: Vec<&Element> = elements.collect();
        // A lone `${}` is whatever is in it, which may be no text.
        if let [Element::Interpolation(only)] = elements.as_slice() {
            return self.expression(&only.expr);
        }
        let mut pieces = Vec::new();
        self.elements(&elements, &mut pieces)?;
        let size: usize = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.len(),
                Piece::Unknown(unknown) => unknown.symbol.len(),
            })
            .sum();
        self.world.charge(size / 64)?;
        if size > MAX_TEXT { Err(Invalid) } else { Ok(Node::scalar(Text::of(pieces, at), true)) }
    }

    fn elements(&self, elements: &[&Element], pieces: &mut Vec<Piece>) -> Result<(), Invalid> {
        for (at, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(text) => {
                    let before = at.checked_sub(1).and_then(|at| elements.get(at));
                    let trim_start = before.is_some_and(|element| strips(element, Strip::End));
                    let trim_end = elements.get(at + 1).is_some_and(|element| strips(element, Strip::Start));
                    let mut text = text.value().as_str();
                    if trim_start {
                        text = text.trim_start();
                    }
                    if trim_end {
                        text = text.trim_end();
                    }
                    pieces.push(Piece::Literal(text.to_owned()));
                }
                Element::Interpolation(interpolation) => {
                    let value = self.expression(&interpolation.expr)?;
                    pieces.extend(value.text().ok_or(Invalid)?.pieces());
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => self.conditional_part(directive, pieces)?,
                    Directive::For(directive) => self.repeated_part(directive, pieces)?,
                },
            }
        }
        Ok(())
    }

    fn conditional_part(&self, directive: &IfDirective, pieces: &mut Vec<Piece>) -> Result<(), Invalid> {
        let condition = self.expression(&directive.if_expr.cond_expr)?;
        let branch = match condition.known() {
            Some("true") => Some(&directive.if_expr.template),
            Some("false") => directive.else_expr.as_ref().map(|other| &other.template),
            Some(_) => return Err(Invalid),
            None => {
                pieces.push(self.open_part(directive, &condition));
                None
            }
        };
        branch.map_or(Ok(()), |template| self.elements(&template.iter().collect::<Vec<_>>(), pieces))
    }

    fn repeated_part(&self, directive: &ForDirective, pieces: &mut Vec<Piece>) -> Result<(), Invalid> {
        let intro = &directive.for_expr;
        let collection = self.expression(&intro.collection_expr)?;
        let Some(members) = members(&collection) else {
            pieces.push(self.open_part(directive, &collection));
            return Ok(());
        };
        let elements: Vec<&Element> = intro.template.iter().collect();
        for (key, value) in &members {
            let outer = intro.key_var.as_ref().map(|name| Frame { name: name.as_str(), value: key, outer: self.frame });
            let frame = Frame { name: intro.value_var.as_str(), value, outer: outer.as_ref().or(self.frame) };
            let scope = Scope { frame: Some(&frame), depth: self.depth + 1, ..*self };
            self.world.charge(1)?;
            if pieces.len() > MAX_TEXT || scope.depth > super::MAX_DEPTH {
                return Err(Invalid);
            }
            scope.elements(&elements, pieces)?;
        }
        Ok(())
    }

    fn open_part(&self, part: &impl Span, of: &Node) -> Piece {
        let text = self.world.sources.text(self.place(part));
        let symbol = show::shortened(format!("{text} with {}", show(of)));
        let why = of.text().and_then(|text| text.unknowns().next()).map_or(Why::Expression, |unknown| unknown.why);
        Piece::Unknown(Unknown { symbol, why })
    }
}

/// Whether a part strips the blanks at one of its sides.
fn strips(element: &Element, side: Strip) -> bool {
    let (first, last) = match element {
        Element::Literal(_) => return false,
        Element::Interpolation(interpolation) => (interpolation.strip, interpolation.strip),
        Element::Directive(directive) => match &**directive {
            Directive::If(directive) => (directive.if_expr.strip, directive.endif_expr.strip),
            Directive::For(directive) => (directive.for_expr.strip, directive.endfor_expr.strip),
        },
    };
    match side {
        Strip::Start => matches!(first, Strip::Start | Strip::Both),
        _ => matches!(last, Strip::End | Strip::Both),
    }
}

/// What a value is as a part of a text.
pub(super) fn text_of(node: &Node) -> Result<&Text, Invalid> {
    match &node.value {
        Value::Scalar { text, .. } => Ok(text),
        _ => Err(Invalid),
    }
}
