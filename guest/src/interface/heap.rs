//! The interface `heap`.
use crate::bindings::exports::jsvm::engine::heap::{Guest, HeapStatistics, Limits, MemoryUsage};
use crate::{handle, host, js, limits, memory, root, token};

impl Guest for crate::Guest {
    fn get_limits() -> Limits {
        limits::get()
    }

    fn set_limits(limits: Limits) {
        limits::set(limits);
    }

    fn get_work_limit() -> Option<u64> {
        host::work_limit()
    }

    fn set_work_limit(limit: Option<u64>) {
        host::set_work_limit(limit);
    }

    fn get_memory_usage() -> MemoryUsage {
        let counts = js::counts();
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        MemoryUsage {
            total: memory::total(),
            used: memory::used() as u64,
            peak: memory::peak() as u64,
            blocks: count(counts.malloc_count),
            objects: count(counts.obj_count),
            shapes: count(counts.shape_count),
            strings: count(counts.str_count),
            atoms: count(counts.atom_count),
            functions: count(counts.js_func_count),
            handles: handle::live(),
            tokens: token::count() as u64,
            roots: root::count() as u64,
        }
    }

    fn get_heap_statistics() -> HeapStatistics {
        let counts = js::counts();
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        HeapStatistics {
            atoms: count(counts.atom_count),
            atom_bytes: count(counts.atom_size),
            strings: count(counts.str_count),
            string_bytes: count(counts.str_size),
            objects: count(counts.obj_count),
            object_bytes: count(counts.obj_size),
            properties: count(counts.prop_count),
            property_bytes: count(counts.prop_size),
            shapes: count(counts.shape_count),
            shape_bytes: count(counts.shape_size),
            functions: count(counts.js_func_count),
            function_bytes: count(counts.js_func_size),
            function_code_bytes: count(counts.js_func_code_size),
            position_tables: count(counts.js_func_pc2line_count),
            position_bytes: count(counts.js_func_pc2line_size),
            native_functions: count(counts.c_func_count),
            arrays: count(counts.array_count),
            dense_arrays: count(counts.fast_array_count),
            dense_elements: count(counts.fast_array_elements),
            buffers: count(counts.binary_object_count),
            buffer_bytes: count(counts.binary_object_size),
        }
    }

    fn collect_garbage() {
        limits::collect_garbage();
    }

    fn get_gc_threshold() -> u64 {
        u64::from(js::gc_threshold())
    }

    fn set_gc_threshold(bytes: u64) {
        js::set_gc_threshold(u32::try_from(bytes).unwrap_or(u32::MAX));
    }
}
