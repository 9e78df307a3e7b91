//! Budgets for memory, one for each kind of owner. What is held is leased before, and given back with its last reader.

use std::fmt::{self, Display, Formatter};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What memory is held for. `health` tells of each, and a refusal names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Rows of tables.
    Rows,
    /// Parts of uploads that are not committed, and bodies while they arrive.
    Uploads,
    /// What users write about their objects: names, descriptions, tags, formulas, tokens.
    Texts,
    /// What running queries sort, group, join and make.
    Queries,
    /// Answers while they are written, and those that are kept.
    Answers,
}

impl Owner {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Uploads => "uploads",
            Self::Texts => "texts",
            Self::Queries => "queries",
            Self::Answers => "answers",
        }
    }
}

impl Display for Owner {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many bytes an owner may hold. Clones share one account.
#[derive(Clone, Debug)]
pub struct MemoryBudget {
    account: Arc<Account>,
}

#[derive(Debug)]
struct Account {
    owner: Owner,
    used: AtomicU64,
    limit: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {owner} held in memory would exceed the limit of {limit} bytes")]
pub struct BudgetExceeded {
    pub owner: Owner,
    pub limit: u64,
}

impl Account {
    fn take(&self, bytes: u64) -> Result<(), BudgetExceeded> {
        let (owner, limit) = (self.owner, self.limit);
        let fits = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= limit);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        taken.map(drop).map_err(|_| BudgetExceeded { owner, limit })
    }

    fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl MemoryBudget {
    /// Of rows.
    pub fn new(limit: u64) -> Self {
        Self::of(Owner::Rows, limit)
    }

    pub fn of(owner: Owner, limit: u64) -> Self {
        Self { account: Arc::new(Account { owner, used: AtomicU64::new(0), limit }) }
    }

    pub fn owner(&self) -> Owner {
        self.account.owner
    }

    pub fn used(&self) -> u64 {
        self.account.used.load(Ordering::Relaxed)
    }

    pub fn limit(&self) -> u64 {
        self.account.limit
    }

    /// A lease of nothing, to grow.
    pub fn empty_lease(&self) -> Lease {
        Lease {
            held: Mutex::new(Held {
                account: Arc::clone(&self.account),
                bytes: 0,
                is_released: false,
            }),
        }
    }

    /// Takes `bytes` out of the budget until the lease is dropped.
    pub fn lease(&self, bytes: u64) -> Result<Lease, BudgetExceeded> {
        let mut lease = self.empty_lease();
        lease.grow(bytes)?;
        Ok(lease)
    }

    /// Moves what these leases hold into this budget: all of it or nothing.
    pub fn take_over<'a>(
        &self,
        leases: impl Iterator<Item = &'a Arc<Lease>> + Clone,
    ) -> Result<(), BudgetExceeded> {
        let foreign = |it: &Held| !Arc::ptr_eq(&it.account, &self.account);
        let bytes = leases.clone().map(|it| it.with(|it| if foreign(it) { it.bytes } else { 0 }));
        let bytes: u64 = bytes.sum();
        self.account.take(bytes)?;
        let mut moved = 0;
        for lease in leases {
            lease.with(|it| {
                if foreign(it) {
                    it.account.give_back(it.bytes);
                    it.account = Arc::clone(&self.account);
                    moved += it.bytes;
                }
            });
        }
        // Another caller may have moved some of them meanwhile.
        self.account.give_back(bytes.saturating_sub(moved));
        Ok(())
    }
}

/// A share of a [`MemoryBudget`]; dropping it gives the bytes back.
#[derive(Debug)]
pub struct Lease {
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    account: Arc<Account>,
    bytes: u64,
    is_released: bool,
}

impl Lease {
    fn with<T>(&self, ask: impl FnOnce(&mut Held) -> T) -> T {
        ask(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn held(&mut self) -> &mut Held {
        self.held.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn grow(&mut self, bytes: u64) -> Result<(), BudgetExceeded> {
        let held = self.held();
        held.account.take(bytes)?;
        held.bytes += bytes;
        Ok(())
    }

    /// Takes what `bytes` in all need more, or gives back what they need less.
    pub fn resize(&mut self, bytes: u64) -> Result<(), BudgetExceeded> {
        let held = self.held();
        if bytes >= held.bytes {
            let more = bytes - held.bytes;
            return self.grow(more);
        }
        held.account.give_back(held.bytes - bytes);
        held.bytes = bytes;
        Ok(())
    }

    /// Gives all bytes back before the lease is dropped: its memory goes as soon as those who read it are done.
    pub fn release(&self) {
        self.with(|it| {
            it.account.give_back(it.bytes);
            it.bytes = 0;
            it.is_released = true;
        });
    }

    pub fn is_released(&self) -> bool {
        self.with(|it| it.is_released)
    }

    /// A lease of nothing from the same budget.
    pub fn another(&self) -> Self {
        let account = self.with(|it| Arc::clone(&it.account));
        Self { held: Mutex::new(Held { account, bytes: 0, is_released: false }) }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let held = self.held();
        held.account.give_back(held.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_lease_gives_its_bytes_back() {
        let budget = MemoryBudget::new(100);
        let mut lease = budget.lease(60).unwrap();
        let refusal = BudgetExceeded { owner: Owner::Rows, limit: 100 };
        assert_eq!(budget.lease(50).unwrap_err(), refusal);
        lease.grow(40).unwrap();
        assert!(lease.grow(1).is_err());
        assert_eq!(budget.used(), 100);
        lease.resize(30).unwrap();
        let other = budget.lease(70).unwrap();
        assert!(lease.resize(31).is_err());
        drop((lease, other));
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn leases_move_from_budget_to_budget_all_or_none() {
        let (uploads, rows) = (MemoryBudget::of(Owner::Uploads, 100), MemoryBudget::new(50));
        let leases = [30, 20, 40].map(|it| Arc::new(uploads.lease(it).unwrap()));
        assert!(rows.take_over(leases.iter()).is_err());
        assert_eq!((uploads.used(), rows.used()), (90, 0));
        rows.take_over(leases[..2].iter()).unwrap();
        rows.take_over(leases[..2].iter()).unwrap();
        assert_eq!((uploads.used(), rows.used()), (40, 50));
        drop(leases);
        assert_eq!((uploads.used(), rows.used()), (0, 0));
    }
}
