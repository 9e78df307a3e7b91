//! Domo's SQL → the engine's: tokens, syntax tree, what is allowed, and the ordered list of rewrites.

mod aggregates;
mod allowed;
mod bags;
mod build;
mod chains;
mod clauses;
mod comparisons;
mod conditions;
mod constants;
mod conversions;
mod dual;
mod fixed;
mod formulas;
mod functions;
mod grammar;
mod grouping;
mod having;
mod intervals;
mod keywords;
mod limit_twice;
mod named_windows;
mod naming;
mod now;
mod quotes;
mod repetition;
mod row_counts;
mod row_values;
mod same;
mod special_forms;
pub(crate) mod structured;
mod syntax;
mod tokens;
mod unix_time;
mod walk;
mod windows;

use datafusion::execution::session_state::SessionState;
use datafusion::sql::sqlparser::ast::{Query as Tree, Statement};

use super::error::SqlError;
use super::evidence::Weakest;
use super::names::Names;
use super::settings::{Formula, SqlSettings};
use super::types::Column;

pub(crate) use crate::engine::names::Written;
pub use clauses::{CLAUSES, Clause};

/// What the rewrites may ask.
pub(crate) struct Facts<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) names: &'a Names,
    pub(crate) formulas: &'a [Formula],
    pub(crate) now_ms: i64,
    pub(crate) settings: &'a SqlSettings,
    pub(crate) state: &'a SessionState,
}

/// A statement in the engine's SQL, and how its columns are to be called.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) statement: Statement,
    pub(crate) outputs: Vec<Output>,
    pub(crate) written: Written,
    /// Whether neither the time nor chance has a part in the answer.
    pub(crate) is_lasting: bool,
    pub(crate) evidence: Weakest,
}

/// One item of the outermost SELECT list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Named(String),
    Star,
}

type Rewrite = fn(&mut Tree, &Facts) -> Result<(), SqlError>;

/// The differences between the two languages that show in the syntax tree, in the order in which they are put right.
const REWRITES: &[Rewrite] = &[
    dual::fix,
    bags::fix,
    row_values::fix,
    named_windows::fix,
    row_counts::fix,
    chains::fix,
    grouping::fix,
    constants::fix,
    now::fix,
    unix_time::fix,
    intervals::fix,
    conversions::fix,
    special_forms::fix,
    comparisons::fix,
    conditions::fix,
    windows::fix,
    aggregates::fix,
];

/// A text as a syntax tree in Domo's own words.
pub(crate) struct Parsed {
    tree: Tree,
    items: Vec<String>,
    outputs: Vec<Output>,
}

#[cfg(test)]
pub(crate) fn prepare(sql: &str, facts: &Facts) -> Result<Prepared, SqlError> {
    rewrite(parse(sql, facts)?, facts)
}

pub(crate) fn parse(sql: &str, facts: &Facts) -> Result<Parsed, SqlError> {
    let text = tokens::Text::new(sql);
    let mut tokens = tokens::read(sql)?;
    syntax::only_select(&tokens)?;
    keywords::quote_table(&mut tokens);
    keywords::infix_mod(&mut tokens);
    keywords::trimmed_blanks(&mut tokens);
    keywords::charset_of_char(&mut tokens);
    keywords::amounts_of_frames(&mut tokens);
    keywords::huge_limits(&mut tokens);
    let mut tokens = keywords::compound_units(tokens);
    quotes::settle(&mut tokens, facts);
    let items = naming::item_texts(&text, &tokens);
    let tree = syntax::parse(limit_twice::nest(tokens))?;
    let outputs = naming::outputs(&tree, &items, facts);
    Ok(Parsed { tree, items, outputs })
}

pub(crate) fn rewrite(parsed: Parsed, facts: &Facts) -> Result<Prepared, SqlError> {
    let Parsed { mut tree, items, outputs } = parsed;
    formulas::expand(&mut tree, facts)?;
    having::expand(&mut tree, facts);
    allowed::check(&tree, facts)?;
    functions::strict(&tree, facts)?;
    let evidence = clauses::weakest(&tree);
    if evidence.grade > facts.settings.evidence {
        return Err(SqlError::Evidence { evidence, required: facts.settings.evidence });
    }
    fixed::expand(&mut tree, facts)?;
    repetition::check(&tree)?;
    let asks_time = now::asks(&tree);
    for rewrite in REWRITES {
        rewrite(&mut tree, facts)?;
    }
    functions::check(&tree, facts)?;
    let is_lasting = !asks_time && !functions::has_chance(&tree, facts.state);
    let written = naming::fold(&mut tree, facts.names, &items);
    let statement = Statement::Query(Box::new(tree));
    Ok(Prepared { statement, outputs, written, is_lasting, evidence })
}
