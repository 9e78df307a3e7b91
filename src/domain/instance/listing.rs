//! What a caller sees of an instance: its datasets and its streams.

use std::sync::Arc;

use super::streams::stream_dataset;
use super::{Instance, Need, StreamOverview};
use crate::domain::clock::Timestamp;
use crate::domain::dataset::Dataset;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, StreamId, UserId};
use crate::domain::stream::{Execution, ExecutionState};

/// What a dataset of a list must be like; what is `None`, or empty, does not matter.
#[derive(Clone, Debug, Default)]
pub struct DatasetFilter {
    /// Patterns for the name, without regard to case; `*` stands for anything. All must match.
    pub names: Vec<String>,
    pub owner: Option<UserId>,
    pub provider: Option<String>,
    pub created_since: Option<Timestamp>,
}

/// Ascending, unless turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatasetOrder {
    #[default]
    Created,
    Name,
    Updated,
    Touched,
    Cards,
    Rows,
}

/// Which streams a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamFilter {
    All,
    OfDataset(String),
    OfDatasetNamed(String),
    OfDatasetsOf(UserId),
}

impl Instance {
    /// Those that the caller may see.
    pub fn datasets(
        &self,
        by: UserId,
        filter: &DatasetFilter,
        (order, descending): (DatasetOrder, bool),
    ) -> Vec<Arc<Dataset>> {
        let world = self.world();
        let now = world.clock.now();
        let mut found = world.datasets.all();
        found.retain(|it| it.level_of(by, &world.directory).is_some() && filter.matches(it));
        match order {
            DatasetOrder::Created => {}
            DatasetOrder::Name => found.sort_by_cached_key(|it| it.profile.name.to_lowercase()),
            DatasetOrder::Updated => found.sort_by_key(|it| it.last_updated),
            DatasetOrder::Touched => found.sort_by_key(|it| it.last_touched),
            DatasetOrder::Cards => found.sort_by_key(|it| it.cards.len()),
            DatasetOrder::Rows => found.sort_by_key(|it| it.row_count(now)),
        }
        if descending {
            found.reverse();
        }
        found
    }

    /// Those of these ids that are there and that the caller may see, in the order of the ids.
    pub fn datasets_named(&self, by: UserId, ids: &[DatasetId]) -> Vec<Arc<Dataset>> {
        let world = self.world();
        ids.iter().filter_map(|id| world.dataset_for(by, *id, Need::View).ok()).collect()
    }

    /// Those whose dataset the caller may see, in the order of their ids.
    pub fn streams(&self, by: UserId, filter: &StreamFilter) -> Vec<StreamOverview> {
        let world = self.world();
        let now = world.clock.now();
        let all = world.streams.all().into_iter();
        all.filter_map(|(_, dataset)| {
            let dataset = world.dataset_for(by, dataset, Need::View).ok()?;
            let stream = Arc::clone(dataset.stream.as_ref()?);
            filter.matches(&dataset).then_some(StreamOverview { dataset, stream, now })
        })
        .collect()
    }

    /// Aborts the run that a stream is busy with.
    pub fn abort_current_execution(&self, by: UserId, stream: StreamId) -> Result<()> {
        stream_dataset(&self.world(), by, stream, Need::Edit)?;
        let overview = self.stream(by, stream)?;
        let active = |it: &&Arc<Execution>| it.state(overview.now) == ExecutionState::Active;
        let current = overview.stream.executions.iter().rev().find(active);
        let current = current.map(|it| it.id);
        let current =
            current.ok_or_else(|| Error::not_found("active execution of stream", stream))?;
        self.abort_execution(by, stream, current, None)?;
        Ok(())
    }

    /// Gives the dataset another owner.
    pub fn hand_over(&self, by: UserId, dataset: DatasetId, to: UserId) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Own)?;
        if world.directory.user(to).is_none() {
            return Err(Error::not_found("user", to));
        }
        let now = world.clock.now();
        world.datasets.update(dataset, |it| {
            it.make_owner(to);
            it.last_touched = now;
            Ok(())
        })
    }

    /// Takes the stream away from its dataset, which stays.
    pub fn delete_stream(&self, by: UserId, stream: StreamId) -> Result<()> {
        let world = self.world();
        let dataset = world.streams.dataset_of(stream)?;
        world.dataset_for(by, dataset, Need::Own)?;
        let now = world.clock.now();
        world.datasets.update(dataset, |it| {
            let uploads: Vec<_> =
                it.stream()?.executions.iter().filter_map(|run| run.upload).collect();
            for upload in uploads {
                it.discard_upload(upload);
            }
            it.stream = None;
            it.last_touched = now;
            Ok::<_, Error>(())
        })?;
        world.streams.remove(stream);
        Ok(())
    }
}

impl DatasetFilter {
    fn matches(&self, it: &Dataset) -> bool {
        let name = it.profile.name.to_lowercase();
        self.names.iter().all(|pattern| matches(&pattern.to_lowercase(), &name))
            && self.owner.is_none_or(|owner| it.owner() == owner)
            && self
                .provider
                .as_ref()
                .is_none_or(|key| it.profile.provider.eq_ignore_ascii_case(key))
            && self.created_since.is_none_or(|since| it.created_at >= since)
    }
}

impl StreamFilter {
    fn matches(&self, dataset: &Dataset) -> bool {
        match self {
            Self::All => true,
            Self::OfDataset(id) => dataset.id.to_string().eq_ignore_ascii_case(id),
            Self::OfDatasetNamed(name) => dataset.profile.name.eq_ignore_ascii_case(name),
            Self::OfDatasetsOf(owner) => dataset.owner() == *owner,
        }
    }
}

/// Whether a pattern with `*` describes the whole text: its pieces must be there in their order.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*').filter(|it| !it.is_empty()) {
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text) in
            [("*", ""), ("a", "a"), ("a*", "abc"), ("*c", "abc"), ("*b*", "abc"), ("a*b*b", "abbb")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("b*", "abc"), ("ab*ba", "aba"), ("*x*", "abc")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
