//! Words that the parser reads otherwise than MySQL or Domo: `FROM table`, MOD between two operands, units like DAY_HOUR,
//! `TRIM(BOTH FROM x)`, `CHAR(x USING y)`, amounts of frames without quotes, and a LIMIT beyond any table.
//! Domo's clients write `FROM table`; MySQL's manual has `N % M, N MOD M`. Pinned by names.slt, operators.slt,
//! date_moves.slt, text_parts.slt, windows.slt and limits.slt.

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

/// `TRIM(BOTH FROM x)` trims blanks.
pub(super) fn trimmed_blanks(tokens: &mut Vec<TokenWithSpan>) {
    let sides = ["both", "leading", "trailing"];
    for at in (2..tokens.len()).rev() {
        let is_side = |at: usize| sides.iter().any(|it| is(tokens.get(at), it));
        let in_trim = is(tokens.get(at - 2), "trim") && tokens[at - 1].token == Token::LParen;
        if in_trim && is_side(at) && is(tokens.get(at + 1), "from") {
            let span = tokens[at].span;
            let blank = Token::SingleQuotedString(" ".to_owned());
            tokens.insert(at + 1, TokenWithSpan::new(blank, span));
        }
    }
}

/// `CHAR(x USING utf8mb4)` is CHAR(x): every text is Unicode.
pub(super) fn charset_of_char(tokens: &mut Vec<TokenWithSpan>) {
    for at in (3..tokens.len()).rev() {
        let closes = tokens.get(at + 2).is_some_and(|it| it.token == Token::RParen);
        if is(tokens.get(at), "using") && closes && calls(&tokens[..at], "char") {
            tokens.drain(at..at + 2);
        }
    }
}

/// Whether the last bracket that is open is that of a call of this name.
fn calls(tokens: &[TokenWithSpan], name: &str) -> bool {
    let mut closed = 0_usize;
    for (at, token) in tokens.iter().enumerate().rev() {
        match token.token {
            Token::RParen => closed += 1,
            Token::LParen if closed == 0 => {
                return at > 0 && is(tokens.get(at - 1), name);
            }
            Token::LParen => closed -= 1,
            _ => {}
        }
    }
    false
}

/// `INTERVAL 7 DAY PRECEDING`: in a frame the parser takes the amount as a text only.
pub(super) fn amounts_of_frames(tokens: &mut [TokenWithSpan]) {
    for at in 3..tokens.len() {
        let ends = is(tokens.get(at), "preceding") || is(tokens.get(at), "following");
        if ends
            && is(tokens.get(at - 3), "interval")
            && let Token::Number(digits, _) = &tokens[at - 2].token
        {
            tokens[at - 2].token = Token::SingleQuotedString(digits.clone());
        }
    }
}

/// `LIMIT 10, 18446744073709551615` is the manual's way to ask for all rows from the eleventh on.
pub(super) fn huge_limits(tokens: &mut [TokenWithSpan]) {
    let mut in_limit = false;
    for token in tokens {
        match &token.token {
            Token::Number(digits, _) if in_limit => {
                if digits.parse::<u64>().is_ok_and(|it| i64::try_from(it).is_err()) {
                    token.token = Token::Number(i64::MAX.to_string(), false);
                }
            }
            Token::Comma => {}
            _ => in_limit = is(Some(token), "limit") || is(Some(token), "offset"),
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
