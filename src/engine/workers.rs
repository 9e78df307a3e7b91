//! The threads that parse and compute, apart from those that answer HTTP.

use std::future::Future;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::interrupt;

/// Bytes of stack of a thread: the planner recurses over the syntax tree.
const STACK_BYTES: usize = 8 << 20;

/// A tokio runtime of its own, started by the first task. Dropping it stops its tasks and waits for none.
#[derive(Debug)]
pub(crate) struct Workers {
    threads: usize,
    runtime: OnceLock<Runtime>,
}

impl Workers {
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads: threads.max(1), runtime: OnceLock::new() }
    }

    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime().spawn(task)
    }

    /// On a thread of its own, which steps behind like the others.
    pub(crate) fn spawn_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime().spawn_blocking(work)
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.get_or_init(|| start(self.threads))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// For each thread that computes, one more: a query works for long between two of its pauses, and the system's scheduler
/// then shares the core with a short one.
fn start(threads: usize) -> Runtime {
    interrupt::follow_spawned_tasks();
    Builder::new_multi_thread()
        .worker_threads(2 * threads)
        .thread_name("domock-query")
        .thread_stack_size(STACK_BYTES)
        // A query that comes in gets in line at once, also while those in line keep the threads busy.
        .global_queue_interval(1)
        .on_thread_start(step_behind)
        .enable_time()
        .build()
        .expect("the machine has threads left")
}

/// Computing threads yield to those that answer: one heavy query must not slow a light request down.
fn step_behind() {
    // On Linux process 0 with this call is the calling thread; where it is not allowed, nothing is lost.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_owner_may_leave_inside_an_async_context() {
        let workers = Workers::new(1);
        assert_eq!(workers.spawn(async { 7 }).await.unwrap(), 7);
        drop(workers);
    }
}
