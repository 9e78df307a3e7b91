//! Words that the parser reads otherwise than MySQL or Domo: `FROM table`, and MOD between two operands.
//! Domo's clients write `FROM table`; MySQL's manual has `N % M, N MOD M`. Pinned by names.slt and operators.slt.

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
