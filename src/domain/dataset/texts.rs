//! What users write about a dataset: how long each text may be, and the memory of all of them. No source tells Domo's own
//! bounds; these are far above what its pages let one type.

use std::sync::Arc;

use super::Dataset;
use crate::domain::error::{Error, Result};
use crate::engine::{Lease, MemoryBudget};

const NAME_BYTES_MAX: usize = 4 << 10;
const DESCRIPTION_BYTES_MAX: usize = 64 << 10;
const TAG_BYTES_MAX: usize = 4 << 10;
const TAGS_MAX: usize = 1_000;
const COLUMN_NAME_BYTES_MAX: usize = 64 << 10;
const EXPRESSION_BYTES_MAX: usize = 64 << 10;
const FORMULAS_MAX: usize = 10_000;

/// What an entry takes beside its text.
const ENTRY_BYTES: usize = 64;

/// The memory of a dataset's texts, paid for. Copies of the dataset share it.
#[derive(Clone, Debug)]
pub(super) struct PaidTexts {
    bytes: u64,
    _lease: Arc<Lease>,
}

impl Dataset {
    /// Checks the texts, and pays for them if they are no longer those that were paid for.
    pub fn pay_for_texts(&mut self, budget: &MemoryBudget) -> Result<()> {
        let bytes = self.text_bytes()? as u64;
        if self.texts.as_ref().is_none_or(|it| it.bytes != bytes) {
            // A lease of its own: readers of the dataset as it was still hold the old texts.
            let lease = Arc::new(budget.lease(bytes)?);
            self.texts = Some(PaidTexts { bytes, _lease: lease });
        }
        Ok(())
    }

    fn text_bytes(&self) -> Result<usize> {
        let profile = &self.profile;
        let description = profile.description.as_deref().unwrap_or_default();
        let mut bytes = short(&profile.name, "the bytes of a dataset's name", NAME_BYTES_MAX)?
            + short(description, "the bytes of a dataset's description", DESCRIPTION_BYTES_MAX)?
            + short(&profile.provider, "the bytes of a dataset's type", NAME_BYTES_MAX)?;
        few(profile.tags.len(), "the number of tags of a dataset", TAGS_MAX)?;
        for tag in &profile.tags {
            bytes += short(tag, "the bytes of a tag", TAG_BYTES_MAX)?;
        }
        for column in &self.schema.columns {
            bytes += short(&column.name, "the bytes of a column's name", COLUMN_NAME_BYTES_MAX)?;
        }
        few(self.formulas.len(), "the number of formulas of a dataset", FORMULAS_MAX)?;
        for (id, formula) in &self.formulas {
            let expression = &formula.expression;
            bytes += short(id, "the bytes of a formula's id", NAME_BYTES_MAX)?
                + short(&formula.name, "the bytes of a formula's name", NAME_BYTES_MAX)?
                + short(expression, "the bytes of a formula", EXPRESSION_BYTES_MAX)?;
        }
        for tag in self.partitions.keys() {
            bytes += tag.len() + ENTRY_BYTES;
        }
        for (_, policy) in self.policies.all() {
            bytes += short(&policy.name, "the bytes of a policy's name", NAME_BYTES_MAX)?;
            let values = policy.filters.iter().flat_map(|it| &it.values);
            bytes += values.map(|it| it.len() + ENTRY_BYTES).sum::<usize>();
            bytes += policy.virtual_users.iter().map(|it| it.len() + ENTRY_BYTES).sum::<usize>();
            bytes += (policy.users.len() + policy.groups.len()) * ENTRY_BYTES;
        }
        Ok(bytes)
    }
}

fn few(count: usize, what: &'static str, limit: usize) -> Result<()> {
    if count > limit { Err(Error::TooLarge { what, limit: limit as u64 }) } else { Ok(()) }
}

/// The memory of a text that is not too long.
fn short(text: &str, what: &'static str, limit: usize) -> Result<usize> {
    few(text.len(), what, limit).map(|()| text.len() + ENTRY_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::dataset::Profile;
    use crate::domain::ids::{Ids, UserId};

    #[test]
    fn texts_are_bounded_one_by_one_and_paid_for_together() {
        let budget = MemoryBudget::new(2_000);
        let profile = Profile { name: "x".repeat(1_000), ..Profile::default() };
        let id = Ids::seeded(1).dataset();
        let mut dataset =
            Dataset::new(id, profile, Vec::new(), UserId::new(1), Timestamp(0)).unwrap();
        dataset.pay_for_texts(&budget).unwrap();
        let used = budget.used();
        assert!((1_000..2_000).contains(&used));
        let copy = dataset.clone();
        dataset.pay_for_texts(&budget).unwrap();
        assert_eq!(budget.used(), used);
        dataset.profile.tags.push("y".repeat(2_000));
        assert!(matches!(dataset.pay_for_texts(&budget), Err(Error::Budget(_))));
        dataset.profile.name = "x".repeat(5_000);
        assert!(matches!(dataset.pay_for_texts(&budget), Err(Error::TooLarge { .. })));
        drop((copy, dataset));
        assert_eq!(budget.used(), 0);
    }
}
