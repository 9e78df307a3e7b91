//! Tokens → the one query they are, or a syntax error that says where.

use datafusion::sql::sqlparser::ast::{Expr, Query, Statement};
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::super::error::SqlError;
use super::grammar::Grammar;
use super::tokens::is;

/// How deep brackets and subqueries may nest.
const DEPTH_MAX: usize = 50;

pub(super) fn parse(tokens: Vec<TokenWithSpan>) -> Result<Query, SqlError> {
    let end = end(&tokens);
    let statements = parser(tokens).parse_statements().map_err(|it| refusal(it, end))?;
    let mut statements = statements.into_iter();
    match (statements.next(), statements.next()) {
        (Some(Statement::Query(query)), None) => Ok(*query),
        _ => Err(SqlError::Refused("a request runs exactly one SELECT".to_owned())),
    }
}

/// The tokens of a formula, all of which must be one expression.
pub(super) fn parse_expression(tokens: Vec<TokenWithSpan>) -> Result<Expr, SqlError> {
    let end = end(&tokens);
    let mut parser = parser(tokens);
    let expression = parser.parse_expr().map_err(|it| refusal(it, end))?;
    let next = parser.next_token();
    if next.token == Token::EOF {
        return Ok(expression);
    }
    let problem = format!("expected {}, found {next}", end_of_query());
    Err(SqlError::Syntax { line: next.span.start.line, column: next.span.start.column, problem })
}

/// A statement that begins otherwise than a query is refused by its verb, unread.
pub(super) fn only_select(tokens: &[TokenWithSpan]) -> Result<(), SqlError> {
    match tokens.first() {
        Some(first)
            if first.token != Token::LParen
                && !["select", "with"].iter().any(|it| is(Some(first), it)) =>
        {
            let verb = first.token.to_string().to_uppercase();
            Err(SqlError::Refused(format!("{verb} is not accepted: a query is a SELECT")))
        }
        _ => Ok(()),
    }
}

fn parser(tokens: Vec<TokenWithSpan>) -> Parser<'static> {
    Parser::new(&Grammar).with_recursion_limit(DEPTH_MAX).with_tokens_with_locations(tokens)
}

/// Line and column behind the last token.
fn end(tokens: &[TokenWithSpan]) -> (u64, u64) {
    tokens.last().map_or((1, 1), |it| (it.span.end.line, it.span.end.column))
}

fn end_of_query() -> &'static str {
    "the end of the query"
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
