//! The functions of the interface `vm`.

use crate::bindings::exports::jsvm::engine::vm::{
    BatchReport, BytecodeParts, EvalOptions, Guest, HeapStatistics, Input, Intrinsics, JobReport,
    Limits, MemoryUsage, Output, PromiseEvents, Rejection, Request, SourceKind, Step, TimeZone,
    TimeZoneName, TimeZoneRules, TokenScope, Value as Handle, ValueBorrow, Waiting,
};
use crate::bindings::jsvm::engine::types::Data;
use crate::convert::{input, output};
use crate::error::{self, Result};
use crate::handle::{self, Held, handle, held};
use crate::js::{self, Keep, Source, Thrown};
use crate::{
    batch, compiled, data, jobs, limits, memory, module, promise_events, rejection, removal,
    request, root, time_zone, timer, token, web,
};

pub use crate::limits::output_limit;

impl Guest for crate::Guest {
    type Value = Held;

    fn eval(source: String, options: EvalOptions) -> Result<Output> {
        memory::begin();
        let module = options.kind == SourceKind::Module;
        Ok(output(compiled::eval(text(source, &options), module)?))
    }

    fn compile(source: String, options: EvalOptions) -> Result<Handle> {
        memory::begin();
        let module = options.kind == SourceKind::Module;
        Ok(handle(compiled::compile(text(source, &options), module)?))
    }

    fn compile_to_bytecode(
        source: String,
        options: EvalOptions,
        keep: BytecodeParts,
    ) -> Result<Vec<u8>> {
        memory::begin();
        let module = options.kind == SourceKind::Module;
        let keep = Keep {
            source: keep.contains(BytecodeParts::SOURCE),
            positions: keep.contains(BytecodeParts::POSITIONS),
        };
        let source = text(source, &options);
        Ok(compiled::to_bytes(source, module, keep)?)
    }

    fn load_bytecode(bytes: Vec<u8>) -> Result<Handle> {
        memory::begin();
        Ok(handle(compiled::of_bytes(&bytes)?))
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn eval_data(source: String, options: EvalOptions) -> Result<Data> {
        memory::begin();
        let module = options.kind == SourceKind::Module;
        let value = compiled::eval(text(source, &options), module)?;
        let copied = data::copy_out(&value)?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        Ok(unsafe { copied.lend() }?)
    }

    fn run_batch(steps: Vec<Step<'_>>) -> BatchReport {
        memory::begin();
        batch::run(steps)
    }

    fn import_module(specifier: String, importer: String) -> Result<Output> {
        memory::begin();
        Ok(output(module::import(&specifier, &importer)?))
    }

    fn http_tools() -> Result<Handle> {
        memory::begin();
        Ok(handle(web::http_tools()?))
    }

    fn detect_module(source: String) -> bool {
        !js::compiles(&source, false) && js::compiles(&source, true)
    }

    fn global() -> Handle {
        handle(js::global())
    }

    fn run_jobs(limit: u32) -> Result<JobReport> {
        memory::begin();
        let executed = jobs::run(limit)?;
        let pending = js::is_job_pending();
        let (requests, cancellations) = request::waiting();
        let waiting = [
            (requests, Waiting::REQUESTS),
            (cancellations, Waiting::CANCELLATIONS),
            (rejection::waiting(), Waiting::REJECTIONS),
        ];
        let waiting = waiting.into_iter().filter(|(is, _)| *is);
        Ok(JobReport {
            executed,
            pending,
            next_timer: timer::until_next(),
            waiting: waiting.fold(Waiting::empty(), |all, (_, flag)| all | flag),
        })
    }

    fn take_requests() -> Vec<Request> {
        request::take(false)
    }

    fn unsettled_requests() -> Vec<Request> {
        request::take(true)
    }

    fn settle(id: u64, outcome: std::result::Result<Data, Data>) -> Result<bool> {
        Ok(request::settle(id, outcome)?)
    }

    fn take_cancellations() -> Vec<u64> {
        request::take_cancelled()
    }

    fn take_unhandled_rejections() -> Vec<Rejection> {
        let rejections = rejection::take().into_iter();
        rejections
            .map(|rejected| Rejection {
                promise: handle(rejected.promise),
                reason: error::describe(rejected.reason),
                out_of_memory: rejected.out_of_memory,
            })
            .collect()
    }

    fn take_handled_rejections() -> Vec<Handle> {
        rejection::take_handled().into_iter().map(handle).collect()
    }

    fn record_promises(capacity: u32) {
        promise_events::record(capacity);
    }

    fn take_promise_events() -> PromiseEvents {
        promise_events::take()
    }

    fn retain(value: ValueBorrow<'_>, scope: TokenScope) -> u64 {
        token::retain(held(&value).clone(), scope)
    }

    fn retained(token: u64) -> Option<Handle> {
        token::get(token).map(handle)
    }

    fn release(token: u64) -> bool {
        token::release(token)
    }

    fn set_root(name: String, value: Input<'_>) -> Result<()> {
        root::set(name, input(&value)?);
        Ok(())
    }

    fn root(name: String) -> Option<Output> {
        root::get(&name).map(output)
    }

    fn remove_root(name: String) -> bool {
        root::remove(&name)
    }

    fn roots() -> Vec<String> {
        root::names()
    }

    fn get_limits() -> Limits {
        limits::get()
    }

    fn set_limits(limits: Limits) {
        limits::set(limits);
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

    fn gc() {
        limits::collect_garbage();
    }

    fn get_gc_threshold() -> u64 {
        u64::from(js::gc_threshold())
    }

    fn set_gc_threshold(bytes: u64) {
        js::set_gc_threshold(u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    fn remove_intrinsics(which: Intrinsics) -> Result<()> {
        Ok(removal::remove(which)?)
    }

    fn set_time_zone(zone: TimeZone) -> Result<()> {
        let (is_possible, why_not) = match zone {
            TimeZone::Fixed(minutes) => (
                time_zone::set_fixed(minutes),
                "local time is less than a day from UTC",
            ),
            TimeZone::Rules(TimeZoneRules { name, tzif }) => (
                time_zone::set_rules(name, &tzif),
                "the rules of the time zone are not TZif",
            ),
        };
        if is_possible {
            Ok(())
        } else {
            Err(Thrown::range_error(why_not).into())
        }
    }

    fn get_time_zone() -> TimeZoneName {
        time_zone::name()
    }

    fn engine_version() -> String {
        js::version()
    }
}

fn text(text: String, options: &EvalOptions) -> Source<'_> {
    Source {
        text,
        file_name: &options.file_name,
        strict: options.strict,
        asynchronous: options.async_,
    }
}
