//! The versions that count, kept step by step: an append adds one, and whatever else changes them makes the list anew. So
//! an append to 100 000 versions costs what the first one does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use imbl::Vector;

use crate::domain::ids::UploadId;
use crate::domain::version::DataVersion;
use crate::engine::Table;

/// The live versions that have rows, in the order of the versions.
#[derive(Clone, Debug, Default)]
pub(super) struct LiveVersions {
    parts: Vector<(UploadId, Table)>,
    /// Lists of one epoch are beginnings of one another.
    epoch: u64,
}

/// Names the content of a list of live versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveMark {
    epoch: u64,
    count: usize,
    last_stamp: u64,
}

impl LiveVersions {
    pub(super) fn of<'a>(versions: impl Iterator<Item = &'a Arc<DataVersion>>) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let parts = versions.filter(|it| it.is_live()).filter_map(part).collect();
        Self { parts, epoch: LAST.fetch_add(1, Ordering::Relaxed) + 1 }
    }

    /// Adds the version behind all others.
    pub(super) fn push(&mut self, version: &Arc<DataVersion>) {
        self.parts.extend(part(version));
    }

    pub(super) fn parts(&self) -> &Vector<(UploadId, Table)> {
        &self.parts
    }

    pub(super) fn mark(&self) -> LiveMark {
        let last_stamp = self.parts.last().map_or(0, |(_, table)| table.stamp());
        LiveMark { epoch: self.epoch, count: self.parts.len(), last_stamp }
    }

    /// How many of these a mark stands for, if it is one of a beginning of this list.
    pub(super) fn begins_with(&self, mark: LiveMark) -> Option<usize> {
        let LiveMark { epoch, count, last_stamp } = mark;
        let last = count.checked_sub(1).and_then(|at| self.parts.get(at));
        let is_same = last.is_some_and(|(_, table)| table.stamp() == last_stamp);
        (epoch == self.epoch && is_same).then_some(count)
    }
}

fn part(version: &Arc<DataVersion>) -> Option<(UploadId, Table)> {
    Some((version.id, version.table.clone()?))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::dataset::{Dataset, Profile};
    use crate::domain::ids::{Ids, UserId};
    use crate::domain::schema::SchemaColumn;
    use crate::domain::upload::{UpdateMethod, UploadIntent};
    use crate::engine::csv::CsvParser;
    use crate::engine::{ColumnType, CsvFormat, Header, MemoryBudget};

    /// Appends a row and indexes it, on a copy, as a change of a world does.
    fn append(dataset: &Dataset, value: usize, budget: &MemoryBudget) -> Dataset {
        let now = Timestamp(value as i64);
        let format = CsvFormat { delimiter: b',', header: Header::Never };
        let mut parser = CsvParser::new(Arc::clone(dataset.schema.layout()), format, budget);
        parser.push(format!("{value}\n").as_bytes()).unwrap();
        let table = parser.finish().unwrap();
        let intent = UploadIntent { method: Some(UpdateMethod::Append), ..UploadIntent::default() };
        let mut copy = dataset.clone();
        copy.append(&intent, &table, 2, now).unwrap();
        let plan = copy.index_plan(&[]).unwrap();
        let rows = plan.assemble().unwrap();
        copy.publish_index(&plan, rows, now, now);
        copy
    }

    #[test]
    fn an_append_to_many_versions_costs_what_the_first_one_does() {
        let budget = MemoryBudget::new(u64::MAX);
        let columns = vec![SchemaColumn::new("n", ColumnType::Long)];
        let id = Ids::seeded(1).dataset();
        let mut dataset =
            Dataset::new(id, Profile::default(), columns, UserId::new(1), Timestamp(0)).unwrap();
        let mut times: Vec<Duration> = Vec::new();
        for round in 0..10 {
            let began = Instant::now();
            for value in 0..200 {
                dataset = append(&dataset, round * 200 + value, &budget);
            }
            times.push(began.elapsed());
        }
        assert_eq!(dataset.row_count(Timestamp(2_000)), 2_000);
        // The quickest rounds: others may work on this machine, too.
        let quickest = |all: &[Duration]| all.iter().min().copied().unwrap_or_default();
        let (first, last) = (quickest(&times[..3]), quickest(&times[7..]));
        assert!(last < 3 * first + Duration::from_millis(20), "{first:?}, then {last:?}");
    }
}
