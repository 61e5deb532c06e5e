//! Conversions between the types of this crate and those of the generated bindings.
//!
//! The generated types are not public: a new case in the WIT interface, or another version of the
//! generator, must not change the API of this crate.

use jsvm_data::{ErrorClass, Form, StringUnits, ViewKind};

use crate::bindings::wit;
use crate::error::Interrupt;
use crate::extension::ExtensionModule;
use crate::intrinsics::Intrinsics;
use crate::module::{ImportKind, Module, ModuleKind};
use crate::value::{Integrity, KeyFilter, ValueKind};
use crate::vm::{
    BytecodeParts, HeapStatistics, MemoryUsage, PromiseEvent, PromiseEventKind, PromiseEvents,
};

impl From<wit::ValueKind> for ValueKind {
    fn from(from: wit::ValueKind) -> Self {
        match from {
            wit::ValueKind::Undefined => ValueKind::Undefined,
            wit::ValueKind::Null => ValueKind::Null,
            wit::ValueKind::Boolean => ValueKind::Boolean,
            wit::ValueKind::Number => ValueKind::Number,
            wit::ValueKind::Bigint => ValueKind::BigInt,
            wit::ValueKind::Text => ValueKind::String,
            wit::ValueKind::Symbol => ValueKind::Symbol,
            wit::ValueKind::Object => ValueKind::Object,
            wit::ValueKind::Array => ValueKind::Array,
            wit::ValueKind::Function => ValueKind::Function,
            wit::ValueKind::Error => ValueKind::Error,
            wit::ValueKind::Promise => ValueKind::Promise,
            wit::ValueKind::Date => ValueKind::Date,
            wit::ValueKind::Regexp => ValueKind::Regexp,
            wit::ValueKind::MapObject => ValueKind::Map,
            wit::ValueKind::SetObject => ValueKind::Set,
            wit::ValueKind::ArrayBuffer => ValueKind::ArrayBuffer,
            wit::ValueKind::TypedArray => ValueKind::TypedArray,
            wit::ValueKind::DataView => ValueKind::DataView,
            wit::ValueKind::Proxy => ValueKind::Proxy,
            wit::ValueKind::Weak => ValueKind::Weak,
        }
    }
}

impl From<Interrupt> for wit::InterruptReason {
    fn from(from: Interrupt) -> Self {
        match from {
            Interrupt::TimeLimit => wit::InterruptReason::TimeLimit,
            Interrupt::CpuTimeLimit => wit::InterruptReason::CpuTimeLimit,
            Interrupt::WorkLimit => wit::InterruptReason::WorkLimit,
            Interrupt::Deadline => wit::InterruptReason::Deadline,
            Interrupt::Handle => wit::InterruptReason::Requested,
            Interrupt::Embedder => wit::InterruptReason::Embedder,
        }
    }
}

impl From<wit::Integrity> for Integrity {
    fn from(from: wit::Integrity) -> Self {
        match from {
            wit::Integrity::Extensible => Integrity::Extensible,
            wit::Integrity::NotExtensible => Integrity::NotExtensible,
            wit::Integrity::Sealed => Integrity::Sealed,
            wit::Integrity::Frozen => Integrity::Frozen,
        }
    }
}

impl From<Integrity> for wit::Integrity {
    fn from(from: Integrity) -> Self {
        match from {
            Integrity::Extensible => wit::Integrity::Extensible,
            Integrity::NotExtensible => wit::Integrity::NotExtensible,
            Integrity::Sealed => wit::Integrity::Sealed,
            Integrity::Frozen => wit::Integrity::Frozen,
        }
    }
}

impl From<wit::PromiseEventKind> for PromiseEventKind {
    fn from(from: wit::PromiseEventKind) -> Self {
        match from {
            wit::PromiseEventKind::Made => PromiseEventKind::Made,
            wit::PromiseEventKind::Adopting => PromiseEventKind::Adopting,
            wit::PromiseEventKind::Adopted => PromiseEventKind::Adopted,
            wit::PromiseEventKind::Fulfilled => PromiseEventKind::Fulfilled,
        }
    }
}

/// Flags that have the same names on both sides.
macro_rules! flags {
    ($($type:ident { $($flag:ident)* })*) => {
        $(
            impl From<$type> for wit::$type {
                fn from(from: $type) -> Self {
                    let mut flags = wit::$type::empty();
                    $(
                        if from.contains($type::$flag) {
                            flags |= wit::$type::$flag;
                        }
                    )*
                    flags
                }
            }
        )*
    };
}

flags! {
    KeyFilter { STRINGS SYMBOLS HIDDEN }
    BytecodeParts { SOURCE POSITIONS }
    Intrinsics {
        EVAL DATE REGEXP JSON PROXY REFLECT MAP_SET TYPED_ARRAYS PROMISE BIGINT WEAK_REF PERFORMANCE
        DOM_EXCEPTION BASE64 TIMERS CONSOLE WEB
    }
}

/// Records that have the same fields on both sides.
macro_rules! records {
    ($($type:ident { $($field:ident)* })*) => {
        $(
            impl From<wit::$type> for $type {
                fn from(from: wit::$type) -> Self {
                    // A field that is missing here is an error.
                    let wit::$type { $($field),* } = from;
                    $type { $($field),* }
                }
            }
        )*
    };
}

records! {
    MemoryUsage {
        total used peak blocks objects shapes strings atoms functions handles tokens roots
    }
    HeapStatistics {
        atoms atom_bytes strings string_bytes objects object_bytes properties property_bytes
        shapes shape_bytes functions function_bytes function_code_bytes position_tables
        position_bytes native_functions arrays dense_arrays dense_elements buffers buffer_bytes
    }
}

impl From<wit::PromiseEvents> for PromiseEvents {
    fn from(from: wit::PromiseEvents) -> Self {
        let wit::PromiseEvents { events, lost } = from;
        let events = events.into_iter().map(|event| PromiseEvent {
            kind: event.kind.into(),
            promise: event.promise,
            parent: event.parent,
        });
        PromiseEvents {
            events: events.collect(),
            lost,
        }
    }
}

impl From<wit::Data> for Form {
    fn from(from: wit::Data) -> Self {
        let wit::Data {
            item,
            chunks,
            tokens,
        } = from;
        Form {
            item,
            chunks,
            tokens,
        }
    }
}

impl From<Form> for wit::Data {
    fn from(from: Form) -> Self {
        let Form {
            item,
            chunks,
            tokens,
        } = from;
        wit::Data {
            item,
            chunks,
            tokens,
        }
    }
}

impl From<wit::Units> for StringUnits {
    fn from(from: wit::Units) -> Self {
        match from {
            wit::Units::Latin1(units) => StringUnits::Latin1(units),
            wit::Units::Utf16(units) => StringUnits::Utf16(units),
        }
    }
}

impl From<StringUnits> for wit::Units {
    fn from(from: StringUnits) -> Self {
        match from {
            StringUnits::Latin1(units) => wit::Units::Latin1(units),
            StringUnits::Utf16(units) => wit::Units::Utf16(units),
        }
    }
}

impl From<ErrorClass> for wit::ErrorClass {
    fn from(from: ErrorClass) -> Self {
        match from {
            ErrorClass::EvalError => wit::ErrorClass::EvalError,
            ErrorClass::RangeError => wit::ErrorClass::RangeError,
            ErrorClass::ReferenceError => wit::ErrorClass::ReferenceError,
            ErrorClass::SyntaxError => wit::ErrorClass::SyntaxError,
            ErrorClass::TypeError => wit::ErrorClass::TypeError,
            ErrorClass::UriError => wit::ErrorClass::UriError,
            ErrorClass::InternalError => wit::ErrorClass::InternalError,
            ErrorClass::AggregateError => wit::ErrorClass::AggregateError,
            // A class that the interface does not know is an `Error` to it.
            ErrorClass::Error | _ => wit::ErrorClass::Error,
        }
    }
}

/// The view kinds of both sides, whose names differ where the generator makes them.
const VIEW_KINDS: [(ViewKind, wit::ViewKind); 13] = [
    (ViewKind::Int8, wit::ViewKind::Int8),
    (ViewKind::Uint8, wit::ViewKind::Uint8),
    (ViewKind::Uint8Clamped, wit::ViewKind::Uint8Clamped),
    (ViewKind::Int16, wit::ViewKind::Int16),
    (ViewKind::Uint16, wit::ViewKind::Uint16),
    (ViewKind::Int32, wit::ViewKind::Int32),
    (ViewKind::Uint32, wit::ViewKind::Uint32),
    (ViewKind::BigInt64, wit::ViewKind::Bigint64),
    (ViewKind::BigUint64, wit::ViewKind::Biguint64),
    (ViewKind::Float16, wit::ViewKind::Float16),
    (ViewKind::Float32, wit::ViewKind::Float32),
    (ViewKind::Float64, wit::ViewKind::Float64),
    (ViewKind::DataView, wit::ViewKind::DataView),
];

impl From<ViewKind> for wit::ViewKind {
    fn from(from: ViewKind) -> Self {
        let found = VIEW_KINDS.iter().find(|(kind, _)| *kind == from);
        // The interface has every kind that this crate knows.
        found.map_or(wit::ViewKind::DataView, |(_, kind)| *kind)
    }
}

impl From<wit::ViewKind> for ViewKind {
    fn from(from: wit::ViewKind) -> Self {
        let found = VIEW_KINDS.iter().find(|(_, kind)| *kind == from);
        found.map_or(ViewKind::DataView, |(kind, _)| *kind)
    }
}

impl From<Module> for wit::Module {
    fn from(module: Module) -> Self {
        wit::Module::Source(wit::SourceModule {
            kind: match module.kind {
                ModuleKind::Es => wit::ModuleKind::Es,
                ModuleKind::CommonJs => wit::ModuleKind::Commonjs,
                ModuleKind::Json => wit::ModuleKind::Json,
            },
            text: module.text,
            url: module.url,
            mappings: module.mappings,
            exports: module.exports,
        })
    }
}

impl From<ExtensionModule> for wit::Module {
    fn from(module: ExtensionModule) -> Self {
        match module {
            ExtensionModule::Source(module) => module.into(),
            ExtensionModule::HostFunctions(functions) => {
                let exports = functions.into_iter().map(|function| wit::NativeExport {
                    name: function.export,
                    content: wit::NativeContent::HostFunction(wit::NativeFunction {
                        call: function.call,
                        length: function.length,
                    }),
                });
                wit::Module::Native(exports.collect())
            }
        }
    }
}

impl From<wit::ImportKind> for ImportKind {
    fn from(kind: wit::ImportKind) -> Self {
        match kind {
            wit::ImportKind::ImportStatement => ImportKind::Import,
            wit::ImportKind::RequireCall => ImportKind::Require,
        }
    }
}
