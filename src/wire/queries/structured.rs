//! The structured query of Domo's own pages: `{"columns": […], "where": …, "limit": {…}}` instead of SQL.
//!
//! Clients show columns, limit and the empty members; the forms of a condition, an aggregation and an order are our
//! inference, after the names that Domo's beast modes and cards use.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::Error;
use crate::domain::structured::{
    Aggregate, Comparison, Condition, Literal, Order, Selected, Structured, Term,
};
use crate::wire::error::Refusal;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StructuredQuery {
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    columns: Option<Vec<Expression>>,
    #[serde(rename = "where")]
    filter: Option<Box<Expression>>,
    having: Option<Box<Expression>>,
    /// Conditions that must all hold.
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    filters: Option<Vec<Filter>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    group_by_columns: Option<Vec<Expression>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    order_by_columns: Option<Vec<OrderBy>>,
    limit: Option<Limit>,
    #[serde(flatten)]
    others: Others,
}

/// A column, a formula, a value, or a condition over others: `exprType` tells.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Expression {
    expr_type: Option<String>,
    column: Option<String>,
    aggregation: Option<String>,
    alias: Option<String>,
    formula: Option<String>,
    #[schemars(with = "Option<crate::wire::shapes::Opaque>")]
    value: Option<Value>,
    left_expr: Option<Box<Expression>>,
    right_expr: Option<Box<Expression>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    select_set: Option<Vec<Expression>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    expressions: Option<Vec<Expression>>,
    /// Whether a condition is to be false.
    not: Option<bool>,
    #[serde(flatten)]
    others: Others,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Filter {
    column: String,
    #[serde(alias = "operand")]
    operator: String,
    #[serde(default)]
    #[schemars(with = "Vec<crate::wire::shapes::Opaque>")]
    values: Vec<Value>,
    not: Option<bool>,
    #[serde(flatten)]
    others: Others,
}

/// What to order by, in `expression` as Domo's own pages send it, or flat.
#[derive(Debug, Deserialize, JsonSchema)]
struct OrderBy {
    expression: Option<Expression>,
    column: Option<String>,
    aggregation: Option<String>,
    order: Option<String>,
    #[serde(flatten)]
    others: Others,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Limit {
    limit: Option<u64>,
    offset: Option<u64>,
    #[serde(flatten)]
    others: Others,
}

/// Members that this reads no meaning into. One that says something is refused: what it says could change the answer.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Others(
    #[schemars(with = "BTreeMap<String, crate::wire::shapes::Opaque>")] BTreeMap<String, Value>,
);

impl Others {
    fn refuse(&self) -> Result<(), Refusal> {
        let says = |it: &Value| match it {
            Value::Null | Value::Bool(false) => false,
            Value::String(it) => !it.is_empty(),
            Value::Array(it) => !it.is_empty(),
            Value::Object(it) => !it.is_empty(),
            _ => true,
        };
        match self.0.iter().find(|(_, value)| says(value)) {
            Some((name, _)) => Err(not_emulated(&format!("the member '{name}'"))),
            None => Ok(()),
        }
    }
}

fn not_emulated(what: &str) -> Refusal {
    Refusal::not_emulated(format_args!("{what} of a structured query"))
}

impl StructuredQuery {
    /// The same in the engine's terms.
    pub fn into_domain(self) -> Result<Structured, Refusal> {
        self.others.refuse()?;
        let each = |list: Option<Vec<Expression>>| list.unwrap_or_default().into_iter();
        let mut conditions: Vec<Condition> = Vec::new();
        for filter in self.filters.unwrap_or_default() {
            conditions.push(filter.into_condition()?);
        }
        if let Some(filter) = self.filter {
            conditions.push(filter.into_condition()?);
        }
        let (limit, offset) = match self.limit {
            Some(it) => {
                it.others.refuse()?;
                (it.limit, it.offset)
            }
            None => (None, None),
        };
        Ok(Structured {
            columns: each(self.columns).map(Expression::into_selected).collect::<Result<_, _>>()?,
            filter: match conditions.len() {
                0 => None,
                _ => Some(Condition::All(conditions)),
            },
            group_by: each(self.group_by_columns)
                .map(Expression::into_term)
                .collect::<Result<_, _>>()?,
            having: self.having.map(|it| it.into_condition()).transpose()?,
            order_by: self
                .order_by_columns
                .unwrap_or_default()
                .into_iter()
                .map(OrderBy::into_order)
                .collect::<Result<_, _>>()?,
            limit,
            offset,
        })
    }
}

impl Expression {
    fn into_selected(self) -> Result<Selected, Refusal> {
        let alias = self.alias.clone();
        Ok(Selected { term: self.into_term()?, alias })
    }

    /// What is left when everything that had a meaning has been taken out.
    fn nothing_else(&self) -> Result<(), Refusal> {
        let members = [
            ("column", self.column.is_some()),
            ("aggregation", self.aggregation.is_some()),
            ("formula", self.formula.is_some()),
            ("value", self.value.is_some()),
            ("leftExpr", self.left_expr.is_some()),
            ("rightExpr", self.right_expr.is_some()),
            ("selectSet", self.select_set.is_some()),
            ("expressions", self.expressions.is_some()),
            ("not", self.not.is_some_and(|it| it)),
        ];
        match members.iter().find(|(_, is_there)| *is_there) {
            Some((name, _)) => Err(not_emulated(&format!("'{name}' in such an expression"))),
            None => self.others.refuse(),
        }
    }

    fn into_term(mut self) -> Result<Term, Refusal> {
        let taken = (self.aggregation.take(), self.column.take(), self.formula.take());
        self.nothing_else()?;
        match taken {
            (_, Some(_), Some(_)) => Err(not_emulated("a column and a formula in one expression")),
            (None, Some(column), None) => Ok(Term::Column(column)),
            (None, None, Some(formula)) => Ok(Term::Expression(formula)),
            (Some(name), column, None) => {
                let function = aggregate(&name)?;
                if column.is_none() && function != Aggregate::Count {
                    return Err(Refusal::bad_request("query: an aggregation names no column"));
                }
                Ok(Term::Aggregate { function, column })
            }
            (Some(_), None, Some(_)) => Err(not_emulated("an aggregation of a formula")),
            (None, None, None) => Err(Refusal::bad_request("query: an expression names no column")),
        }
    }

    fn into_condition(mut self) -> Result<Condition, Refusal> {
        let is_negated = self.not.take().unwrap_or(false);
        let kind = self.expr_type.clone().unwrap_or_default().to_uppercase();
        let condition = match kind.as_str() {
            "AND" => Condition::All(self.operands()?),
            "OR" => Condition::Any(self.operands()?),
            "NOT" => {
                let operand = <[Condition; 1]>::try_from(self.operands()?);
                let [operand] =
                    operand.map_err(|_| Refusal::bad_request("query: NOT has one operand"))?;
                Condition::Not(Box::new(operand))
            }
            "IN" => {
                let term = operand(self.left_expr.take())?;
                let values = self.select_set.take();
                let values =
                    values.ok_or_else(|| Refusal::bad_request("query: IN has no selectSet"))?;
                let values =
                    values.into_iter().map(Self::into_literal).collect::<Result<_, _>>()?;
                Condition::In { term, values }
            }
            "IS_NULL" => Condition::IsNull(operand(self.left_expr.take())?),
            other => {
                let comparison = comparison(other)?;
                let value = self.right_expr.take();
                let value = value
                    .ok_or_else(|| Refusal::bad_request("query: a condition has no rightExpr"))?;
                let (term, value) = (operand(self.left_expr.take())?, value.into_literal()?);
                Condition::Compare { term, comparison, value }
            }
        };
        self.nothing_else()?;
        Ok(if is_negated { Condition::Not(Box::new(condition)) } else { condition })
    }

    fn operands(&mut self) -> Result<Vec<Condition>, Refusal> {
        let pair = self.left_expr.take().into_iter().chain(self.right_expr.take()).map(|it| *it);
        let others = self.expressions.take().into_iter().flatten();
        pair.chain(others).map(Self::into_condition).collect()
    }

    /// A value to compare with; another column is none.
    fn into_literal(mut self) -> Result<Literal, Refusal> {
        let value = self.value.take();
        self.nothing_else()?;
        Ok(literal(value))
    }
}

impl Filter {
    fn into_condition(self) -> Result<Condition, Refusal> {
        self.others.refuse()?;
        let term = Term::Column(self.column);
        let mut values: Vec<Literal> =
            self.values.into_iter().map(|it| literal(Some(it))).collect();
        let operator = self.operator.to_uppercase();
        let mut exactly = |count: usize| {
            if values.len() == count {
                return Ok(std::mem::take(&mut values));
            }
            let found = values.len();
            Err(Refusal::bad_request(format!(
                "query: {operator} takes {count} values, not {found}"
            )))
        };
        let condition = match operator.as_str() {
            "IN" => Condition::In { term, values },
            "NOT_IN" => Condition::Not(Box::new(Condition::In { term, values })),
            "IS_NULL" => exactly(0).map(|_| Condition::IsNull(term))?,
            "IS_NOT_NULL" => {
                exactly(0).map(|_| Condition::Not(Box::new(Condition::IsNull(term))))?
            }
            "BETWEEN" => {
                let comparisons = [Comparison::GreaterOrEqual, Comparison::LessOrEqual];
                let bounds = exactly(2)?.into_iter().zip(comparisons);
                let bound = |(value, comparison)| Condition::Compare {
                    term: term.clone(),
                    comparison,
                    value,
                };
                Condition::All(bounds.map(bound).collect())
            }
            other => {
                let comparison = comparison(other)?;
                let compare = exactly(1)?.into_iter().map(|value| Condition::Compare {
                    term: term.clone(),
                    comparison,
                    value,
                });
                Condition::All(compare.collect())
            }
        };
        let is_negated = self.not.unwrap_or(false);
        Ok(if is_negated { Condition::Not(Box::new(condition)) } else { condition })
    }
}

impl OrderBy {
    fn into_order(self) -> Result<Order, Refusal> {
        self.others.refuse()?;
        let descending = match self.order.unwrap_or_default().to_uppercase().as_str() {
            "" | "ASC" | "ASCENDING" => false,
            "DESC" | "DESCENDING" => true,
            other => {
                return Err(Refusal::bad_request(format!("query: there is no order '{other}'")));
            }
        };
        let is_flat = self.column.is_some() || self.aggregation.is_some();
        let expression = match self.expression {
            Some(_) if is_flat => {
                return Err(Refusal::bad_request("query: an order names two columns"));
            }
            Some(expression) => expression,
            None => Expression {
                column: self.column,
                aggregation: self.aggregation,
                ..Expression::default()
            },
        };
        Ok(Order { term: expression.into_term()?, descending })
    }
}

fn operand(expression: Option<Box<Expression>>) -> Result<Term, Refusal> {
    expression
        .ok_or_else(|| Refusal::bad_request("query: a condition has no leftExpr"))?
        .into_term()
}

fn literal(value: Option<Value>) -> Literal {
    match value {
        None | Some(Value::Null) => Literal::Null,
        Some(Value::Number(number)) => Literal::Number(number.to_string()),
        Some(Value::String(text)) => Literal::Text(text),
        Some(Value::Bool(it)) => Literal::Number(u8::from(it).to_string()),
        Some(other) => Literal::Text(other.to_string()),
    }
}

fn aggregate(name: &str) -> Result<Aggregate, Refusal> {
    match name.to_uppercase().as_str() {
        "SUM" => Ok(Aggregate::Sum),
        "AVG" | "AVERAGE" => Ok(Aggregate::Average),
        "COUNT" => Ok(Aggregate::Count),
        "COUNT_DISTINCT" | "UNIQUE" => Ok(Aggregate::CountDistinct),
        "MIN" => Ok(Aggregate::Minimum),
        "MAX" => Ok(Aggregate::Maximum),
        _ => Err(Error::Unsupported("this aggregation of a structured query").into()),
    }
}

fn comparison(name: &str) -> Result<Comparison, Refusal> {
    match name {
        "EQUALS" | "=" => Ok(Comparison::Equal),
        "NOT_EQUALS" | "<>" | "!=" => Ok(Comparison::NotEqual),
        "LESS_THAN" | "<" => Ok(Comparison::Less),
        "LESS_THAN_EQUALS_TO" | "<=" => Ok(Comparison::LessOrEqual),
        "GREATER_THAN" | ">" => Ok(Comparison::Greater),
        "GREAT_THAN_EQUALS_TO" | "GREATER_THAN_EQUALS_TO" | ">=" => Ok(Comparison::GreaterOrEqual),
        "LIKE" => Ok(Comparison::Like),
        _ => Err(Error::Unsupported("this condition of a structured query").into()),
    }
}
