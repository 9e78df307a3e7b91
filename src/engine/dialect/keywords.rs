//! Words that the parser reads otherwise than MySQL or Domo: `FROM table`, MOD between two operands, units like DAY_HOUR.
//! Domo's clients write `FROM table`; MySQL's manual has `N % M, N MOD M`. Pinned by names.slt, operators.slt
//! and date_moves.slt.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::tokens::{is, quoted, word};

/// TABLE is a name like any other, unless it calls something.
pub(super) fn quote_table(tokens: &mut [TokenWithSpan]) {
    for at in 0..tokens.len() {
        let calls = tokens.get(at + 1).is_some_and(|it| it.token == Token::LParen);
        if is(tokens.get(at), "table") && !calls {
            let value = word(tokens.get(at)).map(|it| it.value.clone()).unwrap_or_default();
            tokens[at].token = quoted(&value);
        }
    }
}

/// `a MOD b` is `a % b`.
pub(super) fn infix_mod(tokens: &mut [TokenWithSpan]) {
    for at in 1..tokens.len() {
        if is(tokens.get(at), "mod") && ends_operand(&tokens[at - 1].token) {
            tokens[at].token = Token::Mod;
        }
    }
}

/// `INTERVAL x DAY_HOUR` is `INTERVAL x DAY TO HOUR` to the parser. As SECOND cannot be followed by TO there,
/// `SECOND_MICROSECOND` is `MICROSECOND TO SECOND`.
pub(super) fn compound_units(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut read = Vec::with_capacity(tokens.len());
    // Whether an INTERVAL waits for its unit, for each parenthesis that is open.
    let mut open = Vec::new();
    let mut waits = false;
    for token in tokens {
        match &token.token {
            Token::LParen => open.push(std::mem::replace(&mut waits, false)),
            Token::RParen => waits = open.pop().unwrap_or(false),
            Token::Comma => waits = false,
            _ if is(Some(&token), "interval") => waits = true,
            _ => {}
        }
        match compound_unit(&token).filter(|_| waits) {
            Some(words) => {
                let spanned = |it| TokenWithSpan::new(Token::make_keyword(it), token.span);
                read.extend(words.map(spanned));
                waits = false;
            }
            None => read.push(token),
        }
    }
    read
}

fn compound_unit(token: &TokenWithSpan) -> Option<[&'static str; 3]> {
    const UNITS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
    let name = word(Some(token)).filter(|it| it.quote_style.is_none())?.value.to_uppercase();
    let (first, last) = name.split_once('_')?;
    let known = |unit: &str| UNITS.into_iter().find(|it| *it == unit);
    match (known(first)?, last) {
        ("SECOND", "MICROSECOND") => Some(["MICROSECOND", "TO", "SECOND"]),
        (first, "MICROSECOND") => Some([first, "TO", "MICROSECOND"]),
        (first, last) => Some([first, "TO", known(last)?]),
    }
}

fn ends_operand(token: &Token) -> bool {
    match token {
        Token::Word(it) => it.keyword == Keyword::NoKeyword || it.keyword == Keyword::END,
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::RParen => true,
        _ => false,
    }
}
