//! When a query stops: at its deadline, or once nobody waits for its answer.
//!
//! An abort takes effect between two polls of a task only. What works for long within one, as functions over large texts
//! and the planner do, calls [`check`] on the way. The interrupt follows a query into the tasks that DataFusion spawns.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use datafusion::common::runtime::{JoinSetTracer, set_join_set_tracer};
use datafusion::common::{DataFusionError, Result};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::turns::Pace;

tokio::task_local! {
    static CURRENT: Interrupt;
}

/// Of one query; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    deadline: Instant,
    limit: Duration,
    is_cancelled: Arc<AtomicBool>,
    pace: Option<Pace>,
}

/// The error of a query that was stopped.
#[derive(Debug, thiserror::Error)]
#[error("the query was stopped")]
pub(crate) struct Stopped;

impl Interrupt {
    /// Of a query that began at a moment and may take so long.
    pub(crate) fn new(began: Instant, limit: Duration) -> Self {
        let deadline = began + limit;
        Self { deadline, limit, is_cancelled: Arc::default(), pace: None }
    }

    /// The same, for work that gives way to other queries at [`pace`].
    pub(crate) fn with_pace(&self, pace: Pace) -> Self {
        Self { pace: Some(pace), ..self.clone() }
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(crate) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Makes this the interrupt of all that the work does and spawns.
    pub(crate) fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, work)
    }

    fn check(&self) -> Result<()> {
        if self.is_cancelled.load(Ordering::Relaxed) || Instant::now() >= self.deadline {
            return Err(DataFusionError::External(Box::new(Stopped)));
        }
        Ok(())
    }
}

/// An error once the current query has to stop. Costs some 30 ns.
pub(crate) fn check() -> Result<()> {
    CURRENT.try_with(Interrupt::check).unwrap_or(Ok(()))
}

/// The pace of the current query, where it has one.
pub(crate) fn pace() -> Option<Pace> {
    CURRENT.try_with(|it| it.pace.clone()).ok().flatten()
}

/// Says [`check`] once in a while to loops whose rounds are short.
#[derive(Debug, Default)]
pub(crate) struct Beat {
    rounds: u32,
    bytes: usize,
}

impl Beat {
    /// Rounds, and bytes that were looked at, between two checks.
    const ROUNDS: u32 = 16;
    const BYTES: usize = 64 << 10;

    /// A round is over in which so many bytes were looked at.
    pub(crate) fn tick(&mut self, bytes: usize) -> Result<()> {
        self.rounds += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.rounds < Self::ROUNDS && self.bytes < Self::BYTES {
            return Ok(());
        }
        *self = Self::default();
        check()
    }
}

/// Lets the interrupt follow its query into spawned tasks, from here on and for the whole process.
pub(crate) fn follow_spawned_tasks() {
    // It fails where that was done before.
    let _ = set_join_set_tracer(&Following);
}

struct Following;

impl JoinSetTracer for Following {
    fn trace_future(
        &self,
        work: BoxFuture<'static, Box<dyn Any + Send>>,
    ) -> BoxFuture<'static, Box<dyn Any + Send>> {
        match CURRENT.try_with(Clone::clone) {
            Ok(current) => current.scope(work).boxed(),
            Err(_) => work,
        }
    }

    fn trace_block(
        &self,
        work: Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>,
    ) -> Box<dyn FnOnce() -> Box<dyn Any + Send> + Send> {
        match CURRENT.try_with(Clone::clone) {
            Ok(current) => Box::new(move || CURRENT.sync_scope(current, work)),
            Err(_) => work,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_stops_at_its_deadline_and_when_it_is_cancelled() {
        assert!(check().is_ok());
        let over = Interrupt::new(Instant::now(), Duration::ZERO);
        assert!(over.scope(async { check() }).await.is_err());
        let open = Interrupt::new(Instant::now(), Duration::from_mins(1));
        assert!(open.clone().scope(async { check() }).await.is_ok());
        open.cancel();
        assert!(open.scope(async { check() }).await.is_err());
    }
}
