//! Programs: code whose top level has run, from which flows begin.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jsvm::{Engine, Error, HostError, Import, Limits, Module, ModuleLoader, Snapshot, Value};
use jsvm_node::NodeModules;
use sha2::{Digest, Sha256};

use crate::error::FlowError;
use crate::functions::PureFunctions;
use crate::model::{ProgramId, StoredProgram};
use crate::vm::{FlowVm, VmConfig};

/// The TypeScript declarations of the module `jsvm:flow`.
pub const DECLARATIONS: &str = include_str!("js/flow.d.ts");

/// A program that can be stored, from [`ProgramBuilder`].
#[derive(Clone, Debug)]
pub struct Program {
    stored: StoredProgram,
}

impl Program {
    /// Returns its id, the digest of its code.
    pub fn id(&self) -> ProgramId {
        self.stored.id
    }

    /// Returns the form in which it is stored.
    pub fn stored(&self) -> &StoredProgram {
        &self.stored
    }
}

/// Makes [`Program`]s: evaluates their top level, and seals the outcome.
///
/// The top level runs once, at the time 1970-01-01T00:00:00Z and with fixed random numbers, so that the same
/// code makes the same program. It cannot wait for requests or timers.
///
/// ```
/// use jsvm_flow::ProgramBuilder;
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("hello.ts");
/// std::fs::write(&file, "export default async (name: string) => `Hello, ${name}`")?;
/// let engine = jsvm::Engine::global()?;
/// let program = ProgramBuilder::new(&engine).file(&file)?;
/// assert_eq!(program.id(), ProgramBuilder::new(&engine).file(&file)?.id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProgramBuilder {
    engine: Engine,
    limits: Limits,
    requests: Vec<String>,
    functions: Vec<String>,
}

impl ProgramBuilder {
    /// A builder of programs for an engine.
    pub fn new(engine: &Engine) -> Self {
        ProgramBuilder {
            engine: engine.clone(),
            limits: Limits::default(),
            requests: Vec::new(),
            functions: Vec::new(),
        }
    }

    /// Sets the memory limits, which flows of the program keep.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a global function that makes a request, which [`Effects`](crate::Effects) carry out.
    #[must_use]
    pub fn request(mut self, name: impl Into<String>) -> Self {
        self.requests.push(name.into());
        self
    }

    /// Adds a global function that is called within a turn: a [pure function](crate::Flows::pure_function) of the
    /// embedder. The top level of the program cannot call it. A flow whose function is missing is stopped.
    #[must_use]
    pub fn pure_function(mut self, name: impl Into<String>) -> Self {
        self.functions.push(name.into());
        self
    }

    /// Makes a program of a file, in JavaScript or TypeScript, with its modules.
    ///
    /// # Errors
    /// [`FlowError::Read`]; [`FlowError::NoMain`]; [`FlowError::TopLevelWaits`]; [`FlowError::TopLevel`] if
    /// the program throws.
    pub fn file(&self, file: impl AsRef<Path>) -> Result<Program, FlowError> {
        let file = file.as_ref();
        let shown = file.display().to_string();
        let cannot = |reason: String| FlowError::Read {
            file: shown.clone(),
            reason,
        };
        let path = file
            .canonicalize()
            .map_err(|error| cannot(error.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let modules = NodeModules::around(folder).map_err(|error| cannot(error.to_string()))?;
        let modules = modules.relative_names();
        let name = modules
            .entry(&path)
            .map_err(|error| cannot(error.to_string()))?;
        let main = modules.root().join(&name);
        let below = main.strip_prefix(folder).ok().and_then(Path::to_str);
        let below = below.ok_or_else(|| cannot("its path is not Unicode".to_owned()))?;
        let specifier = format!("./{}", below.replace(std::path::MAIN_SEPARATOR, "/"));
        self.evaluate(modules, &specifier, &shown)
    }

    /// Makes a program with a loader of its modules. It imports the specifier.
    ///
    /// # Errors
    /// As [`file`](Self::file).
    pub fn evaluate(
        &self,
        modules: impl ModuleLoader,
        specifier: &str,
        name: &str,
    ) -> Result<Program, FlowError> {
        self.sealed(modules, specifier, name)
            .map_err(|error| match error {
                FlowError::Vm(error) => FlowError::TopLevel {
                    file: name.to_owned(),
                    place: place_of(&error).unwrap_or_default(),
                    error: Box::new(error),
                },
                error => error,
            })
    }

    fn sealed(
        &self,
        modules: impl ModuleLoader,
        specifier: &str,
        name: &str,
    ) -> Result<Program, FlowError> {
        let is_open = Arc::new(AtomicBool::new(true));
        let names_fetch = Arc::new(AtomicBool::new(false));
        let loader = FlowModules {
            inner: modules,
            is_open: is_open.clone(),
            names_fetch: names_fetch.clone(),
        };
        let flow = FlowVm::new(&self.engine, &self.limits, &self.functions, loader)?;
        is_open.store(false, Ordering::Relaxed);
        for request in &self.requests {
            let function = flow.vm.create_request_function(request, 0)?;
            flow.vm.global()?.set(&**request, function)?;
        }
        let namespace = flow.vm.import_module(specifier)?;
        while flow.vm.run_jobs_up_to(u32::MAX)?.pending {}
        let waits = |what| FlowError::TopLevelWaits {
            file: name.to_owned(),
            what,
        };
        if !flow.vm.take_requests()?.is_empty() {
            return Err(waits("a request"));
        }
        if flow.vm.run_jobs_up_to(0)?.next_timer.is_some() {
            return Err(waits("a timer"));
        }
        if namespace.is_pending()? {
            return Err(waits("a promise that nothing settles"));
        }
        let main: Value = namespace.promise_value()?.get("default")?;
        if !flow.call("setMain", (&main,))?.to::<bool>()? {
            return Err(FlowError::NoMain {
                file: name.to_owned(),
            });
        }
        drop((main, namespace));
        if names_fetch.load(Ordering::Relaxed) {
            flow.call("warm", ())?;
            while flow.vm.run_jobs_up_to(u32::MAX)?.pending {}
        }
        if let Some(rejection) = flow.vm.take_unhandled_rejections()?.into_iter().next() {
            return Err(Error::Rejection(Box::new(rejection)).into());
        }
        flow.vm.heap().collect_garbage()?;
        // The header of the snapshot must not tell when it was made.
        flow.clock.set(0, 0);
        let engine = flow.vm.engine();
        let snapshot = flow.vm.snapshot()?.to_bytes().map_err(Error::from)?;
        let digest: [u8; 32] = Sha256::digest(&snapshot).into();
        Ok(Program {
            stored: StoredProgram {
                id: ProgramId::new(digest),
                name: name.to_owned(),
                engine: *engine.as_bytes(),
                snapshot,
            },
        })
    }
}

/// Where a script threw an error.
fn place_of(error: &Error) -> Option<String> {
    let exception = match error {
        Error::Exception(exception) => exception,
        Error::Rejection(rejection) => &rejection.reason,
        _ => return None,
    };
    let place = exception.location()?;
    Some(format!("{}:{}:{}", place.file, place.line, place.column))
}

/// A program whose flows can run.
#[derive(Debug)]
pub(crate) struct LoadedProgram {
    pub(crate) config: VmConfig,
    pub(crate) base: Snapshot,
}

impl LoadedProgram {
    pub(crate) fn new(
        stored: &StoredProgram,
        engine: Engine,
        functions: PureFunctions,
    ) -> Result<Self, FlowError> {
        let snapshot = Snapshot::from_bytes(&stored.snapshot).map_err(Error::from)?;
        let config = VmConfig {
            engine,
            limits: snapshot.limits().clone(),
            functions,
        };
        Ok(LoadedProgram {
            config,
            base: snapshot,
        })
    }
}

/// The modules of a program, and `jsvm:flow`.
struct FlowModules<M> {
    inner: M,
    /// Whether the internal module can be imported.
    is_open: Arc<AtomicBool>,
    /// Whether a module has the word `fetch`.
    names_fetch: Arc<AtomicBool>,
}

const PUBLIC: &str = "jsvm:flow";
const INTERNAL: &str = "jsvm:flow/internal";

impl<M: ModuleLoader> ModuleLoader for FlowModules<M> {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        match import.specifier {
            PUBLIC => Ok(PUBLIC.to_owned()),
            INTERNAL if import.importer == PUBLIC || self.is_open.load(Ordering::Relaxed) => {
                Ok(INTERNAL.to_owned())
            }
            INTERNAL => Err(HostError::type_error(
                "jsvm:flow/internal is not for programs: import jsvm:flow",
            )),
            _ => self.inner.resolve(import),
        }
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        match name {
            PUBLIC => Ok(Module::es(include_str!("js/flow.js"))),
            INTERNAL => Ok(Module::es(include_str!("js/internal.js"))),
            _ => {
                let module = self.inner.load(name)?;
                if module.text().contains("fetch") {
                    self.names_fetch.store(true, Ordering::Relaxed);
                }
                Ok(module)
            }
        }
    }
}
