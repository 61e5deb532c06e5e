//! Runs the guest's initialisation once and keeps the memory it leaves behind.
//!
//! This is done to the core module, before it is a component: the initialisation is then an
//! ordinary export that the component's world need not know, and nothing of it is left.

mod compile;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::{Config, Engine, ExternType, Instance, Linker, Module, OptLevel, Store, Trap, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType, Wizer};

use crate::node;
use crate::parts::Part;

/// Name of the core function that the guest exports, beside its world, to be run once. It has
/// no parameters and no results.
pub const INIT_FUNCTION: &str = "jsvm_init";

/// Native stack that the initialisation may use. The build may run on a thread of 2 MiB.
const STACK: usize = 1 << 20;

/// Why a guest could not be pre-initialised.
#[derive(Debug, thiserror::Error)]
pub enum PreinitError {
    /// The initialisation called an import, whose result would be the same in every VM.
    #[error(
        "the guest called `{import}` while it was initialised: a base image must hold no time, \
         no entropy and nothing of the host, so keep that call out of `{INIT_FUNCTION}`"
    )]
    CalledImport {
        /// Interface and function.
        import: String,
    },
    /// The initialisation trapped.
    #[error("the guest trapped while it was initialised; mend `{INIT_FUNCTION}` in guest/: {trap}")]
    Trapped {
        /// The trap with its backtrace.
        trap: String,
    },
    /// There is no such function.
    #[error(
        "the guest does not export the core function `{INIT_FUNCTION}` without parameters and \
         results; define it in guest/ with `#[unsafe(no_mangle)]`"
    )]
    NoInitFunction,
    /// A part of the guest that is written in JavaScript does not compile.
    #[error("{name}.js of guest/web does not compile: {reason}")]
    Part {
        /// Name of the part.
        name: String,
        /// The error of the guest.
        reason: String,
    },
    /// There is no place for compiled parts.
    #[error("the guest does not export where the compiled parts of guest/web go")]
    NoPlace,
    /// The place for compiled parts is too small.
    #[error(
        "the compiled parts of guest/web take {needed} bytes and have room for {room}; enlarge \
         `ROOM` in guest/src/js/bytecode.rs"
    )]
    NoRoom {
        /// Bytes that they take.
        needed: usize,
        /// Bytes that there are.
        room: u32,
    },
    /// The module has something that cannot be pre-initialised.
    #[error("the guest cannot be pre-initialised: {reason}")]
    Unsupported {
        /// The error of wasmtime.
        reason: String,
    },
}

/// The error of a stubbed import.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` was called")]
struct ImportCalled(String);

/// Compiles `parts` and puts them among the module's constants, calls [`INIT_FUNCTION`], and
/// returns the module with the memory and globals that this left, and without that export.
///
/// # Errors
///
/// See [`PreinitError`].
pub fn preinitialize(core: &[u8], parts: &[Part]) -> Result<Vec<u8>, PreinitError> {
    let mut wizer = Wizer::new();
    wizer.init_func(INIT_FUNCTION).keep_init_func(false);
    let (context, instrumented) = wizer.instrument(core).map_err(unsupported)?;

    // The code runs once: compiling it well would take longer than running it.
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        .max_wasm_stack(STACK);
    let engine = Engine::new(&config).map_err(unsupported)?;
    let module = Module::new(&engine, &instrumented).map_err(unsupported)?;
    let code = if parts.is_empty() {
        None
    } else {
        let mut compiler = Initialized::new(&engine, &module, None)?;
        let instance = compiler.instance;
        Some(compile::compile(&mut compiler.store, instance, parts)?)
    };
    let mut state = Initialized::new(&engine, &module, code.as_deref())?;
    ready(wizer.snapshot(&context, &mut state)).map_err(unsupported)
}

/// Compiles scripts to bytecode that embedders keep.
///
/// # Errors
///
/// See [`PreinitError`].
pub fn compile_apart(core: &[u8], parts: &[Part]) -> Result<node::Modules, PreinitError> {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        .max_wasm_stack(STACK);
    let engine = Engine::new(&config).map_err(unsupported)?;
    let module = Module::new(&engine, core).map_err(unsupported)?;
    let mut compiler = Initialized::new(&engine, &module, None)?;
    let instance = compiler.instance;
    let compiled = compile::each(&mut compiler.store, instance, parts, compile::APART)?;
    Ok(parts.iter().map(node::name_of).zip(compiled).collect())
}

fn unsupported(error: wasmtime::Error) -> PreinitError {
    PreinitError::Unsupported {
        reason: format!("{error:#}"),
    }
}

/// An instance after its initialisation, as wizer reads it.
struct Initialized {
    store: Store<()>,
    instance: Instance,
}

impl Initialized {
    /// Instantiates the module with imports that refuse to be called, puts compiled parts into
    /// it, and initialises it.
    fn new(engine: &Engine, module: &Module, code: Option<&[u8]>) -> Result<Self, PreinitError> {
        match module.get_export(INIT_FUNCTION) {
            Some(ExternType::Func(ty)) if ty.params().len() == 0 && ty.results().len() == 0 => {}
            _ => return Err(PreinitError::NoInitFunction),
        }
        let mut linker = Linker::new(engine);
        for import in module.imports() {
            // Anything but a function was refused by wizer.
            if let ExternType::Func(ty) = import.ty() {
                let name = format!("{}#{}", import.module(), import.name());
                linker
                    .func_new(import.module(), import.name(), ty, move |_, _, _| {
                        Err(ImportCalled(name.clone()).into())
                    })
                    .map_err(unsupported)?;
            }
        }
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, module).map_err(failure)?;
        if let Some(code) = code {
            compile::place(&mut store, instance, code)?;
        }
        instance
            .get_typed_func::<(), ()>(&mut store, INIT_FUNCTION)
            .and_then(|function| function.call(&mut store, ()))
            .map_err(failure)?;
        Ok(Self { store, instance })
    }
}

fn failure(error: wasmtime::Error) -> PreinitError {
    if let Some(ImportCalled(import)) = error.downcast_ref() {
        PreinitError::CalledImport {
            import: import.clone(),
        }
    } else if error.is::<Trap>() {
        PreinitError::Trapped {
            trap: format!("{error:#}"),
        }
    } else {
        unsupported(error)
    }
}

impl InstanceState for Initialized {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut self.store, name);
        let value = global.map(|global| global.get(&mut self.store));
        match value {
            Some(Val::I32(value)) => SnapshotVal::I32(value),
            Some(Val::I64(value)) => SnapshotVal::I64(value),
            Some(Val::F32(value)) => SnapshotVal::F32(value),
            Some(Val::F64(value)) => SnapshotVal::F64(value),
            Some(Val::V128(value)) => SnapshotVal::V128(value.as_u128()),
            // Wizer exported the global itself, and refuses references beforehand.
            _ => unreachable!("wizer reads `{name}`, which is no global of a number"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        match self.instance.get_memory(&mut self.store, name) {
            Some(memory) => contents(memory.data(&self.store)),
            // Wizer exported the memory itself.
            None => unreachable!("wizer reads `{name}`, which is no memory"),
        }
    }
}

/// The result of a future that never waits, as wizer's do not when [`Initialized`] does not.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("reading the state of an instance does not wait"),
    }
}

#[cfg(test)]
mod tests;
