//! Operators.

use std::cmp::Ordering;

use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression, UnaryOp, UnaryOperator};

use super::{Evaluated, Invalid, Scope, is_known, show, unknown, why};
use crate::source::{Agreement, Node, Text};

impl Scope<'_, '_> {
    pub(super) fn unary(&self, whole: &Expression, operation: &UnaryOp) -> Evaluated {
        let value = self.expression(&operation.expr)?;
        let at = self.place(whole);
        let Some(known) = value.known() else {
            return Ok(unknown(format!("{}({})", operation.operator.value(), show(&value)), why(&[&value]), at));
        };
        let result = match (operation.operator.value(), known) {
            (UnaryOperator::Not, "true") => "false".to_owned(),
            (UnaryOperator::Not, "false") => "true".to_owned(),
            (UnaryOperator::Neg, number) => number_text(-number.parse::<f64>().map_err(|_| Invalid)?),
            (UnaryOperator::Not, _) => return Err(Invalid),
        };
        Ok(Node::scalar(Text::literal(result, at), false))
    }

    pub(super) fn binary(&self, whole: &Expression, operation: &BinaryOp) -> Evaluated {
        let left = self.expression(&operation.lhs_expr)?;
        let operator = *operation.operator.value();
        let at = self.place(whole);
        let boolean = |value: bool| Ok(Node::scalar(Text::literal(value.to_string(), at), false));
        match (operator, left.known()) {
            (BinaryOperator::And, Some("false")) => return boolean(false),
            (BinaryOperator::Or, Some("true")) => return boolean(true),
            _ => {}
        }
        let right = self.expression(&operation.rhs_expr)?;
        let open = || Ok(unknown(format!("{} {operator} {}", show(&left), show(&right)), why(&[&left, &right]), at));
        match operator {
            BinaryOperator::Eq => equal(&left, &right).map_or_else(open, boolean),
            BinaryOperator::NotEq => equal(&left, &right).map_or_else(open, |same| boolean(!same)),
            BinaryOperator::And | BinaryOperator::Or => match (operator, left.known(), right.known()) {
                (BinaryOperator::And, _, Some("false")) => boolean(false),
                (BinaryOperator::Or, _, Some("true")) => boolean(true),
                (_, Some(_), Some(right)) => boolean(right == "true"),
                _ => open(),
            },
            _ => match (left.known(), right.known()) {
                (Some(left), Some(right)) => match calculate(operator, left, right)? {
                    Calculated::Truth(truth) => boolean(truth),
                    Calculated::Number(number) => Ok(Node::scalar(Text::literal(number_text(number), at), false)),
                },
                _ => open(),
            },
        }
    }
}

/// Whether two values are one; `None` where that is not known.
fn equal(left: &Node, right: &Node) -> Option<bool> {
    match (left.text(), right.text()) {
        (Some(left), Some(right)) => match left.agrees(right) {
            Agreement::Equal => Some(true),
            Agreement::Different => Some(false),
            Agreement::Open => None,
        },
        _ if is_known(left) && is_known(right) => Some(show(left) == show(right)),
        _ => None,
    }
}

enum Calculated {
    Truth(bool),
    Number(f64),
}

fn calculate(operator: BinaryOperator, left: &str, right: &str) -> Result<Calculated, Invalid> {
    let left: f64 = left.parse().map_err(|_| Invalid)?;
    let right: f64 = right.parse().map_err(|_| Invalid)?;
    let order = left.partial_cmp(&right).ok_or(Invalid)?;
    Ok(match operator {
        BinaryOperator::Less => Calculated::Truth(order == Ordering::Less),
        BinaryOperator::LessEq => Calculated::Truth(order != Ordering::Greater),
        BinaryOperator::Greater => Calculated::Truth(order == Ordering::Greater),
        BinaryOperator::GreaterEq => Calculated::Truth(order != Ordering::Less),
        BinaryOperator::Plus => Calculated::Number(left + right),
        BinaryOperator::Minus => Calculated::Number(left - right),
        BinaryOperator::Mul => Calculated::Number(left * right),
        BinaryOperator::Div if right != 0.0 => Calculated::Number(left / right),
        BinaryOperator::Mod if right != 0.0 => Calculated::Number(left % right),
        _ => return Err(Invalid),
    })
}

/// Whole numbers without a point.
fn number_text(number: f64) -> String {
    number.to_string()
}
