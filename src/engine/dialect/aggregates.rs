//! GROUP_CONCAT, COUNT over several columns, and sums of texts. MySQL's manual, "Aggregate Function Descriptions".
//! Pinned by tests/golden/sql/aggregates.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CaseWhen, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArgumentList, FunctionArguments, Ident, ObjectName, Query,
    Value,
};

use super::super::error::SqlError;
use super::super::types::ColumnType;
use super::build::{binary, call, nested, number, plain_call, take, text};
use super::{Facts, walk};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    let _ = walk::expressions_mut(query, |expr| {
        if let Expr::Function(function) = expr {
            fix_function(function, facts);
            let name = plain_call(function).map(|it| it.0).unwrap_or_default();
            if ["bit_or", "bit_xor"].contains(&name.as_str()) {
                // Of no rows they are 0.
                *expr = call("ifnull", [take(expr), number(0)]);
            }
        }
        ControlFlow::<()>::Continue(())
    });
    Ok(())
}

fn fix_function(function: &mut Function, facts: &Facts) {
    let Some((name, _)) = plain_call(function) else { return };
    let FunctionArguments::List(list) = &mut function.args else { return };
    match name.as_str() {
        "group_concat" if !list.args.is_empty() => {
            let is_distinct = list.duplicate_treatment.take() == Some(DuplicateTreatment::Distinct);
            group_concat(list);
            if is_distinct {
                let distinct = Ident::new("mysql_group_concat_distinct");
                function.name = ObjectName::from(vec![distinct]);
            }
        }
        "count"
            if list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
                && list.args.len() > 1 =>
        {
            let columns = expressions(list);
            list.args = vec![unnamed(tuple(&columns))];
        }
        "sum" | "avg" | "std" | "stddev" | "variance" | "median" => {
            for it in &mut list.args {
                if let FunctionArg::Unnamed(FunctionArgExpr::Expr(column)) = it
                    && facts.kind(column) == Some(ColumnType::String)
                {
                    *column = call("mysql_number", [take(column)]);
                }
            }
        }
        _ => {}
    }
}

fn expressions(list: &mut FunctionArgumentList) -> Vec<Expr> {
    let expression = |it| match it {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    };
    std::mem::take(&mut list.args).into_iter().filter_map(expression).collect()
}

fn unnamed(expr: Expr) -> FunctionArg {
    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))
}

/// Several values in one text: NULL if one of them is, as COUNT(DISTINCT a, b) leaves such rows out.
fn tuple(columns: &[Expr]) -> Expr {
    let null = |it: &Expr| Expr::IsNull(Box::new(nested(it.clone())));
    let mut nulls = columns.iter().map(null);
    let first = nulls.next().unwrap_or_else(|| Expr::value(Value::Boolean(true)));
    let condition = nulls.fold(first, |left, right| binary(left, BinaryOperator::Or, right));
    let texts = columns.iter().map(|it| call("mysql_text", [it.clone()]));
    Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition, result: Expr::value(Value::Null) }],
        else_result: Some(Box::new(call(
            "concat_ws",
            std::iter::once(text("\u{1f}")).chain(texts),
        ))),
    }
}

/// The function takes one text, the separator, and a key to order by; the clauses go.
fn group_concat(list: &mut FunctionArgumentList) {
    let mut separator = ",".to_owned();
    let mut keys = Vec::new();
    for clause in std::mem::take(&mut list.clauses) {
        match clause {
            FunctionArgumentClause::Separator(written) => {
                separator = written.value.into_string().unwrap_or_default();
            }
            FunctionArgumentClause::OrderBy(order) => {
                for it in order {
                    let is_descending = it.options.asc == Some(false);
                    keys.extend([it.expr, text(if is_descending { "DESC" } else { "ASC" })]);
                }
            }
            other => list.clauses.push(other),
        }
    }
    let texts: Vec<Expr> =
        expressions(list).into_iter().map(|it| call("mysql_text", [it])).collect();
    let joined = match <[Expr; 1]>::try_from(texts) {
        Ok([one]) => one,
        Err(several) => call("concat", several),
    };
    list.args = vec![unnamed(joined), unnamed(text(separator))];
    if !keys.is_empty() {
        list.args.push(unnamed(call("mysql_order_key", keys)));
    }
}
