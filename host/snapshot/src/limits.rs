//! What a VM may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The limits of a VM. The default suits untrusted scripts in a server.
///
/// ```
/// use std::time::Duration;
/// let limits = jsvm::Limits { time: Some(Duration::from_millis(50)), ..Default::default() };
/// let vm = jsvm::Engine::global()?.vm().limits(limits).build()?;
/// let error = vm.eval("for (;;) {}").unwrap_err();
/// assert!(matches!(error, jsvm::Error::Interrupted(jsvm::Interrupt::TimeLimit)));
/// assert_eq!(vm.eval("1 + 2")?.to::<i32>()?, 3);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of JavaScript heap, 128 MiB by default. Above it an allocation throws an
    /// `InternalError` that the script can catch; `Limit::Memory` if it
    /// does not.
    pub memory: u64,
    /// Bytes that the VM's memory cannot pass whatever happens inside, 256 MiB by default. A VM
    /// that runs into it may be gone. It starts at about 5 MiB, most of which is never touched.
    pub hard_memory: u64,
    /// Wall-clock time of one call into the VM, host functions included; 10 seconds by default,
    /// `None` for no limit. The VM can be used on afterwards.
    pub time: Option<Duration>,
    /// How much longer than `time` a built-in may run that never looks at the clock; after that
    /// the VM is gone. One second by default.
    pub grace: Duration,
    /// Bytes of the VM's own stack. The default and maximum, 3.75 MiB, holds about 10,000 simple
    /// frames; deeper recursion is a `RangeError` that the script can catch.
    pub stack: u32,
    /// Bytes that one value may take as `Data`, 64 MiB by default.
    pub output: u64,
    /// How many handles may be live, 2,000,000 by default. A call that would make one more ends
    /// the VM.
    pub handles: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 128 << 20,
            hard_memory: 256 << 20,
            time: Some(Duration::from_secs(10)),
            grace: Duration::from_secs(1),
            stack: 3840 << 10,
            output: 64 << 20,
            handles: 2_000_000,
        }
    }
}
