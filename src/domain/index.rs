//! Index jobs: what makes versions queryable.

use std::fmt;
use std::sync::Arc;

use imbl::OrdSet;

use super::clock::Timestamp;
use super::dataset::LiveMark;
use super::ids::UploadId;
use super::schema::Schema;
use crate::engine::Table;

/// Names an index job of a dataset: the time of its request, as `yyyyMMddHHmmss.SSS`.
///
/// Domo prints it as a JSON number, and clients read that as a double, which cannot tell all
/// milliseconds apart; two keys are equal when their doubles are.
#[derive(Clone, Copy, Debug)]
pub struct IndexKey(Timestamp);

impl IndexKey {
    /// The first key at or after `wanted` that is later than `last`.
    pub fn after(last: Option<Self>, wanted: Timestamp) -> Self {
        let mut key = Self(wanted);
        if let Some(last) = last {
            key.0 = key.0.max(last.0);
            while key == last {
                key.0 = key.0.plus_millis(1);
            }
        }
        key
    }

    fn as_double(self) -> f64 {
        self.to_string().parse().unwrap_or_default()
    }

    /// Whether a client's spelling of a key means this one.
    pub fn is_spelt(self, text: &str) -> bool {
        text.parse::<f64>().is_ok_and(|it| it.to_bits() == self.as_double().to_bits())
    }
}

impl PartialEq for IndexKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_double().to_bits() == other.as_double().to_bits()
    }
}

impl fmt::Display for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = chrono::DateTime::from_timestamp_millis(self.0.millis()).unwrap_or_default();
        time.format("%Y%m%d%H%M%S%.3f").fmt(f)
    }
}

/// Later is arithmetic: a job is done when the clock has passed `ready_at`.
#[derive(Clone, Debug)]
pub struct IndexJob {
    pub key: IndexKey,
    pub requested_at: Timestamp,
    pub ready_at: Timestamp,
    pub versions: OrdSet<UploadId>,
    /// Which live versions its view was made of; none where it was made of some of them only.
    pub(super) made_of: Option<LiveMark>,
    /// What queries see once the job is done; dropped when a later job is done too.
    pub view: Option<View>,
}

impl IndexJob {
    pub fn is_ready(&self, now: Timestamp) -> bool {
        self.ready_at <= now
    }
}

/// A queryable state of a dataset.
#[derive(Clone, Debug)]
pub struct View {
    pub schema: Arc<Schema>,
    pub table: Table,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_under_any_spelling_of_its_double() {
        let key = IndexKey(Timestamp(1_652_481_805_628));
        assert_eq!(key.to_string(), "20220513224325.628");
        assert!(key.is_spelt("20220513224325.628"));
        assert!(key.is_spelt("20220513224325.63"));
        assert!(!key.is_spelt("20220513224325.64"));
        assert!(!key.is_spelt("latest"));
    }

    #[test]
    fn keys_at_the_clocks_last_moment_differ_too() {
        let last = Timestamp(221_845_392_000_000);
        let first = IndexKey::after(None, last);
        assert_ne!(IndexKey::after(Some(first), last), first);
    }

    #[test]
    fn keys_of_one_moment_differ_as_doubles() {
        let first = IndexKey::after(None, Timestamp(1_652_481_805_628));
        let second = IndexKey::after(Some(first), Timestamp(1_652_481_805_628));
        assert_ne!(first, second);
        assert!(!first.is_spelt(&second.to_string()));
    }
}
