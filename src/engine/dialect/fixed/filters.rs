//! FILTER NONE, ALLOW and DENY: which of the conditions in WHERE count for a FIXED.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Value};

use super::super::super::error::SqlError;
use super::super::build::binary;
use super::super::same::{is_name, stripped};
use super::super::walk;
use super::subquery::Fixed;
use super::{Lowering, refused};

/// How much of a condition is about the listed fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Share {
    All,
    Some,
    None,
}

impl Lowering<'_> {
    /// The conditions that AND joins, without those that FILTER leaves out.
    pub(super) fn filter(&self, fixed: &Fixed) -> Result<Option<Expr>, SqlError> {
        let Some(condition) = &self.source.selection else { return Ok(None) };
        let kept_share = match fixed.filter.as_str() {
            "" => return Ok(Some(condition.clone())),
            "NONE" => return Ok(None),
            "ALLOW" => Share::All,
            _ => Share::None,
        };
        let fields: Vec<Expr> = fixed.fields.iter().map(|it| self.unaliased(it)).collect();
        let mut conditions = Vec::new();
        flatten(condition, &mut conditions);
        let mut kept = Vec::new();
        for condition in conditions {
            match self.share(condition, &fields) {
                Share::Some => {
                    let filter = &fixed.filter;
                    return Err(refused(format!(
                        "the condition {condition} is on columns that FILTER {filter} lists and on others"
                    )));
                }
                share if share == kept_share || !has_column(condition) => {
                    kept.push(condition.clone());
                }
                _ => {}
            }
        }
        Ok(kept.into_iter().reduce(|left, right| binary(left, BinaryOperator::And, right)))
    }

    fn share(&self, condition: &Expr, fields: &[Expr]) -> Share {
        let mut rest = condition.clone();
        let mut is_listed = false;
        let _ = walk::expressions_mut(&mut rest, |it| {
            if fields.iter().any(|field| self.is_same(field, it)) {
                is_listed = true;
                *it = Expr::value(Value::Null);
            }
            ControlFlow::<()>::Continue(())
        });
        match (is_listed, has_column(&rest)) {
            (true, false) => Share::All,
            (true, true) => Share::Some,
            (false, _) => Share::None,
        }
    }
}

fn flatten<'a>(condition: &'a Expr, conditions: &mut Vec<&'a Expr>) {
    match stripped(condition) {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            flatten(left, conditions);
            flatten(right, conditions);
        }
        other => conditions.push(other),
    }
}

fn has_column(expr: &Expr) -> bool {
    let found = walk::expressions(expr, |it| {
        if is_name(it) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found.is_break()
}
