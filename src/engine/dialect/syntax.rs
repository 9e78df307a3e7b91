//! Tokens → the one query they are, or a syntax error that says where.

use datafusion::sql::sqlparser::ast::{Query, Statement};
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::TokenWithSpan;

use super::super::error::SqlError;
use super::grammar::Grammar;

/// How deep brackets and subqueries may nest.
const DEPTH_MAX: usize = 50;

pub(super) fn parse(tokens: Vec<TokenWithSpan>) -> Result<Query, SqlError> {
    let end = tokens.last().map_or((1, 1), |it| (it.span.end.line, it.span.end.column));
    let statements = Parser::new(&Grammar)
        .with_recursion_limit(DEPTH_MAX)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|it| refusal(it, end))?;
    let mut statements = statements.into_iter();
    match (statements.next(), statements.next()) {
        (Some(Statement::Query(query)), None) => Ok(*query),
        (Some(other), None) => Err(only_select(&other)),
        _ => Err(SqlError::Refused("a request runs exactly one SELECT".to_owned())),
    }
}

pub(super) fn end_of_query() -> &'static str {
    "the end of the query"
}

fn only_select(statement: &Statement) -> SqlError {
    let text = statement.to_string();
    let verb = text.split_whitespace().next().unwrap_or_default().to_uppercase();
    SqlError::Refused(format!("{verb} is not accepted: a query is a SELECT"))
}

fn refusal(error: ParserError, end: (u64, u64)) -> SqlError {
    let text = match error {
        ParserError::RecursionLimitExceeded => {
            return SqlError::Refused(format!("the query nests deeper than {DEPTH_MAX} levels"));
        }
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
    };
    let (problem, (line, column)) = located(&text).unwrap_or((&text, end));
    let problem = problem
        .replace("found: EOF", &format!("found: {}", end_of_query()))
        .replacen("Expected: ", "expected ", 1)
        .replacen("found: ", "found ", 1);
    SqlError::Syntax { line, column, problem }
}

/// Splits `… at Line: 1, Column: 5`.
fn located(text: &str) -> Option<(&str, (u64, u64))> {
    let (problem, place) = text.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    Some((problem, (line.trim().parse().ok()?, column.trim().parse().ok()?)))
}
