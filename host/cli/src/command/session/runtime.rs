//! The runtime of a session.

use tokio::runtime::{Builder, Runtime};

/// A runtime that is dropped without waiting for blocking work, such as a read that hangs.
pub struct OwnedRuntime(Option<Runtime>);

impl OwnedRuntime {
    pub fn new() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(OwnedRuntime(Some(runtime)))
    }
}

impl std::ops::Deref for OwnedRuntime {
    type Target = Runtime;

    fn deref(&self) -> &Runtime {
        let Some(runtime) = &self.0 else {
            unreachable!("only drop takes the runtime")
        };
        runtime
    }
}

impl Drop for OwnedRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
