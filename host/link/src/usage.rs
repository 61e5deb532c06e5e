//! Counts the memory that the instance of a component takes.
//!
//! One limit bounds the sum of its linear memories, its tables, and what the host keeps for its
//! core instances. A limit for each of them would be none: a component can have many.

use wasmtime::ResourceLimiter;

/// The number of bytes that the host takes for an entry of a table.
const TABLE_ENTRY: u64 = 8;

/// The memory of an instance, and its limit.
#[derive(Debug)]
pub(crate) struct MemoryUsage {
    bytes: u64,
    limit: u64,
    is_refused: bool,
}

impl MemoryUsage {
    /// Creates the account of an instance that takes `initial` bytes before it has any memory.
    pub(crate) fn new(limit: u64, initial: u64) -> Self {
        MemoryUsage {
            bytes: initial,
            limit,
            is_refused: initial > limit,
        }
    }

    /// Whether the limit was reached.
    pub(crate) fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// Counts bytes, unless that would exceed the limit. Memories and tables never shrink, so
    /// nothing is counted back.
    fn grow(&mut self, bytes: u64) -> bool {
        let total = self.bytes.checked_add(bytes);
        let Some(total) = total.filter(|total| *total <= self.limit) else {
            self.is_refused = true;
            return false;
        };
        self.bytes = total;
        true
    }
}

impl ResourceLimiter for MemoryUsage {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current) as u64))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let entries = desired.saturating_sub(current) as u64;
        Ok(self.grow(entries.saturating_mul(TABLE_ENTRY)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_have_one_limit() {
        let mut usage = MemoryUsage::new(1000, 100);
        assert!(usage.memory_growing(0, 400, None).unwrap());
        assert!(usage.table_growing(0, 50, None).unwrap());
        assert!(!usage.table_growing(50, 64, None).unwrap());
        assert!(usage.is_refused());
        assert!(usage.table_growing(50, 62, None).unwrap());
        assert!(!usage.memory_growing(400, usize::MAX, None).unwrap());
    }
}
