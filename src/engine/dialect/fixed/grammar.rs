//! The grammar of `FIXED (…)` behind an aggregate: `SUM(x) FIXED (BY a, b FILTER DENY c)`.
//! <https://domo-support.domo.com/s/article/4408174643607>

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::super::build::{call, number, text};

/// The parser's tree has no place for FIXED: until the rewrite it is a call by a name that nobody can write,
/// `fixed(aggregate, form, number of keys, keys…, filter, fields…)`.
pub(in super::super) const NAME: &str = "\u{1}fixed";

/// Whether a token is this word without quotes. The tokens' own test is in a file that reads by this grammar.
fn is(token: &TokenWithSpan, text: &str) -> bool {
    matches!(&token.token, Token::Word(it) if it.quote_style.is_none() && it.value.eq_ignore_ascii_case(text))
}

/// Whether FIXED and a parenthesis come next.
pub(in super::super) fn is_next(parser: &Parser) -> bool {
    is(parser.peek_token_ref(), "fixed") && parser.peek_nth_token_ref(1).token == Token::LParen
}

/// Reads FIXED and what is between its parentheses.
pub(in super::super) fn parse(parser: &mut Parser, aggregate: Expr) -> Result<Expr, ParserError> {
    parser.next_token();
    parser.expect_token(&Token::LParen)?;
    let form = word(parser, &["BY", "ADD", "REMOVE"]);
    let keys = match form {
        Some(_) => parser.parse_comma_separated(Parser::parse_expr)?,
        None => Vec::new(),
    };
    let mut filter = None;
    if word(parser, &["FILTER"]).is_some() {
        filter = word(parser, &["NONE", "ALLOW", "DENY"]);
        if filter.is_none() {
            return parser
                .expected_ref("NONE, ALLOW or DENY behind FILTER", parser.peek_token_ref());
        }
    }
    let fields = match filter {
        Some("ALLOW" | "DENY") => parser.parse_comma_separated(Parser::parse_expr)?,
        _ => Vec::new(),
    };
    if parser.peek_token_ref().token != Token::RParen {
        let wanted = "BY, ADD, REMOVE, FILTER or ) in FIXED";
        return parser.expected_ref(wanted, parser.peek_token_ref());
    }
    parser.next_token();
    let form = [aggregate, text(form.unwrap_or_default()), number(keys.len() as i64)];
    let filter = std::iter::once(text(filter.unwrap_or_default())).chain(fields);
    Ok(call(NAME, form.into_iter().chain(keys).chain(filter)))
}

/// Takes the next token if it is one of these words.
fn word(parser: &mut Parser, words: &[&'static str]) -> Option<&'static str> {
    let found = words.iter().find(|it| is(parser.peek_token_ref(), it)).copied()?;
    parser.next_token();
    Some(found)
}
