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
//! | give scripts `fetch`, or have them serve HTTP | the crate `jsvm-http` |
//! | let scripts import components in other languages | the crate `jsvm-link` |
//! | import modules from anywhere | [`ModuleLoader`] |
//! | import npm packages and TypeScript | the crate `jsvm-node` |
//! | make a component of a program | the crate `jsvm-standalone` |
//! | give VMs what another crate has | the module [`extension`] |
//! | compile once and run often | [`Vm::compile`], [`Bytecode`] |
//! | set local time, or take `eval` away | [`TimeZone`], [`VmBuilder::without`] |
//! | freeze a VM and thaw it elsewhere | [`snapshot`], [`Snapshot`] |
//! | tell what went wrong | [`Error`], [`Limit`], [`Interrupt`], [`Gone`] |
//!
//! # Keeping values
//!
//! A value lives in a VM as long as something refers to it. What refers to it decides how long it
//! lives, and where it can be found again:
//!
//! | to keep a value | use | it lives until | in a VM restored from a snapshot |
//! |---|---|---|---|
//! | while Rust code works with it | a handle: [`Value`] | its last clone is dropped | gone |
//! | as part of data that crosses to Rust and back | a token: [`Token`], from [`Vm::create_token`] | its last clone is dropped | gone |
//! | across calls, snapshots and processes | a root: [`Vm::roots`] | [`Roots::remove`] | there, under the same name or [`RootId`] |
//! | only while something else keeps it | a weak handle: [`WeakValue`] | the value is collected | gone, unless its `WeakRef` is a root |
//!
//! A handle or token of one VM never works with another VM: such a call fails with
//! [`Error::ForeignValue`]. To move a value between VMs, copy it: [`Value::to_data`] and
//! [`Vm::create_from_data`].
//!
//! ```
//! let engine = jsvm::Engine::global()?;
//! let vm = engine.vm().build()?;
//! let next = vm.eval("let n = 0; () => ++n")?; // a handle
//! assert_eq!(next.call(())?.to::<u32>()?, 1);
//! vm.roots().set("next", &next)?; // a root
//!
//! // In this process or another:
//! let later = engine.restore(&vm.snapshot()?)?;
//! let next = later.roots().get("next")?.expect("it was set");
//! assert_eq!(next.call(())?.to::<u32>()?, 2);
//! # Ok::<(), jsvm::Error>(())
//! ```
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `precompile` | yes | The build script compiles the VM to native code, so that an engine starts in microseconds. |
//! | `compile` | no | [`Engine::from_component`]: engines of other versions. Without `precompile`, also compiles the VM at first use, so that the build does not need the compiler. [`NativeCache`] keeps native code. |
//! | `event-loop` | no | [`EventLoop`] and [`AsyncModuleLoader`]: VMs on tokio. |
//!
//! One of `precompile` and `compile` must be on.
//!
//! The component itself, for use without this crate, is [`COMPONENT`]; its interface is the WIT
//! package `jsvm:engine`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod arg;
mod argument;
mod async_function;
#[cfg(feature = "event-loop")]
mod async_modules;
mod batch;
mod bindings;
mod builder;
mod callback;
mod clock;
mod context;
pub mod data;
mod engine;
#[cfg(feature = "compile")]
mod engine_component;
mod entropy;
mod error;
#[cfg(feature = "event-loop")]
mod event_loop;
pub mod extension;
mod frame;
mod function;
mod host_import;
mod instance;
mod interrupt;
mod intrinsics;
mod module;
mod module_compiler;
mod module_import;
mod native;
#[cfg(feature = "compile")]
mod native_cache;
mod native_module;
#[cfg(feature = "node")]
#[cfg_attr(docsrs, doc(cfg(feature = "node")))]
pub mod node;
mod pagemap;
mod release;
pub mod serde;
mod settings;
mod shared;
mod source;
mod stack;
mod time_zone;
mod value;
mod vm;
mod wasi;
mod watch;
mod watchdog;
mod wit;

#[doc(inline)]
pub use jsvm_component::COMPONENT;
#[doc(inline)]
pub use jsvm_data::{Bytes, Cbor, ConversionError, Data, ErrorClass, Token, ViewKind};
#[doc(inline)]
pub use jsvm_snapshot::{
    self as snapshot, Bytecode, BytecodeError, EngineId, Limits, ParseEngineIdError, SealKey,
    Snapshot, SnapshotError, SnapshotId,
};

pub use arg::{Arg, Args, IntoArg, IntoArgs};
pub use async_function::{AsyncHostFunction, FromRequest, RequestFuture, RequestInfo};
#[cfg(feature = "event-loop")]
pub use async_modules::AsyncModuleLoader;
pub use batch::{Batch, BatchError, BatchResults, IntoOperand, IntoOperands, Operand, Step};
pub use builder::VmBuilder;
pub use callback::{Answer, Callback, CallingFunction, IntoAnswer};
pub use clock::{Clock, FixedClock, ManualClock, SystemClock};
#[cfg(feature = "compile")]
#[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
pub use engine::NativeCode;
pub use engine::{Engine, EngineConfig};
#[cfg(feature = "compile")]
#[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
pub use engine_component::EngineComponentError;
pub use entropy::Seed;
pub use error::{Error, Exception, Gone, Interrupt, Limit, Location};
#[cfg(feature = "event-loop")]
pub use event_loop::EventLoop;
pub use frame::{Frame, FrameKind, SuspendedFrames, Suspension, Variable, VariableOrigin};
pub use function::{Arguments, HostError, HostFunction, HostResult, Returns, Throws, Variadic};
pub use instance::MissingFunction;
pub use interrupt::InterruptHandle;
pub use intrinsics::Intrinsics;
pub use module::{FolderModules, Import, ImportKind, Module, ModuleKind, ModuleLoader};
pub use module_compiler::{ModuleCompiler, ModuleRunner, VmMemory};
pub use module_import::{ImportAnswer, ImportRequest, ModuleImport};
#[doc(hidden)]
pub use native::native_code_size;
#[cfg(feature = "compile")]
#[cfg_attr(docsrs, doc(cfg(feature = "compile")))]
pub use native_cache::{NativeCache, NativeCacheError};
pub use native_module::{Class, Method, NativeModule};
pub use source::Source;
pub use time_zone::{TimeZone, TimeZoneError};
pub use value::{
    Deferred, InspectOptions, Integrity, Iterate, Key, KeyFilter, OwnKey, PromiseState, Property,
    PropertyContent, PropertyDefinition, Value, ValueKind, ViewSpan, WeakValue,
};
pub use vm::{
    BytecodeParts, EphemeralFunction, ExportMismatch, ExportProblem, Heap, HeapStatistics,
    JobReport, MemoryUsage, PromiseEvent, PromiseEventKind, PromiseEvents, Rejection, Request,
    RootId, Roots, Vm, WorldDefinitionError,
};
