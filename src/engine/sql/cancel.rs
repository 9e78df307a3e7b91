//! A task that lives no longer than whoever waits for it.

use tokio::task::{JoinError, JoinHandle};

#[derive(Debug)]
pub(in crate::engine) struct AbortOnDrop(JoinHandle<()>);

impl AbortOnDrop {
    pub(in crate::engine) fn new(task: JoinHandle<()>) -> Self {
        Self(task)
    }

    /// How the task ended.
    pub(in crate::engine) async fn end(&mut self) -> Result<(), JoinError> {
        (&mut self.0).await
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
