//! What stands between double quotes. MySQL reads a string; Domo's clients write `AS "Total"` and name columns so.
//! After AS it is a name, where a column, formula or alias is called so it is that; elsewhere a string.
//! Pinned by tests/golden/sql/quotes.slt.

use std::collections::HashSet;

use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Facts;
use super::tokens::{is, quoted};

pub(super) fn settle(tokens: &mut Vec<TokenWithSpan>, facts: &Facts) {
    let mut aliases = HashSet::new();
    for at in 1..tokens.len() {
        if let Token::DoubleQuotedString(name) = &tokens[at].token
            && is(tokens.get(at - 1), "as")
        {
            aliases.insert(name.to_lowercase());
            tokens[at].token = quoted(name);
        }
    }
    for it in tokens.iter_mut() {
        if let Token::DoubleQuotedString(text) = &it.token
            && (aliases.contains(&text.to_lowercase())
                || facts.names.contains(text)
                || facts.formulas.iter().any(|formula| formula.name.eq_ignore_ascii_case(text)))
        {
            it.token = quoted(text);
        }
    }
    join(tokens);
}

/// Strings beside one another are one string; a name in single quotes comes behind something else.
fn join(tokens: &mut Vec<TokenWithSpan>) {
    tokens.dedup_by(|behind, string| match (&behind.token, &mut string.token) {
        (
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text),
            Token::SingleQuotedString(whole) | Token::DoubleQuotedString(whole),
        ) => {
            whole.push_str(text);
            string.span.end = behind.span.end;
            true
        }
        _ => false,
    });
}
