//! A task that lives no longer than whoever waits for it.

use tokio::task::{JoinError, JoinHandle};

#[derive(Debug)]
pub(super) struct AbortOnDrop(JoinHandle<()>);

impl AbortOnDrop {
    pub(super) fn new(task: JoinHandle<()>) -> Self {
        Self(task)
    }

    /// How the task ended.
    pub(super) async fn end(&mut self) -> Result<(), JoinError> {
        (&mut self.0).await
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
