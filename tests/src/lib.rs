//! Helpers of the tests.

pub mod altered;
pub mod c;
pub mod cases;
pub mod engine_suite;
pub mod forge;
pub mod mappings;
pub mod process;

use std::sync::{Arc, Mutex};

use jsvm::{Engine, Error, Exception, Value, ViewKind, Vm, VmBuilder};

/// Settings for a VM of the engine that all tests of a program share.
///
/// # Panics
/// If the engine cannot be made.
pub fn builder() -> VmBuilder {
    Engine::global().expect("the engine can be made").vm()
}

/// A VM with default settings.
///
/// # Panics
/// If it cannot be made.
pub fn vm() -> Vm {
    builder().build().expect("a VM can be made")
}

/// Evaluates a script that must not fail.
///
/// # Panics
/// If it fails.
#[track_caller]
pub fn eval(vm: &Vm, source: &str) -> Value {
    match vm.eval(source) {
        Ok(value) => value,
        Err(error) => panic!("{source}\nfailed: {error}"),
    }
}

/// The exception that a result is.
///
/// # Panics
/// If it is anything else.
#[track_caller]
pub fn exception<T>(result: Result<T, Error>) -> Exception {
    match result {
        Ok(_) => panic!("expected an exception, nothing was thrown"),
        Err(Error::Exception(exception)) => *exception,
        Err(error) => panic!("expected an exception, found: {error}"),
    }
}

/// Fails unless the VM still works.
///
/// # Panics
/// If it does not.
#[track_caller]
pub fn assert_usable(vm: &Vm) {
    let sum = vm
        .eval("[1, 2, 3].reduce((a, b) => a + b)")
        .and_then(|sum| sum.to::<f64>());
    match sum {
        Ok(sum) => assert_eq!(sum, 6.0, "the VM computes wrongly"),
        Err(error) => panic!("the VM cannot be used any more: {error}"),
    }
}

/// Every kind of view: the name of its constructor, the kind, and how many bytes an element has.
pub const VIEWS: &[(&str, ViewKind, u32)] = &[
    ("Int8Array", ViewKind::Int8, 1),
    ("Uint8Array", ViewKind::Uint8, 1),
    ("Uint8ClampedArray", ViewKind::Uint8Clamped, 1),
    ("Int16Array", ViewKind::Int16, 2),
    ("Uint16Array", ViewKind::Uint16, 2),
    ("Int32Array", ViewKind::Int32, 4),
    ("Uint32Array", ViewKind::Uint32, 4),
    ("BigInt64Array", ViewKind::BigInt64, 8),
    ("BigUint64Array", ViewKind::BigUint64, 8),
    ("Float16Array", ViewKind::Float16, 2),
    ("Float32Array", ViewKind::Float32, 4),
    ("Float64Array", ViewKind::Float64, 8),
    ("DataView", ViewKind::DataView, 1),
];

/// Collects what `console` writes.
#[derive(Clone, Debug, Default)]
pub struct Console(Arc<Mutex<Vec<(String, String)>>>);

impl Console {
    /// Adds it to the settings of a VM.
    pub fn attach(&self, builder: VmBuilder) -> VmBuilder {
        let lines = self.clone();
        builder.console(move |level, text| lines.push(level, text))
    }

    fn push(&self, level: &str, text: &str) {
        self.lock().push((level.to_owned(), text.to_owned()));
    }

    /// What has been written since the last call: level and text.
    pub fn take(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, String)>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The examples of README.md and the documentation are tests.
#[cfg(doctest)]
mod documentation {
    macro_rules! pages {
        ($($name:ident => $path:literal;)*) => {
            $(#[doc = include_str!($path)] struct $name;)*
        };
    }

    pages! {
        Readme => "../../README.md";
        ConceptsHandles => "../../docs/concepts/handles.md";
        ConceptsRequests => "../../docs/concepts/requests.md";
        ConceptsSnapshots => "../../docs/concepts/snapshots.md";
        ConceptsVm => "../../docs/concepts/vm.md";
        GuidesBuildFile => "../../docs/guides/build-file.md";
        GuidesEmbedRust => "../../docs/guides/embed-rust.md";
        GuidesFreezeResume => "../../docs/guides/freeze-resume.md";
        GuidesHosting => "../../docs/guides/hosting.md";
        GuidesLink => "../../docs/guides/link.md";
        GuidesPlugins => "../../docs/guides/plugins.md";
        GuidesWorlds => "../../docs/guides/worlds.md";
        GuidesServe => "../../docs/guides/serve.md";
        ReferencePermissions => "../../docs/reference/permissions.md";
        SecurityEmbedding => "../../docs/security/embedding.md";
    }
}
