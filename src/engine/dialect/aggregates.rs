//! GROUP_CONCAT and LISTAGG, percentiles, and COUNT over several columns. MySQL's manual, "Aggregate Function
//! Descriptions", and <https://domo-support.domo.com/s/article/4410213098903>. Pinned by tests/golden/sql/aggregates.slt and
//! beast_mode_engine.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CaseWhen, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArgumentList, FunctionArguments, Ident, ObjectName, Query,
    Value,
};

use super::super::error::SqlError;
use super::super::functions::is_rewritten_aggregate;
use super::build::{arguments, binary, call, nested, number, plain_call, take, text};
use super::{Facts, walk};

pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let outcome = walk::expressions_mut(query, |expr| {
        let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
        let name = plain_call(function).map(|it| it.0).unwrap_or_default();
        if name == "listagg" {
            return match listagg(function) {
                Ok(Some((most, otherwise))) => {
                    *expr = call("mysql_bounded_list", [take(expr), most, otherwise]);
                    ControlFlow::Continue(())
                }
                Ok(None) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(error),
            };
        }
        if let ControlFlow::Break(error) = percentile(&name, function) {
            return ControlFlow::Break(error);
        }
        fix_function(function);
        if ["bit_or", "bit_xor"].contains(&name.as_str()) {
            // Of no rows they are 0.
            *expr = call("ifnull", [take(expr), number(0)]);
        }
        ControlFlow::Continue(())
    });
    match outcome {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Whether a query may call an aggregate by this name.
pub(super) fn is_aggregate(name: &str, facts: &Facts) -> bool {
    facts.state.aggregate_functions().contains_key(name) || is_rewritten_aggregate(name)
}

/// One exact percentile stands for all of them, the approximate ones too: its arguments are the number and the share.
fn percentile(name: &str, function: &mut Function) -> ControlFlow<SqlError> {
    let share = match name {
        "approximate_median" => Some("0.5"),
        "percentile25" => Some("0.25"),
        "percentile75" => Some("0.75"),
        "percentile99" => Some("0.99"),
        "percentile" | "approximate_percentile" | "percentile_cont" | "quantile_cont" => None,
        _ => return ControlFlow::Continue(()),
    };
    let mut args = arguments(function);
    if let Some(order) = function.within_group.pop() {
        if let (Some(false), [share]) = (order.options.asc, args.as_mut_slice()) {
            *share = binary(number(1), BinaryOperator::Minus, nested(take(share)));
        }
        args.insert(0, order.expr);
    }
    if let Some(share) = share {
        args.push(Expr::value(Value::Number(share.to_owned(), false)));
    }
    if args.len() != 2 || !function.within_group.is_empty() {
        let name = name.to_uppercase();
        return ControlFlow::Break(SqlError::Invalid(match share {
            Some(_) => format!("{name} takes 1 number"),
            None => format!("{name} takes a number and a share from 0 to 1"),
        }));
    }
    function.name = ObjectName::from(vec![Ident::new("mysql_percentile")]);
    set_arguments(function, args);
    ControlFlow::Continue(())
}

fn set_arguments(function: &mut Function, args: impl IntoIterator<Item = Expr>) {
    if let FunctionArguments::List(list) = &mut function.args {
        list.args = args.into_iter().map(unnamed).collect();
    }
}

/// `LISTAGG(x[, max length[, separator[, otherwise]]])`, and `LISTAGG(x, separator)`: GROUP_CONCAT, and what bounds it. A
/// second argument that is a number is a length, and a text is a separator.
fn listagg(function: &mut Function) -> Result<Option<(Expr, Expr)>, SqlError> {
    let invalid = |problem: &str| Err(SqlError::Invalid(format!("LISTAGG {problem}")));
    let mut args = arguments(function).into_iter();
    let Some(value) = args.next() else { return invalid("takes 1 to 4 arguments, not 0") };
    let (mut most, mut separator) = (None, None);
    match args.next() {
        Some(Expr::Value(it)) if it.value.clone().into_string().is_some() => {
            separator = it.value.into_string();
        }
        Some(Expr::Value(it)) if matches!(it.value, Value::Number(..)) => {
            most = Some(Expr::Value(it));
        }
        None => {}
        Some(_) => return invalid("takes a length or a separator that is written out"),
    }
    match args.next() {
        Some(Expr::Value(it)) if most.is_some() && it.value.clone().into_string().is_some() => {
            separator = it.value.into_string();
        }
        None => {}
        Some(_) => return invalid("takes a separator behind a length"),
    }
    let otherwise = args.next();
    if args.next().is_some() {
        return invalid("takes 1 to 4 arguments");
    }
    let order = std::mem::take(&mut function.within_group);
    let FunctionArguments::List(list) = &mut function.args else { return Ok(None) };
    if !order.is_empty() {
        list.clauses.push(FunctionArgumentClause::OrderBy(order));
    }
    list.args = vec![unnamed(value)];
    let separator = separator.unwrap_or_else(|| ",".to_owned());
    let is_distinct = list.duplicate_treatment.take() == Some(DuplicateTreatment::Distinct);
    group_concat(list, separator);
    let name = if is_distinct { "mysql_group_concat_distinct" } else { "group_concat" };
    function.name = ObjectName::from(vec![Ident::new(name)]);
    Ok(most.map(|most| (most, otherwise.unwrap_or_else(|| text("ERROR")))))
}

fn fix_function(function: &mut Function) {
    let Some((name, _)) = plain_call(function) else { return };
    let FunctionArguments::List(list) = &mut function.args else { return };
    match name.as_str() {
        "group_concat" if !list.args.is_empty() => {
            let is_distinct = list.duplicate_treatment.take() == Some(DuplicateTreatment::Distinct);
            group_concat(list, ",".to_owned());
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
fn group_concat(list: &mut FunctionArgumentList, mut separator: String) {
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
