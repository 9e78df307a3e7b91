//! Short answers that were given before. A table never changes, so its stamp and the query say what the answer is,
//! unless the query asks for the time or for chance. They are kept as text, so that no answer keeps a table's memory alive.
//!
//! Plans are not kept: a plan holds the table it reads, and one that sorts or joins cannot run twice.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::evidence::Weakest;
use super::super::rows::{Chunk, RowFormat};
use super::super::types::Column;
use super::{Query, Question};
use crate::engine::settings::Formula;

/// Answers kept; the one that was not asked for longest goes first.
const RESULTS_MAX: usize = 256;
/// Bytes of the rows of an answer, and of the names of its columns.
const RESULT_BYTES_MAX: usize = 32 << 10;
/// Bytes of SQL and formulas together.
const QUESTION_BYTES_MAX: usize = 8 << 10;

#[derive(Debug, Default)]
pub(in crate::engine) struct ResultCache {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    clock: u64,
    results: HashMap<CacheKey, (u64, CachedResult)>,
}

/// What decides an answer, in one engine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    stamp: u64,
    sql: String,
    formulas: Vec<Formula>,
    format: RowFormat,
}

impl CacheKey {
    /// None for a question too long to be kept, or one that is not asked in SQL.
    pub(super) fn of(query: &Query) -> Option<Self> {
        let Question::Sql(sql) = &query.question else { return None };
        let formulas: usize =
            query.formulas.iter().map(|it| it.name.len() + it.expression.len()).sum();
        (sql.len() + formulas <= QUESTION_BYTES_MAX).then(|| Self {
            stamp: query.table.stamp(),
            sql: sql.clone(),
            formulas: query.formulas.clone(),
            format: query.format,
        })
    }
}

/// All of an answer.
#[derive(Clone, Debug)]
pub(super) struct CachedResult {
    pub(super) columns: Vec<Column>,
    pub(super) evidence: Weakest,
    pub(super) chunk: Chunk,
}

impl ResultCache {
    pub(super) fn get(&self, key: &CacheKey) -> Option<CachedResult> {
        let mut entries = self.entries();
        entries.clock += 1;
        let now = entries.clock;
        let (used, result) = entries.results.get_mut(key)?;
        *used = now;
        Some(result.clone())
    }

    pub(super) fn keep(
        &self,
        key: CacheKey,
        columns: &[Column],
        evidence: &Weakest,
        chunk: &Chunk,
    ) {
        let names: usize = columns.iter().map(|it| it.name.len()).sum();
        if chunk.bytes.len() + names > RESULT_BYTES_MAX {
            return;
        }
        let (columns, evidence, chunk) = (columns.to_vec(), evidence.clone(), chunk.clone());
        let result = CachedResult { columns, evidence, chunk };
        let mut entries = self.entries();
        if entries.results.len() >= RESULTS_MAX {
            let oldest =
                entries.results.iter().min_by_key(|(_, (used, _))| *used).map(|(it, _)| it.clone());
            if let Some(oldest) = oldest {
                entries.results.remove(&oldest);
            }
        }
        entries.clock += 1;
        let now = entries.clock;
        entries.results.insert(key, (now, result));
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;

    use super::super::super::table::Table;
    use super::*;

    fn key(sql: &str) -> CacheKey {
        let query = Query::new(Table::empty(Arc::new([])), sql);
        CacheKey { stamp: 1, ..CacheKey::of(&query).unwrap() }
    }

    fn chunk() -> Chunk {
        Chunk { bytes: Bytes::from_static(b"[1]"), rows: 1 }
    }

    #[test]
    fn the_answer_that_was_not_asked_for_longest_goes_first() {
        let results = ResultCache::default();
        for it in 0..RESULTS_MAX {
            results.keep(key(&it.to_string()), &[], &Weakest::NONE, &chunk());
        }
        assert!(results.get(&key("0")).is_some());
        results.keep(key("one more"), &[], &Weakest::NONE, &chunk());
        assert!(results.get(&key("0")).is_some());
        assert!(results.get(&key("1")).is_none());
        assert!(results.get(&key("one more")).is_some());
    }

    #[test]
    fn a_question_of_another_table_or_format_is_another_question() {
        let results = ResultCache::default();
        results.keep(key("a"), &[], &Weakest::NONE, &chunk());
        assert!(results.get(&CacheKey { stamp: 2, ..key("a") }).is_none());
        let objects = CacheKey { format: RowFormat::JsonObjects, ..key("a") };
        assert!(results.get(&objects).is_none());
    }
}
