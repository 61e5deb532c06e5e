//! The functions of the interface `vm`.

use std::cell::Cell;

use crate::bindings::exports::jsvm::engine::vm::{
    BatchReport, EvalOptions, Guest, Input, JobReport, Limits, MemoryUsage, Output, Rejection,
    Request, SourceKind, Step, TokenScope, Value as Handle, ValueBorrow, Waiting,
};
use crate::bindings::jsvm::engine::types::Data;
use crate::convert::{input, output};
use crate::error::{self, Result};
use crate::handle::{self, Held, handle, held};
use crate::js::{self, Call, JsResult, Source, Value};
use crate::{batch, data, jobs, memory, module, rejection, request, root, timer, token};

/// The most that the engine may use of the module's stack of 4 MiB: what is left is for leaf
/// functions, which do not check.
const MAX_STACK: u32 = 3840 << 10;
const MIN_STACK: u32 = 64 << 10;
const DEFAULT_OUTPUT: u64 = 256 << 20;

thread_local! {
    static STACK: Cell<u32> = const { Cell::new(MAX_STACK) };
    static OUTPUT: Cell<u64> = const { Cell::new(DEFAULT_OUTPUT) };
}

/// Bytes that one value may take as data.
pub fn output_limit() -> u64 {
    OUTPUT.get()
}

/// Puts the default limits in force.
pub fn apply_default_limits() {
    js::set_max_stack(STACK.get());
}

impl Guest for crate::Guest {
    type Value = Held;

    fn eval(source: String, options: EvalOptions) -> Result<Output> {
        memory::begin();
        Ok(output(eval(source, &options)?))
    }

    fn eval_data(source: String, options: EvalOptions) -> Result<Data> {
        memory::begin();
        Ok(data::copy_out(&eval(source, &options)?)?.lend())
    }

    fn run_batch(steps: Vec<Step<'_>>) -> BatchReport {
        memory::begin();
        batch::run(steps)
    }

    fn import_module(specifier: String, importer: String) -> Result<Output> {
        memory::begin();
        Ok(output(module::import(&specifier, &importer)?))
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
        Limits {
            memory: memory::limit() as u64,
            stack: STACK.get(),
            output: OUTPUT.get(),
        }
    }

    fn set_limits(limits: Limits) {
        memory::set_limit(usize::try_from(limits.memory).unwrap_or(usize::MAX));
        STACK.set(limits.stack.clamp(MIN_STACK, MAX_STACK));
        js::set_max_stack(STACK.get());
        OUTPUT.set(limits.output);
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

    fn gc() {
        js::collect_garbage();
    }

    fn get_gc_threshold() -> u64 {
        u64::from(js::gc_threshold())
    }

    fn set_gc_threshold(bytes: u64) {
        js::set_gc_threshold(u32::try_from(bytes).unwrap_or(u32::MAX));
    }
}

fn eval(text: String, options: &EvalOptions) -> JsResult<Value> {
    let source = Source {
        text,
        file_name: &options.file_name,
        strict: options.strict,
        asynchronous: options.async_,
    };
    let (value, namespace) = js::eval(source, options.kind == SourceKind::Module)?;
    if let Some(namespace) = namespace {
        let pass = js::function("", 0, &[namespace], |call: Call<'_>| {
            Ok(call.data[0].clone())
        })?;
        return value.then(&pass, &Value::UNDEFINED);
    }
    if options.async_ {
        // The engine resolves the promise of an asynchronous script with `{ value }`.
        let unwrap = js::function("", 1, &[], |call: Call<'_>| call.arg(0).get("value"))?;
        return value.then(&unwrap, &Value::UNDEFINED);
    }
    Ok(value)
}
