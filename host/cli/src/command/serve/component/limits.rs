//! The limit of the memory of an instance.

use wasmtime::ResourceLimiter;

/// The size of an entry of a table.
const ENTRY: usize = size_of::<usize>();

/// Limits all linear memories and tables of an instance together.
pub struct InstanceLimits {
    /// The number of bytes that are left.
    left: usize,
}

impl InstanceLimits {
    pub fn new(bytes: u64) -> Self {
        InstanceLimits {
            left: usize::try_from(bytes).unwrap_or(usize::MAX),
        }
    }

    fn take(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

impl ResourceLimiter for InstanceLimits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let is_declared = maximum.is_none_or(|maximum| desired <= maximum);
        Ok(is_declared && self.take(desired.saturating_sub(current)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let is_declared = maximum.is_none_or(|maximum| desired <= maximum);
        let entries = desired.saturating_sub(current);
        Ok(is_declared && self.take(entries.saturating_mul(ENTRY)))
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::{Engine, Instance, Module, Store};

    use super::*;

    fn instantiates(parts: &str, limit: u64) -> bool {
        let engine = Engine::default();
        let bytes = wat::parse_str(format!("(module {parts})")).unwrap();
        let module = Module::new(&engine, bytes).unwrap();
        let mut store = Store::new(&engine, InstanceLimits::new(limit));
        store.limiter(|limits| limits);
        Instance::new(&mut store, &module, &[]).is_ok()
    }

    #[test]
    fn memories_and_tables_count_in_sum() {
        let page = 64 << 10;
        let memory = "(memory 10)";
        assert!(instantiates(&memory.repeat(3), 30 * page));
        assert!(!instantiates(&memory.repeat(3), 29 * page));
        let table = "(table 1000 funcref)";
        assert!(instantiates(&table.repeat(3), 24_000));
        assert!(!instantiates(&table.repeat(3), 23_999));
        assert!(!instantiates(&format!("{memory}{table}"), 10 * page));
    }
}
