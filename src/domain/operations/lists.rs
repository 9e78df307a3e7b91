//! What a user sees of a world: its datasets and its streams.

use std::sync::Arc;

use super::StreamOverview;
use crate::domain::clock::Timestamp;
use crate::domain::dataset::Dataset;
use crate::domain::ids::{DatasetId, StreamId, UserId};
use crate::domain::permission::Need;
use crate::domain::session::{AsOf, Moment, Session};

/// What a dataset of a list must be like; what is `None`, or empty, does not matter.
#[derive(Clone, Debug, Default)]
pub struct DatasetFilter {
    /// Patterns for the name, without regard to case; `*` stands for anything. All must match.
    pub names: Vec<String>,
    pub owner: Option<UserId>,
    pub provider: Option<String>,
    pub created_since: Option<Timestamp>,
}

/// What a list is sorted by, ascending unless it is turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatasetOrder {
    pub by: DatasetKey,
    pub descending: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatasetKey {
    #[default]
    Created,
    Name,
    Updated,
    Touched,
    Cards,
    Rows,
    Id,
}

/// Which streams a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamFilter {
    All,
    OfDataset(String),
    OfDatasetNamed(String),
    OfDatasetsOf(UserId),
}

impl Session {
    /// Those that the user may see.
    pub fn datasets(&self, filter: &DatasetFilter, order: DatasetOrder) -> AsOf<Vec<Arc<Dataset>>> {
        let (world, moment) = self.look();
        let mut found = world.datasets();
        found.retain(|it| moment.level_of_user(it).is_some() && filter.matches(it));
        match order.by {
            DatasetKey::Created => {}
            DatasetKey::Name => found.sort_by_cached_key(|it| it.profile.name.to_lowercase()),
            DatasetKey::Updated => found.sort_by_key(|it| it.last_updated),
            DatasetKey::Touched => found.sort_by_key(|it| it.last_touched),
            DatasetKey::Cards => found.sort_by_key(|it| it.cards.len()),
            DatasetKey::Id => found.sort_by_key(|it| it.id),
            DatasetKey::Rows => found.sort_by_key(|it| it.row_count(moment.now)),
        }
        if order.descending {
            found.reverse();
        }
        AsOf { value: found, moment }
    }

    /// Those of these ids that exist and that the user may see, in the order of the ids.
    pub fn datasets_by_id(&self, ids: &[DatasetId]) -> AsOf<Vec<Arc<Dataset>>> {
        let (world, moment) = self.look();
        let found = ids.iter().filter_map(|id| {
            let dataset = world.dataset(*id).ok()?;
            moment.permit(dataset, Need::View).ok().cloned()
        });
        AsOf { value: found.collect(), moment }
    }

    /// Those whose dataset the user may see, in the order of their ids.
    pub fn streams(&self, filter: &StreamFilter) -> Vec<StreamOverview> {
        let (world, moment) = self.look();
        let all = world.datasets_with_streams().filter(|it| filter.matches(it));
        all.filter_map(|it| overview(it, &moment)).collect()
    }

    /// Those of these ids that exist and whose dataset the user may see, in the order of the ids.
    pub fn streams_by_id(&self, ids: &[StreamId]) -> Vec<StreamOverview> {
        let (world, moment) = self.look();
        let datasets = ids.iter().filter_map(|id| world.dataset_of(*id).ok());
        datasets.filter_map(|it| overview(it, &moment)).collect()
    }
}

/// None where the user may not see it.
fn overview(dataset: &Arc<Dataset>, moment: &Moment) -> Option<StreamOverview> {
    let dataset = Arc::clone(moment.permit(dataset, Need::View).ok()?);
    let stream = Arc::clone(dataset.stream.as_ref()?);
    Some(StreamOverview { dataset, stream, moment: moment.clone() })
}

impl DatasetFilter {
    fn matches(&self, dataset: &Dataset) -> bool {
        let name = dataset.profile.name.to_lowercase();
        self.names.iter().all(|pattern| matches(&pattern.to_lowercase(), &name))
            && self.owner.is_none_or(|owner| dataset.owner() == owner)
            && self
                .provider
                .as_ref()
                .is_none_or(|key| dataset.profile.provider.eq_ignore_ascii_case(key))
            && self.created_since.is_none_or(|since| dataset.created_at >= since)
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
