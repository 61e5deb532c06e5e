//! What a cell may use, beside the limits of its VM.

use std::time::Duration;

/// What a cell may use. The limits of its VM come on top: see
/// [`SandboxBuilder::limits`](crate::SandboxBuilder::limits).
///
/// ```
/// let caps = jsvm_sandbox::Caps::default().calls(10).console(4 << 10);
/// assert_eq!(caps.calls, 10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caps {
    /// Bytes of the code of a cell; 256 KiB by default.
    pub code: usize,
    /// Time of a cell, waiting for tools included and waiting for approval not; 60 seconds by
    /// default. A resumed cell has it again.
    pub time: Duration,
    /// Bytes of what a cell prints; 64 KiB by default. The rest is counted.
    pub console: usize,
    /// Bytes of the value of a cell; 64 KiB by default. A larger value is described by its
    /// beginning.
    pub value: usize,
    /// Calls of tools in one cell; 1,000 by default.
    pub calls: u32,
    /// Calls of tools at the same time; 16 by default. Others wait for their turn.
    pub concurrent_calls: usize,
    /// Bytes of the result of a tool, as JSON; 4 MiB by default.
    pub tool_result: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Caps {
            code: 256 << 10,
            time: Duration::from_secs(60),
            console: 64 << 10,
            value: 64 << 10,
            calls: 1_000,
            concurrent_calls: 16,
            tool_result: 4 << 20,
        }
    }
}

/// Each sets one cap; see the field of that name.
impl Caps {
    /// Sets how many bytes of [`code`](field@Self::code) a cell may have.
    #[must_use]
    pub fn code(mut self, bytes: usize) -> Self {
        self.code = bytes;
        self
    }

    /// Sets the [`time`](field@Self::time) of a cell.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Sets how many bytes of the [`console`](field@Self::console) are kept.
    #[must_use]
    pub fn console(mut self, bytes: usize) -> Self {
        self.console = bytes;
        self
    }

    /// Sets how many bytes the [`value`](field@Self::value) of a cell may have.
    #[must_use]
    pub fn value(mut self, bytes: usize) -> Self {
        self.value = bytes;
        self
    }

    /// Sets how many [`calls`](field@Self::calls) of tools a cell may make.
    #[must_use]
    pub fn calls(mut self, calls: u32) -> Self {
        self.calls = calls;
        self
    }

    /// Sets how many calls may run [at the same time](field@Self::concurrent_calls); at least one.
    #[must_use]
    pub fn concurrent_calls(mut self, calls: usize) -> Self {
        self.concurrent_calls = calls.max(1);
        self
    }

    /// Sets how many bytes the [result of a tool](field@Self::tool_result) may have.
    #[must_use]
    pub fn tool_result(mut self, bytes: usize) -> Self {
        self.tool_result = bytes;
        self
    }
}
