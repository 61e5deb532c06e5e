//! Bindings generated from `wit/`. What users see of them is re-exported elsewhere.
//!
//! The world is `js-vm` of the package, but for the interface `host` (`host_import.rs`) and those of
//! WASI (`wasi.rs`), of which the component uses three functions.
#![allow(missing_docs, unused, clippy::all)]

wasmtime::component::bindgen!({
    inline: "
        package jsvm:embedder;

        world js-vm {
            import jsvm:engine/console@0.2.0;
            import jsvm:engine/modules@0.2.0;
            export jsvm:engine/values@0.2.0;
            export jsvm:engine/properties@0.2.0;
            export jsvm:engine/functions@0.2.0;
            export jsvm:engine/objects@0.2.0;
            export jsvm:engine/collections@0.2.0;
            export jsvm:engine/buffers@0.2.0;
            export jsvm:engine/promises@0.2.0;
            export jsvm:engine/evaluation@0.2.0;
            export jsvm:engine/batch@0.2.0;
            export jsvm:engine/jobs@0.2.0;
            export jsvm:engine/requests@0.2.0;
            export jsvm:engine/roots@0.2.0;
            export jsvm:engine/heap@0.2.0;
            export jsvm:engine/realm@0.2.0;
            export jsvm:engine/snapshot@0.2.0;
            export jsvm:engine/http-tools@0.2.0;
        }
    ",
    path: "wit",
    imports: { default: trappable },
    additional_derives: [PartialEq],
});

/// The types of all interfaces.
pub mod wit {
    pub use super::exports::jsvm::engine::batch::{
        BatchReport, CallStep, MethodStep, Operation, Step, StepResult, Wanted,
    };
    pub use super::exports::jsvm::engine::buffers::{ViewSpan, Words};
    pub use super::exports::jsvm::engine::collections::{Iterated, IteratedEnd};
    pub use super::exports::jsvm::engine::evaluation::{BytecodeParts, EvalOptions, SourceKind};
    pub use super::exports::jsvm::engine::heap::{HeapStatistics, Limits, MemoryUsage};
    pub use super::exports::jsvm::engine::jobs::{JobReport, Waiting};
    pub use super::exports::jsvm::engine::promises::{
        Deferred, PromiseEvent, PromiseEventKind, PromiseEvents, PromiseState, Rejection,
    };
    pub use super::exports::jsvm::engine::properties::{
        Accessor, Integrity, Property, PropertyContent, PropertyDefinition,
    };
    pub use super::exports::jsvm::engine::realm::{
        EngineInfo, Intrinsics, TimeZone, TimeZoneName, TimeZoneRules,
    };
    pub use super::exports::jsvm::engine::requests::Request;
    pub use super::exports::jsvm::engine::roots::TokenScope;
    pub use super::exports::jsvm::engine::values::{
        Error, Exception, Input, InspectOptions, Key, KeyFilter, Output, OwnKey, Units, ValueKind,
    };
    pub use super::jsvm::engine::console::Level;
    pub use super::jsvm::engine::modules::{
        ImportKind, MemberKind, Module, ModuleKind, NativeClass, NativeContent, NativeExport,
        NativeFunction, NativeMember, SourceModule,
    };
    pub use super::jsvm::engine::types::{
        Argument, Data, ErrorClass, InterruptReason, ThrownError, ViewKind,
    };
}

/// The exported interfaces of an instance, by their short names.
#[derive(Clone, Copy)]
pub struct Interfaces<'a>(pub &'a JsVm);

macro_rules! interfaces {
    ($($name:ident $accessor:ident)*) => {
        impl<'a> Interfaces<'a> {
            $(pub fn $name(self) -> &'a exports::jsvm::engine::$name::Guest {
                self.0.$accessor()
            })*
        }
    };
}

interfaces! {
    values jsvm_engine_values
    properties jsvm_engine_properties
    functions jsvm_engine_functions
    objects jsvm_engine_objects
    collections jsvm_engine_collections
    buffers jsvm_engine_buffers
    promises jsvm_engine_promises
    evaluation jsvm_engine_evaluation
    batch jsvm_engine_batch
    jobs jsvm_engine_jobs
    requests jsvm_engine_requests
    roots jsvm_engine_roots
    heap jsvm_engine_heap
    realm jsvm_engine_realm
    http_tools jsvm_engine_http_tools
}
