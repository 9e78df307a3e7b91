//! SQL text → tokens, without white space and comments.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Word};

use super::super::error::SqlError;
use super::grammar::Grammar;

/// Words and operators that a query may have: the planner's time grows with the square of them.
const OPERATORS_MAX: usize = 5_000;

pub(super) fn read(sql: &str) -> Result<Vec<TokenWithSpan>, SqlError> {
    let mut tokens = Tokenizer::new(&Grammar, sql).tokenize_with_location().map_err(|it| {
        SqlError::Syntax { line: it.location.line, column: it.location.column, problem: it.message }
    })?;
    tokens.retain(|it| !matches!(it.token, Token::Whitespace(_) | Token::EOF));
    while tokens.last().is_some_and(|it| it.token == Token::SemiColon) {
        tokens.pop();
    }
    if tokens.is_empty() {
        return Err(SqlError::Refused("the query is empty".to_owned()));
    }
    if tokens.iter().filter(|it| costs(&it.token)).count() > OPERATORS_MAX {
        return Err(SqlError::Refused(format!(
            "the query has more than {OPERATORS_MAX} operators"
        )));
    }
    Ok(tokens)
}

/// Lists of values are cheap; what combines expressions is not.
fn costs(token: &Token) -> bool {
    match token {
        Token::Word(it) => it.keyword != Keyword::NoKeyword,
        Token::Comma
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::Minus
        | Token::Period => false,
        _ => true,
    }
}

pub(super) fn word(token: Option<&TokenWithSpan>) -> Option<&Word> {
    match &token?.token {
        Token::Word(it) => Some(it),
        _ => None,
    }
}

/// Whether the token is this unquoted word.
pub(super) fn is(token: Option<&TokenWithSpan>, text: &str) -> bool {
    word(token).is_some_and(|it| it.quote_style.is_none() && it.value.eq_ignore_ascii_case(text))
}

pub(super) fn quoted(name: &str) -> Token {
    Token::Word(Word {
        value: name.to_owned(),
        quote_style: Some('`'),
        keyword: Keyword::NoKeyword,
    })
}

/// How many brackets are open before each token.
pub(super) fn depths(tokens: &[TokenWithSpan]) -> Vec<usize> {
    let mut depth = 0usize;
    let mut depths = Vec::with_capacity(tokens.len());
    for it in tokens {
        if it.token == Token::RParen {
            depth = depth.saturating_sub(1);
        }
        depths.push(depth);
        if it.token == Token::LParen {
            depth += 1;
        }
    }
    depths
}

/// The query as it was written, to cut pieces out of it.
#[derive(Debug)]
pub(super) struct Text<'a> {
    sql: &'a str,
    is_ascii: bool,
    lines: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        let starts = memchr::memchr_iter(b'\n', sql.as_bytes()).map(|it| it + 1);
        Self { sql, is_ascii: sql.is_ascii(), lines: std::iter::once(0).chain(starts).collect() }
    }

    /// From the first of these tokens to the last.
    pub(super) fn slice(&self, tokens: &[TokenWithSpan]) -> Option<&'a str> {
        let start = self.offset(tokens.first()?.span.start)?;
        let end = self.offset(tokens.last()?.span.end)?;
        self.sql.get(start..end)
    }

    fn offset(&self, at: Location) -> Option<usize> {
        let line = *self.lines.get(usize::try_from(at.line).ok()?.checked_sub(1)?)?;
        let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
        if self.is_ascii {
            return Some(line + column);
        }
        let rest = self.sql.get(line..)?;
        let inside = rest.char_indices().nth(column).map_or(rest.len(), |(it, _)| it);
        Some(line + inside)
    }
}
