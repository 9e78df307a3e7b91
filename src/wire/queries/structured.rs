//! The structured query of Domo's own pages: `{"columns": […], "where": …, "limit": {…}}` instead of SQL.
//!
//! Clients show columns, limit and the empty members; the forms of a condition, an aggregation and an order are our
//! inference, after the names that Domo's beast modes and cards use.

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
    columns: Option<Vec<Expression>>,
    #[serde(rename = "where")]
    filter: Option<Box<Expression>>,
    having: Option<Box<Expression>>,
    /// Conditions that must all hold.
    filters: Option<Vec<Filter>>,
    group_by_columns: Option<Vec<Expression>>,
    order_by_columns: Option<Vec<OrderBy>>,
    limit: Option<Limit>,
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
    select_set: Option<Vec<Expression>>,
    expressions: Option<Vec<Expression>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Filter {
    column: String,
    #[serde(alias = "operand")]
    operator: String,
    #[serde(default)]
    #[schemars(with = "Vec<crate::wire::shapes::Opaque>")]
    values: Vec<Value>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct OrderBy {
    column: Option<String>,
    aggregation: Option<String>,
    order: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Limit {
    limit: Option<u64>,
    offset: Option<u64>,
}

impl StructuredQuery {
    /// The same as a description that the engine writes as SQL.
    pub fn into_domain(self) -> Result<Structured, Refusal> {
        let each = |list: Option<Vec<Expression>>| list.unwrap_or_default().into_iter();
        let mut conditions: Vec<Condition> = Vec::new();
        for filter in self.filters.unwrap_or_default() {
            conditions.push(filter.into_condition()?);
        }
        if let Some(filter) = self.filter {
            conditions.push(filter.into_condition()?);
        }
        let (limit, offset) = self.limit.map_or((None, None), |it| (it.limit, it.offset));
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

    fn into_term(self) -> Result<Term, Refusal> {
        match (self.column, self.formula) {
            (column, _) if self.aggregation.is_some() => {
                let function = aggregate(&self.aggregation.unwrap_or_default())?;
                Ok(Term::Aggregate { function, column })
            }
            (Some(column), _) => Ok(Term::Column(column)),
            (None, Some(formula)) => Ok(Term::Expression(formula)),
            (None, None) => Err(Refusal::bad_request("query: an expression names no column")),
        }
    }

    fn into_condition(self) -> Result<Condition, Refusal> {
        let kind = self.expr_type.clone().unwrap_or_default().to_uppercase();
        match kind.as_str() {
            "AND" => Ok(Condition::All(self.operands()?)),
            "OR" => Ok(Condition::Any(self.operands()?)),
            "NOT" => {
                let operand = self.left_expr.or(self.right_expr);
                let operand =
                    operand.ok_or_else(|| Refusal::bad_request("query: NOT has no operand"))?;
                Ok(Condition::Not(Box::new(operand.into_condition()?)))
            }
            "IN" => {
                let values = self
                    .select_set
                    .unwrap_or_default()
                    .into_iter()
                    .map(|it| literal(it.value))
                    .collect();
                Ok(Condition::In { term: operand(self.left_expr)?, values })
            }
            "IS_NULL" => Ok(Condition::IsNull(operand(self.left_expr)?)),
            other => {
                let comparison = comparison(other)?;
                let value = literal(self.right_expr.and_then(|it| it.value));
                Ok(Condition::Compare { term: operand(self.left_expr)?, comparison, value })
            }
        }
    }

    fn operands(self) -> Result<Vec<Condition>, Refusal> {
        let pair = self.left_expr.into_iter().chain(self.right_expr).map(|it| *it);
        pair.chain(self.expressions.into_iter().flatten()).map(Self::into_condition).collect()
    }
}

impl Filter {
    fn into_condition(self) -> Result<Condition, Refusal> {
        let term = Term::Column(self.column);
        let mut values = self.values.into_iter().map(|it| literal(Some(it)));
        match self.operator.to_uppercase().as_str() {
            "IN" => Ok(Condition::In { term, values: values.collect() }),
            "NOT_IN" => {
                Ok(Condition::Not(Box::new(Condition::In { term, values: values.collect() })))
            }
            "IS_NULL" => Ok(Condition::IsNull(term)),
            "IS_NOT_NULL" => Ok(Condition::Not(Box::new(Condition::IsNull(term)))),
            "BETWEEN" => {
                let (low, high) = (
                    values.next().unwrap_or(Literal::Null),
                    values.next().unwrap_or(Literal::Null),
                );
                Ok(Condition::All(vec![
                    Condition::Compare {
                        term: term.clone(),
                        comparison: Comparison::GreaterOrEqual,
                        value: low,
                    },
                    Condition::Compare { term, comparison: Comparison::LessOrEqual, value: high },
                ]))
            }
            other => {
                let (comparison, value) =
                    (comparison(other)?, values.next().unwrap_or(Literal::Null));
                Ok(Condition::Compare { term, comparison, value })
            }
        }
    }
}

impl OrderBy {
    fn into_order(self) -> Result<Order, Refusal> {
        let descending = match self.order.unwrap_or_default().to_uppercase().as_str() {
            "" | "ASC" | "ASCENDING" => false,
            "DESC" | "DESCENDING" => true,
            other => return Err(Refusal::bad_request(format!("query: '{other}' is no order"))),
        };
        let expression = Expression {
            column: self.column,
            aggregation: self.aggregation,
            ..Expression::default()
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
