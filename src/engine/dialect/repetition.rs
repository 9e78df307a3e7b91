//! A WITH query that is named twice is computed twice, and so is what it names: thirty lines can make a billion reads.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{ObjectName, Query, Visitor};

use super::super::error::SqlError;
use super::walk;

/// Reads of the dataset that one query may come to.
const READS_MAX: usize = 100;

pub(super) fn check(query: &Query) -> Result<(), SqlError> {
    if Counter::of(query, &HashMap::new()) > READS_MAX {
        return Err(SqlError::Refused(format!(
            "the query reads its tables more than {READS_MAX} times"
        )));
    }
    Ok(())
}

/// Counts the reads of a query, given those of the WITH queries around it.
struct Counter {
    known: HashMap<String, usize>,
    depth: usize,
    reads: usize,
}

impl Counter {
    fn of(query: &Query, known: &HashMap<String, usize>) -> usize {
        let mut counter = Self { known: known.clone(), depth: 0, reads: 0 };
        for cte in query.with.iter().flat_map(|it| &it.cte_tables) {
            let reads = Self::of(&cte.query, &counter.known);
            counter.known.insert(cte.alias.name.value.to_lowercase(), reads.max(1));
        }
        let _ = walk::visit(query, &mut counter);
        counter.reads
    }
}

impl Visitor for Counter {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.depth += 1;
        // The WITH queries of this one are counted where they are named; those of a subquery here.
        if self.depth > 1 {
            for cte in query.with.iter().flat_map(|it| &it.cte_tables) {
                let reads = Self::of(&cte.query, &self.known);
                self.known.insert(cte.alias.name.value.to_lowercase(), reads.max(1));
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let reads = self
            .known
            .get(&relation.to_string().trim_matches('`').to_lowercase())
            .copied()
            .unwrap_or(1);
        self.reads = self.reads.saturating_add(reads);
        if self.reads > READS_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
