//! A LIMIT after a LIMIT: clients page through `SELECT … LIMIT 1` by appending `limit 100 offset 1` to its text.
//! The first is the query's own, the second takes a page of that answer. Pinned by tests/golden/sql/limits.slt.

use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::tokens::{depths, is};

/// Puts brackets around the query in front of each further LIMIT clause.
pub(super) fn nest(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut clauses = clauses(&tokens);
    let mut brackets = 0;
    while let Some(start) = outer_start(&mut clauses) {
        tokens.insert(start, TokenWithSpan::new(Token::RParen, Span::empty()));
        brackets += 1;
    }
    tokens.splice(
        0..0,
        std::iter::repeat_n(TokenWithSpan::new(Token::LParen, Span::empty()), brackets),
    );
    tokens
}

#[derive(Clone, Copy, PartialEq)]
enum Clause {
    Limit,
    Offset,
}

fn clauses(tokens: &[TokenWithSpan]) -> Vec<(Clause, usize)> {
    let depths = depths(tokens);
    let outer = |at: &usize| depths[*at] == 0;
    let kind = |at: usize| {
        let it = tokens.get(at);
        if is(it, "limit") {
            Some((Clause::Limit, at))
        } else if is(it, "offset") {
            Some((Clause::Offset, at))
        } else {
            None
        }
    };
    (1..tokens.len()).filter(outer).filter_map(kind).collect()
}

/// Takes the last page's clauses off, if something is left in front of them; where they start.
fn outer_start(clauses: &mut Vec<(Clause, usize)>) -> Option<usize> {
    let [.., before, last] = clauses.as_slice() else { return None };
    let pair = before.0 != last.0;
    let left = clauses.len() - if pair { 2 } else { 1 };
    if left == 0 {
        return None;
    }
    let start = clauses[left].1;
    clauses.truncate(left);
    Some(start)
}
