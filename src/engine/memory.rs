//! A budget for the rows held in memory: taken while a part is parsed, given back when its last reader is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes all tables together may hold. Clones share one account.
#[derive(Clone, Debug)]
pub struct MemoryBudget {
    account: Arc<Account>,
}

#[derive(Debug)]
struct Account {
    used: AtomicU64,
    limit: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rows held in memory would exceed the limit of {limit} bytes")]
pub struct BudgetExceeded {
    pub limit: u64,
}

impl MemoryBudget {
    pub fn new(limit: u64) -> Self {
        Self { account: Arc::new(Account { used: AtomicU64::new(0), limit }) }
    }

    pub fn used(&self) -> u64 {
        self.account.used.load(Ordering::Relaxed)
    }

    pub fn limit(&self) -> u64 {
        self.account.limit
    }

    /// A lease of nothing, to grow.
    pub fn empty_lease(&self) -> Lease {
        Lease { account: Arc::clone(&self.account), bytes: 0 }
    }

    /// Takes `bytes` out of the budget until the lease is dropped.
    pub fn lease(&self, bytes: u64) -> Result<Lease, BudgetExceeded> {
        let mut lease = self.empty_lease();
        lease.grow(bytes)?;
        Ok(lease)
    }
}

/// A share of a [`MemoryBudget`]; dropping it gives the bytes back.
#[derive(Debug)]
pub struct Lease {
    account: Arc<Account>,
    bytes: u64,
}

impl Lease {
    pub fn grow(&mut self, bytes: u64) -> Result<(), BudgetExceeded> {
        let limit = self.account.limit;
        self.account
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|sum| *sum <= limit)
            })
            .map_err(|_| BudgetExceeded { limit })?;
        self.bytes += bytes;
        Ok(())
    }

    /// Takes what `bytes` in all need more, or gives back what they need less.
    pub fn resize(&mut self, bytes: u64) -> Result<(), BudgetExceeded> {
        if bytes >= self.bytes {
            return self.grow(bytes - self.bytes);
        }
        self.account.used.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        self.bytes = bytes;
        Ok(())
    }

    /// A lease of nothing from the same budget.
    pub fn another(&self) -> Self {
        Self { account: Arc::clone(&self.account), bytes: 0 }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.account.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_lease_gives_its_bytes_back() {
        let budget = MemoryBudget::new(100);
        let mut lease = budget.lease(60).unwrap();
        assert_eq!(budget.lease(50).unwrap_err(), BudgetExceeded { limit: 100 });
        lease.grow(40).unwrap();
        assert!(lease.grow(1).is_err());
        assert_eq!(budget.used(), 100);
        lease.resize(30).unwrap();
        let other = budget.lease(70).unwrap();
        assert!(lease.resize(31).is_err());
        drop((lease, other));
        assert_eq!(budget.used(), 0);
    }
}
