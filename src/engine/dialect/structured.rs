//! A query as a description → the syntax tree that it stands for. No text is made in between.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, FunctionArg, FunctionArgExpr, FunctionArguments,
    GroupByExpr, Ident, LimitClause, Offset, OffsetRows, OrderBy, OrderByExpr, OrderByKind,
    OrderByOptions, SelectItem, SetExpr, UnaryOperator, Value,
};

use super::super::error::SqlError;
use super::super::structured::{
    Aggregate, Comparison, Condition, Literal, Order, Selected, Structured, Term,
};
use super::build::{binary, call, nested, not, text};
use super::{Facts, Parsed, keywords, naming, quotes, syntax, tokens};

/// Conditions and values that one query may have.
const PARTS_MAX: usize = 50_000;
/// How deep conditions may nest.
const DEPTH_MAX: usize = 50;

/// What the tree of every such query begins as.
const ALL_ROWS: &str = "SELECT * FROM `dataset`";

pub(crate) fn parse(query: &Structured, facts: &Facts) -> Result<Parsed, SqlError> {
    let mut builder = Builder { facts, parts: 0 };
    let mut tree = syntax::parse(tokens::read(ALL_ROWS)?)?;
    let items: Vec<String> = query.columns.iter().map(|it| label(&it.term)).collect();
    if let SetExpr::Select(select) = tree.body.as_mut() {
        if !query.columns.is_empty() {
            let items = query.columns.iter().map(|it| builder.item(it));
            select.projection = items.collect::<Result<_, _>>()?;
        }
        let filter = query.filter.as_ref().map(|it| builder.condition(it, 0));
        select.selection = filter.transpose()?;
        let keys = query.group_by.iter().map(|it| builder.term(it));
        select.group_by = GroupByExpr::Expressions(keys.collect::<Result<_, _>>()?, Vec::new());
        let having = query.having.as_ref().map(|it| builder.condition(it, 0));
        select.having = having.transpose()?;
    }
    if !query.order_by.is_empty() {
        let keys = query.order_by.iter().map(|it| builder.order(it));
        let kind = OrderByKind::Expressions(keys.collect::<Result<_, _>>()?);
        tree.order_by = Some(OrderBy { kind, interpolate: None });
    }
    if query.limit.is_some() || query.offset.is_some() {
        let offset = query.offset.map(|it| Offset { value: number(it), rows: OffsetRows::None });
        let limit = query.limit.map(number);
        tree.limit_clause = Some(LimitClause::LimitOffset { limit, offset, limit_by: Vec::new() });
    }
    let outputs = naming::outputs(&tree, &items, facts);
    Ok(Parsed { tree, items, outputs })
}

struct Builder<'a> {
    facts: &'a Facts<'a>,
    parts: usize,
}

impl Builder<'_> {
    fn item(&mut self, selected: &Selected) -> Result<SelectItem, SqlError> {
        let expr = self.term(&selected.term)?;
        Ok(match &selected.alias {
            Some(alias) => SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('`', alias) },
            None => SelectItem::UnnamedExpr(expr),
        })
    }

    fn order(&mut self, order: &Order) -> Result<OrderByExpr, SqlError> {
        let options = OrderByOptions { asc: order.descending.then_some(false), nulls_first: None };
        Ok(OrderByExpr { expr: self.term(&order.term)?, options, with_fill: None })
    }

    fn count(&mut self) -> Result<(), SqlError> {
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err(SqlError::Refused(format!("the query has more than {PARTS_MAX} parts")));
        }
        Ok(())
    }

    fn term(&mut self, term: &Term) -> Result<Expr, SqlError> {
        self.count()?;
        Ok(match term {
            Term::Column(name) => column(name),
            Term::Lower(name) => call("lower", [column(name)]),
            Term::Aggregate { function, column } => aggregate(*function, column.as_deref()),
            Term::Expression(sql) => {
                let mut tokens = tokens::read(sql)?;
                keywords::infix_mod(&mut tokens);
                quotes::settle(&mut tokens, self.facts);
                nested(syntax::parse_expression(tokens)?)
            }
        })
    }

    fn condition(&mut self, condition: &Condition, depth: usize) -> Result<Expr, SqlError> {
        self.count()?;
        if depth > DEPTH_MAX {
            return Err(SqlError::Refused(format!(
                "the query nests deeper than {DEPTH_MAX} levels"
            )));
        }
        match condition {
            Condition::All(all) => self.joined(all, &BinaryOperator::And, depth),
            Condition::Any(all) => self.joined(all, &BinaryOperator::Or, depth),
            Condition::Not(inner) => Ok(not(self.condition(inner, depth + 1)?)),
            Condition::Compare { term, comparison, value } => {
                let (term, value) = (self.term(term)?, literal(value));
                Ok(match operator(*comparison) {
                    Some(op) => binary(term, op, value),
                    None => Expr::Like {
                        negated: false,
                        any: false,
                        expr: Box::new(term),
                        pattern: Box::new(value),
                        escape_char: None,
                    },
                })
            }
            Condition::In { values, .. } if values.is_empty() => Ok(truth(false)),
            Condition::In { term, values } => {
                self.parts += values.len();
                Ok(Expr::InList {
                    expr: Box::new(self.term(term)?),
                    list: values.iter().map(literal).collect(),
                    negated: false,
                })
            }
            Condition::IsNull(term) => Ok(Expr::IsNull(Box::new(self.term(term)?))),
        }
    }

    fn joined(
        &mut self,
        all: &[Condition],
        op: &BinaryOperator,
        depth: usize,
    ) -> Result<Expr, SqlError> {
        let mut joined: Option<Expr> = None;
        for condition in all {
            let condition = nested(self.condition(condition, depth + 1)?);
            joined = Some(match joined {
                Some(before) => binary(before, op.clone(), condition),
                None => condition,
            });
        }
        Ok(joined.unwrap_or_else(|| truth(*op == BinaryOperator::And)))
    }
}

fn column(name: &str) -> Expr {
    Expr::Identifier(Ident::with_quote('`', name))
}

fn number(number: u64) -> Expr {
    Expr::value(Value::Number(number.to_string(), false))
}

fn truth(value: bool) -> Expr {
    Expr::value(Value::Boolean(value))
}

fn literal(literal: &Literal) -> Expr {
    match literal {
        Literal::Null => Expr::value(Value::Null),
        Literal::Text(it) => text(it.as_str()),
        Literal::Number(written) => match written.strip_prefix('-') {
            Some(positive) => {
                let expr = Box::new(Expr::value(Value::Number(positive.to_owned(), false)));
                Expr::UnaryOp { op: UnaryOperator::Minus, expr }
            }
            None => Expr::value(Value::Number(written.clone(), false)),
        },
    }
}

/// None for LIKE, which is a node of its own.
fn operator(comparison: Comparison) -> Option<BinaryOperator> {
    match comparison {
        Comparison::Equal => Some(BinaryOperator::Eq),
        Comparison::NotEqual => Some(BinaryOperator::NotEq),
        Comparison::Less => Some(BinaryOperator::Lt),
        Comparison::LessOrEqual => Some(BinaryOperator::LtEq),
        Comparison::Greater => Some(BinaryOperator::Gt),
        Comparison::GreaterOrEqual => Some(BinaryOperator::GtEq),
        Comparison::Like => None,
    }
}

/// The name of a function, and whether it takes each value once.
fn function(aggregate: Aggregate) -> (&'static str, bool) {
    match aggregate {
        Aggregate::Sum => ("SUM", false),
        Aggregate::Average => ("AVG", false),
        Aggregate::Count => ("COUNT", false),
        Aggregate::CountDistinct => ("COUNT", true),
        Aggregate::Minimum => ("MIN", false),
        Aggregate::Maximum => ("MAX", false),
    }
}

fn aggregate(aggregate: Aggregate, of: Option<&str>) -> Expr {
    let (name, is_distinct) = function(aggregate);
    let mut expr = call(name, of.map(column));
    if let Expr::Function(function) = &mut expr
        && let FunctionArguments::List(list) = &mut function.args
    {
        list.duplicate_treatment = is_distinct.then_some(DuplicateTreatment::Distinct);
        if of.is_none() {
            list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Wildcard));
        }
    }
    expr
}

/// How a column of the answer is called that has no alias.
fn label(term: &Term) -> String {
    match term {
        Term::Column(name) => name.clone(),
        Term::Lower(name) => format!("LOWER({})", quoted(name)),
        Term::Expression(sql) => format!("({sql})"),
        Term::Aggregate { function: aggregate, column } => {
            let (name, is_distinct) = function(*aggregate);
            let distinct = if is_distinct { "DISTINCT " } else { "" };
            let column = column.as_deref().map_or_else(|| "*".to_owned(), quoted);
            format!("{name}({distinct}{column})")
        }
    }
}

/// A name between backticks.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
