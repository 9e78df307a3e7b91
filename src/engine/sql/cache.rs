//! Short answers that were given before. A table never changes, so its stamp and the query say what the answer is,
//! unless the query asks for the time or for chance. Copies, so that no answer keeps a table's memory alive.
//!
//! Plans are not kept: a plan holds the table it reads, and one that sorts or joins cannot run twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::arrow::array::UInt64Array;
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::record_batch::RecordBatch;

use super::super::evidence::Weakest;
use super::super::types::Column;
use super::Query;
use crate::engine::settings::Formula;

/// Results kept; the one that was not asked for longest goes first.
const ANSWERS_MAX: usize = 256;
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Bytes of SQL and formulas together.
const QUESTION_BYTES_MAX: usize = 8 << 10;

#[derive(Debug, Default)]
pub(in crate::engine) struct ResultCache {
    kept: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    clock: u64,
    answers: HashMap<CacheKey, (u64, CachedResult)>,
}

/// What decides an answer, in one engine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    stamp: u64,
    sql: String,
    formulas: Vec<Formula>,
}

impl CacheKey {
    /// None for a question too long to be kept.
    pub(super) fn of(query: &Query) -> Option<Self> {
        let formulas: usize =
            query.formulas.iter().map(|it| it.name.len() + it.expression.len()).sum();
        (query.sql.len() + formulas <= QUESTION_BYTES_MAX).then(|| Self {
            stamp: query.table.stamp(),
            sql: query.sql.clone(),
            formulas: query.formulas.clone(),
        })
    }
}

/// All of an answer.
#[derive(Clone, Debug)]
pub(super) struct CachedResult {
    pub(super) columns: Vec<Column>,
    pub(super) evidence: Weakest,
    pub(super) batches: Arc<[RecordBatch]>,
}

impl ResultCache {
    pub(super) fn get(&self, question: &CacheKey) -> Option<CachedResult> {
        let mut kept = self.kept();
        kept.clock += 1;
        let now = kept.clock;
        let (used, known) = kept.answers.get_mut(question)?;
        *used = now;
        Some(known.clone())
    }

    pub(super) fn keep(
        &self,
        question: CacheKey,
        columns: &[Column],
        evidence: &Weakest,
        batches: &[RecordBatch],
    ) {
        let Some(batches) = copied(batches) else { return };
        let known = CachedResult { columns: columns.to_vec(), evidence: evidence.clone(), batches };
        let mut kept = self.kept();
        if kept.answers.len() >= ANSWERS_MAX {
            let oldest =
                kept.answers.iter().min_by_key(|(_, (used, _))| *used).map(|(it, _)| it.clone());
            if let Some(oldest) = oldest {
                kept.answers.remove(&oldest);
            }
        }
        kept.clock += 1;
        let now = kept.clock;
        kept.answers.insert(question, (now, known));
    }

    fn kept(&self) -> MutexGuard<'_, Entries> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rows in memory of their own, unless they take too much of it.
fn copied(batches: &[RecordBatch]) -> Option<Arc<[RecordBatch]>> {
    let mut bytes = 0;
    let mut copies = Vec::with_capacity(batches.len());
    for batch in batches {
        let all = UInt64Array::from_iter_values(0..batch.num_rows() as u64);
        let copy = take_record_batch(batch, &all).ok()?;
        bytes += copy.get_array_memory_size();
        if bytes > ANSWER_BYTES_MAX {
            return None;
        }
        copies.push(copy);
    }
    Some(copies.into())
}

#[cfg(test)]
mod tests {
    use super::super::super::table::Table;
    use super::*;

    fn question(sql: &str) -> CacheKey {
        let query = Query {
            table: Table::empty(Arc::new([])),
            sql: sql.to_owned(),
            formulas: Vec::new(),
            now_ms: 0,
        };
        CacheKey { stamp: 1, ..CacheKey::of(&query).unwrap() }
    }

    #[test]
    fn the_answer_that_was_not_asked_for_longest_goes_first() {
        let answers = ResultCache::default();
        for it in 0..ANSWERS_MAX {
            answers.keep(question(&it.to_string()), &[], &Weakest::NONE, &[]);
        }
        assert!(answers.get(&question("0")).is_some());
        answers.keep(question("one more"), &[], &Weakest::NONE, &[]);
        assert!(answers.get(&question("0")).is_some());
        assert!(answers.get(&question("1")).is_none());
        assert!(answers.get(&question("one more")).is_some());
    }

    #[test]
    fn a_question_of_another_table_is_another_question() {
        let answers = ResultCache::default();
        answers.keep(question("a"), &[], &Weakest::NONE, &[]);
        assert!(answers.get(&CacheKey { stamp: 2, ..question("a") }).is_none());
    }
}
