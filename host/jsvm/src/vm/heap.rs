//! The heap of a VM.

use super::Vm;
use crate::error::Error;

impl Vm {
    /// Returns the heap: its size, its garbage collector.
    pub fn heap(&self) -> Heap<'_> {
        Heap { vm: self }
    }
}

/// The heap of a VM, from [`Vm::heap`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// vm.eval("{ const a = {}; a.cycle = a }")?;
/// let before = vm.heap().usage()?.objects;
/// vm.heap().collect_garbage()?;
/// assert!(vm.heap().usage()?.objects < before);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Heap<'a> {
    vm: &'a Vm,
}

impl Heap<'_> {
    /// Counts the memory that the VM uses. It visits every object: do not call it often.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn usage(&self) -> Result<MemoryUsage, Error> {
        let shared = &self.vm.shared;
        let usage = shared.enter(|e| e.vm.heap().call_get_memory_usage(e.store))?;
        Ok(usage.into())
    }

    /// Counts what the heap holds, by category and with bytes. It visits every object: do not call
    /// it often.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let before = vm.heap().statistics()?;
    /// vm.eval("var list = Array.from({ length: 1000 }, (_, i) => ({ i }))")?;
    /// let after = vm.heap().statistics()?;
    /// assert!(after.objects > before.objects);
    /// assert!(after.object_bytes > before.object_bytes);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn statistics(&self) -> Result<HeapStatistics, Error> {
        let shared = &self.vm.shared;
        let statistics = shared.enter(|e| e.vm.heap().call_get_heap_statistics(e.store))?;
        Ok(statistics.into())
    }

    /// Collects cyclic garbage now. Values outside of cycles are freed without it.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn collect_garbage(&self) -> Result<(), Error> {
        self.vm
            .shared
            .enter(|e| e.vm.heap().call_collect_garbage(e.store))
    }

    /// Returns the bytes of heap at which the cycle collector runs next.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn gc_threshold(&self) -> Result<u64, Error> {
        self.vm
            .shared
            .enter(|e| e.vm.heap().call_get_gc_threshold(e.store))
    }

    /// Sets at how many bytes of heap the cycle collector runs next. The VM adapts it after every
    /// collection. 2<sup>32</sup> - 1 or more turns the collector off.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn set_gc_threshold(&self, bytes: u64) -> Result<(), Error> {
        self.vm
            .shared
            .enter(|e| e.vm.heap().call_set_gc_threshold(e.store, bytes))
    }
}

/// Counts of the memory that a VM uses, from [`Heap::usage`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let usage = vm.heap().usage()?;
/// assert!(usage.used <= usage.peak && usage.peak <= usage.total);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryUsage {
    /// Bytes of linear memory: the size of the instance.
    pub total: u64,
    /// Bytes allocated in the heap, handles and tables included.
    pub used: u64,
    /// The maximum of `used` so far.
    pub peak: u64,
    /// Allocated blocks.
    pub blocks: u64,
    /// Objects.
    pub objects: u64,
    /// Object shapes (hidden classes).
    pub shapes: u64,
    /// Strings.
    pub strings: u64,
    /// Interned strings and symbols.
    pub atoms: u64,
    /// Compiled functions.
    pub functions: u64,
    /// Live handles of this interface.
    pub handles: u64,
    /// Live tokens of both scopes.
    pub tokens: u64,
    /// Roots.
    pub roots: u64,
}

/// Counts of the heap by category, from [`Heap::statistics`]. The heap holds more: the stack of
/// handles, tables, and the allocator's own data.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let statistics = vm.heap().statistics()?;
/// assert!(statistics.native_functions > statistics.functions);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapStatistics {
    /// Interned strings and symbols.
    pub atoms: u64,
    /// Bytes of atoms.
    pub atom_bytes: u64,
    /// Strings.
    pub strings: u64,
    /// Bytes of strings.
    pub string_bytes: u64,
    /// Objects.
    pub objects: u64,
    /// Bytes of objects, without their properties.
    pub object_bytes: u64,
    /// Properties.
    pub properties: u64,
    /// Bytes of properties.
    pub property_bytes: u64,
    /// Object shapes (hidden classes).
    pub shapes: u64,
    /// Bytes of shapes.
    pub shape_bytes: u64,
    /// Functions written in JavaScript, and their parts.
    pub functions: u64,
    /// Bytes of these functions.
    pub function_bytes: u64,
    /// Bytes of their bytecode.
    pub function_code_bytes: u64,
    /// Tables from bytecode to positions.
    pub position_tables: u64,
    /// Bytes of these tables.
    pub position_bytes: u64,
    /// Functions that are not written in JavaScript.
    pub native_functions: u64,
    /// Arrays.
    pub arrays: u64,
    /// Arrays without holes.
    pub dense_arrays: u64,
    /// Elements of arrays without holes.
    pub dense_elements: u64,
    /// Array buffers.
    pub buffers: u64,
    /// Bytes of array buffers.
    pub buffer_bytes: u64,
}
