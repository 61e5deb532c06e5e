//! What a VM may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The limits of a VM. The default suits untrusted scripts in a server.
///
/// ```
/// use std::time::Duration;
/// let limits = jsvm::Limits::default().time(Duration::from_millis(50)).memory(32 << 20);
/// let vm = jsvm::Engine::global()?.vm().limits(limits).build()?;
/// let error = vm.eval("for (;;) {}").unwrap_err();
/// assert!(matches!(error, jsvm::Error::Interrupted(jsvm::Interrupt::TimeLimit)));
/// assert_eq!(vm.eval("1 + 2")?.to::<i32>()?, 3);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
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
    /// CPU time of one call into the VM, host functions included; no limit by default. Unlike
    /// `time` it does not run on a loaded machine while others are served. Where a thread's CPU
    /// time is not known (systems other than Unix) it counts as `time`.
    pub cpu_time: Option<Duration>,
    /// Work of one call into the VM; no limit by default. A unit is about 10,000 branches of
    /// JavaScript, or 2²⁰ iterations of loops in built-ins: some 50 to 100 microseconds. The same
    /// script with the same input does the same work on each machine, so this limit is
    /// deterministic where no other interrupts the script.
    pub work: Option<u64>,
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
            cpu_time: None,
            work: None,
            grace: Duration::from_secs(1),
            stack: 3840 << 10,
            output: 64 << 20,
            handles: 2_000_000,
        }
    }
}

/// Each sets one limit; see the field of that name.
impl Limits {
    /// Sets the [`memory`](field@Self::memory) of the JavaScript heap, in bytes.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets what the [whole memory](field@Self::hard_memory) of the VM cannot pass, in bytes.
    #[must_use]
    pub fn hard_memory(mut self, bytes: u64) -> Self {
        self.hard_memory = bytes;
        self
    }

    /// Sets the [`time`](field@Self::time) of one call; `None` for no limit.
    #[must_use]
    pub fn time(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.time = time.into();
        self
    }

    /// Sets the [`cpu_time`](field@Self::cpu_time) of one call; `None` for no limit.
    #[must_use]
    pub fn cpu_time(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.cpu_time = time.into();
        self
    }

    /// Sets the [`work`](field@Self::work) of one call; `None` for no limit.
    ///
    /// ```
    /// use jsvm::{Error, Interrupt, Limits};
    /// let limits = Limits::default().work(1_000);
    /// let vm = jsvm::Engine::global()?.vm().limits(limits).build()?;
    /// let error = vm.eval("let n = 0; for (;;) n++").unwrap_err();
    /// assert!(matches!(error, Error::Interrupted(Interrupt::WorkLimit)));
    /// assert_eq!(vm.eval("n")?.to::<u64>()? / 1_000_000, 10);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[must_use]
    pub fn work(mut self, units: impl Into<Option<u64>>) -> Self {
        self.work = units.into();
        self
    }

    /// Sets the [`grace`](field@Self::grace) of built-ins beyond `time`.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets the size of the VM's own [`stack`](field@Self::stack), in bytes.
    #[must_use]
    pub fn stack(mut self, bytes: u32) -> Self {
        self.stack = bytes;
        self
    }

    /// Sets the largest [`output`](field@Self::output) of one value, in bytes.
    #[must_use]
    pub fn output(mut self, bytes: u64) -> Self {
        self.output = bytes;
        self
    }

    /// Sets how many [`handles`](field@Self::handles) may be live.
    #[must_use]
    pub fn handles(mut self, handles: u32) -> Self {
        self.handles = handles;
        self
    }
}
