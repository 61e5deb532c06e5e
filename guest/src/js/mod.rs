//! A safe view of the QuickJS-NG C interface, as far as the VM needs it.
//!
//! All unsafe code that touches the engine is in this folder. Everything rests on three facts:
//!
//! * The module is single-threaded (`wasm32-unknown-unknown` without atomics), and there is one
//!   runtime with one context, made once and never freed. So the context is a global, and a
//!   [`Value`] needs no lifetime.
//! * A [`Value`] owns exactly one reference count, which its `Drop` gives back.
//! * No function here returns the engine's exception marker as a [`Value`]: a pending exception
//!   is taken at once and becomes [`Thrown`].
#![allow(unsafe_code)]

mod accessor;
mod atom;
mod bigint;
mod binary;
mod buffer;
mod bulk;
mod bytecode;
mod compile;
mod compiled;
mod descriptor;
mod error;
mod eval;
mod forbid;
mod frames;
mod function;
mod held;
mod import;
mod internals;
mod lent;
mod module;
mod object;
mod promise;
mod promise_hook;
mod property;
mod realm;
mod string;
mod value;

pub use accessor::define_accessor;
pub use atom::{Atom, Key};
pub use binary::{View, ViewKind};
pub use buffer::throw_later;
pub use bytecode::{for_the_build, run_compiled, take_source};
pub use compile::{Source, compile_function, compiles, parse_json};
pub use compiled::{Compiled, Keep};
pub use descriptor::Definition;
pub use eval::{eval, execute_job, global};
pub use forbid::{forbid_compiling, forbid_regexps};
pub use frames::{Frame, FrameKind, Origin, Suspension, suspended_frames};
pub use function::{Call, function};
pub use held::{Visit, hold, hold_visited};
pub use import::{ImportCall, has_import_hook, is_module_loaded, module_imports, set_import_hook};
pub use internals::{
    Entry, Units, async_context, clear_kept, set_async_context, sweep_arenas,
    take_interrupted_stack,
};
pub use lent::{LentBuffer, LentString, LentUnits};
pub use module::{Loaded, Module, ModuleLoader, Synthetic, import, set_module_loader};
pub use object::{OwnKeys, Property};
pub use promise::{PromiseState, new_promise, on_rejection};
pub use promise_hook::{PromiseEvent, on_promise_event};
pub use property::{OwnProperty, Slot};
pub use realm::{
    collect_garbage, counts, gc_threshold, is_job_pending, on_interrupt, set_gc_threshold,
    set_max_stack, start, version,
};
pub use string::Text;
pub use value::{JsResult, Tag, Thrown, Value};
