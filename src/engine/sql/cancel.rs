//! A task that lives no longer than whoever waits for it.

use tokio::task::AbortHandle;

#[derive(Debug)]
pub(in crate::engine) struct AbortOnDrop(pub(super) AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
