//! JavaScript VMs as WebAssembly components: embed them, limit them, freeze them.
//!
//! A [`Vm`] is a complete, isolated JavaScript engine in a WebAssembly sandbox. It does no input
//! or output of its own: a script can reach exactly the host functions it is given, and what it
//! may use is bounded by [`Limits`] that are on by default.
//!
//! ```
//! use jsvm::Engine;
//!
//! // Shared by the whole program, cheap to clone.
//! let engine = Engine::new()?;
//!
//! // A VM with one host function.
//! let vm = engine.vm().function("greet", |name: String| format!("Hello, {name}!")).build()?;
//!
//! // JavaScript calls Rust:
//! assert_eq!(vm.eval("greet('world')")?.to::<String>()?, "Hello, world!");
//!
//! // Rust calls JavaScript:
//! let total = vm.eval("(items) => items.reduce((sum, item) => sum + item.price, 0)")?;
//! let items = vm.eval("[{ price: 2 }, { price: 3 }]")?;
//! assert_eq!(total.call((items,))?.to::<f64>()?, 5.0);
//!
//! // Errors are values too:
//! let error = vm.eval("null.x").unwrap_err();
//! assert_eq!(error.exception().unwrap().name, "TypeError");
//! # Ok::<(), jsvm::Error>(())
//! ```
//!
//! | to | see |
//! |---|---|
//! | share code and memory between VMs | [`Engine`], [`EngineConfig`] |
//! | give a VM host functions, limits, a clock, a seed | [`VmBuilder`] |
//! | evaluate, run jobs, serve requests | [`Vm`], [`Source`] |
//! | run whole programs, with timers and asynchronous functions | [`EventLoop`] |
//! | work with values inside | [`Value`] |
//! | convert to and from Rust | the module [`serde`](mod@serde), [`Data`] |
//! | let scripts import functions, values and classes of Rust | [`NativeModule`], [`Class`] |
//! | give scripts `fetch`, or have them serve HTTP | the module [`http`] |
//! | let scripts import components in other languages | the module `link` |
//! | import modules from anywhere, or from packages and TypeScript | [`ModuleLoader`], [`program`] |
//! | compile once and run often | [`Vm::compile`], [`Bytecode`] |
//! | set local time, or take `eval` away | [`TimeZone`], [`VmBuilder::without`] |
//! | freeze a VM and thaw it elsewhere | [`snapshot`], [`Snapshot`] |
//! | tell what went wrong | [`Error`], [`Limit`], [`Gone`] |
//!
//! The component itself, for use without this crate, is [`COMPONENT`]; its interface is the WIT
//! package `jsvm:engine`.

// Without the event loop, what only it uses is not used.
#![cfg_attr(not(feature = "event-loop"), allow(dead_code))]

mod arg;
mod async_function;
#[cfg(feature = "event-loop")]
mod async_modules;
mod batch;
mod bindings;
mod builder;
mod bytecode;
mod clock;
mod context;
pub mod data;
mod engine;
mod entropy;
mod error;
#[cfg(feature = "event-loop")]
mod event_loop;
mod function;
pub mod http;
mod instance;
mod limits;
#[cfg(feature = "link")]
pub mod link;
mod module;
mod native_module;
mod pagemap;
#[cfg(feature = "program")]
pub mod program;
mod release;
pub mod serde;
pub mod services;
mod shared;
pub mod snapshot;
mod source;
mod stack;
#[cfg(feature = "standalone")]
pub mod standalone;
mod time_zone;
mod value;
mod vm;

pub use arg::{Arg, Args, IntoArg, IntoArgs};
pub use async_function::{AsyncHostFunction, FromRequest, RequestFuture, RequestInfo};
#[cfg(feature = "event-loop")]
pub use async_modules::AsyncModuleLoader;
pub use batch::{Batch, BatchError, BatchResults, IntoOperand, IntoOperands, Operand, Step};
pub use builder::{Intrinsics, VmBuilder};
pub use bytecode::{Bytecode, BytecodeError};
pub use clock::{Clock, FixedClock, ManualClock, SystemClock};
pub use data::{Bytes, Cbor, ConversionError, Data, ErrorClass, ViewKind};
pub use engine::{COMPONENT, Engine, EngineConfig};
pub use error::{Error, Exception, Gone, Limit, Location};
#[cfg(feature = "event-loop")]
pub use event_loop::EventLoop;
pub use function::{Arguments, HostError, HostFunction, HostResult, Returns, Throws, Variadic};
pub use limits::{InterruptHandle, Limits};
pub use module::{FolderModules, Import, ImportKind, Module, ModuleKind, ModuleLoader};
pub use native_module::{Class, Method, NativeModule};
pub use release::Token;
pub use snapshot::{SealKey, Snapshot, SnapshotError, SnapshotId};
pub use source::Source;
pub use time_zone::{TimeZone, TimeZoneError};
pub use value::{
    Deferred, InspectOptions, Integrity, Iterate, Key, KeyFilter, OwnKey, PromiseState, Property,
    PropertyContent, PropertyDefinition, Value, ValueKind, ViewSpan, WeakValue,
};
pub use vm::{
    BytecodeParts, EphemeralFunction, ExportToken, HeapStatistics, JobReport, MemoryUsage,
    PromiseEvent, PromiseEventKind, PromiseEvents, Rejection, Request, Vm,
};

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
