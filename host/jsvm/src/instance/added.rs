//! Functions that the interface of the VM got after its first version.
//!
//! Bindings find each function of an interface when a VM is created, and fail if one is missing. So a
//! function that older engines lack is found here, and its absence is an error of those who call it.

use wasmtime::Store;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Func, Instance, Lift, Lower, ResourceAny,
};

use crate::bindings::wit;
use crate::context::Context;
use crate::frame::PassedFrames;
use crate::module_import::ModuleImport;
use crate::vm::ExportProblem;

/// Where a component has these functions.
pub(super) struct AddedIndices([Option<ComponentExportIndex>; NAMES.len()]);

/// The functions of one instance.
pub(crate) struct Added([Option<Func>; NAMES.len()]);

/// The interfaces and names of the functions.
const NAMES: [(&str, &str); 10] = [
    ("module-imports", "get-module-imports"),
    ("module-imports", "set-import-requests"),
    ("module-imports", "get-import-requests"),
    ("jobs", "create-tick-function"),
    ("evaluation", "take-interrupted-stack"),
    ("callbacks", "create-calling-function"),
    ("frames", "get-suspended-frames"),
    ("worlds", "define-world"),
    ("worlds", "bind-exports"),
    ("node-tools", "create-node-tools"),
];
const GET_MODULE_IMPORTS: usize = 0;
const SET_IMPORT_REQUESTS: usize = 1;
const GET_IMPORT_REQUESTS: usize = 2;
const CREATE_TICK_FUNCTION: usize = 3;
const TAKE_INTERRUPTED_STACK: usize = 4;
const CREATE_CALLING_FUNCTION: usize = 5;
const GET_SUSPENDED_FRAMES: usize = 6;
const DEFINE_WORLD: usize = 7;
const BIND_EXPORTS: usize = 8;
#[cfg(feature = "node")]
const CREATE_NODE_TOOLS: usize = 9;

/// An engine of an older version of jsvm lacks a function.
///
/// ```
/// use jsvm::{Engine, Error};
/// /// Whether `import()` can make requests in VMs of an engine.
/// fn can_request_imports(engine: &Engine) -> Result<bool, Error> {
///     match engine.vm().build()?.has_import_requests() {
///         Ok(_) => Ok(true),
///         Err(Error::MissingFunction(_)) => Ok(false),
///         Err(error) => Err(error),
///     }
/// }
/// assert!(can_request_imports(&Engine::global()?)?);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the engine of this VM has no function `{interface}.{name}`: it is older than this program. Use \
     a newer engine"
)]
#[non_exhaustive]
pub struct MissingFunction {
    /// The interface of the WIT package.
    pub interface: &'static str,
    /// The function.
    pub name: &'static str,
}

/// What a call returns, unless the VM is lost.
type Called<T> = wasmtime::Result<Result<T, MissingFunction>>;

impl AddedIndices {
    pub(super) fn new(component: &Component) -> Self {
        AddedIndices(NAMES.map(|(interface, name)| {
            let interface = format!("jsvm:engine/{interface}@{}", jsvm_component::WIT_VERSION);
            let interface = component.get_export_index(None, &interface)?;
            component.get_export_index(Some(&interface), name)
        }))
    }

    pub(super) fn load(&self, store: &mut Store<Context>, instance: &Instance) -> Added {
        let indices = self.0.iter();
        let mut functions = [None; NAMES.len()];
        for (function, index) in functions.iter_mut().zip(indices) {
            *function = index.and_then(|index| instance.get_func(&mut *store, index));
        }
        Added(functions)
    }
}

impl Added {
    /// Lists what a module imports.
    pub(crate) fn get_module_imports(
        &self,
        store: &mut Store<Context>,
        source: &str,
        name: &str,
    ) -> Called<Result<Vec<ModuleImport>, wit::Error>> {
        let called = self.call(GET_MODULE_IMPORTS, store, (source, name))?;
        Ok(called.map(|(imports,)| imports))
    }

    /// Sets whether `import()` makes requests.
    pub(crate) fn set_import_requests(
        &self,
        store: &mut Store<Context>,
        enabled: bool,
    ) -> Called<()> {
        self.call(SET_IMPORT_REQUESTS, store, (enabled,))
    }

    /// Whether `import()` makes requests.
    pub(crate) fn get_import_requests(&self, store: &mut Store<Context>) -> Called<bool> {
        let called = self.call(GET_IMPORT_REQUESTS, store, ())?;
        Ok(called.map(|(enabled,)| enabled))
    }

    /// Creates the function that queues ticks.
    pub(crate) fn create_tick_function(
        &self,
        store: &mut Store<Context>,
    ) -> Called<Result<ResourceAny, wit::Error>> {
        let called = self.call(CREATE_TICK_FUNCTION, store, ())?;
        Ok(called.map(|(function,)| function))
    }

    /// Creates the function that returns what the modules of Node.js need.
    #[cfg(feature = "node")]
    pub(crate) fn create_node_tools(
        &self,
        store: &mut Store<Context>,
    ) -> Called<Result<ResourceAny, wit::Error>> {
        let called = self.call(CREATE_NODE_TOOLS, store, ())?;
        Ok(called.map(|(function,)| function))
    }

    /// Takes the stack of the script that was interrupted last.
    pub(crate) fn take_interrupted_stack(&self, store: &mut Store<Context>) -> Called<String> {
        let called = self.call(TAKE_INTERRUPTED_STACK, store, ())?;
        Ok(called.map(|(stack,)| stack))
    }

    /// Creates a function of the embedder that can call JavaScript functions.
    pub(crate) fn create_calling_function(
        &self,
        store: &mut Store<Context>,
        name: &str,
        length: u32,
    ) -> Called<Result<ResourceAny, wit::Error>> {
        let called = self.call(CREATE_CALLING_FUNCTION, store, (name, length))?;
        Ok(called.map(|(function,)| function))
    }

    /// Lists the functions that wait.
    pub(crate) fn get_suspended_frames(
        &self,
        store: &mut Store<Context>,
        limit: u32,
    ) -> Called<PassedFrames> {
        let called = self.call(GET_SUSPENDED_FRAMES, store, (limit,))?;
        Ok(called.map(|(frames,)| frames))
    }

    /// Gives the VM a WIT world.
    pub(crate) fn define_world(
        &self,
        store: &mut Store<Context>,
        description: &[u8],
    ) -> Called<Result<(), String>> {
        let called = self.call(DEFINE_WORLD, store, (description,))?;
        Ok(called.map(|(defined,)| defined))
    }

    /// Finds the exports of the world in a program.
    pub(crate) fn bind_exports(
        &self,
        store: &mut Store<Context>,
        module: ResourceAny,
    ) -> Called<Result<Vec<ExportProblem>, wit::Error>> {
        let called = self.call(BIND_EXPORTS, store, (module,))?;
        Ok(called.map(|(problems,)| problems))
    }

    fn call<Params, Returned>(
        &self,
        index: usize,
        store: &mut Store<Context>,
        params: Params,
    ) -> Called<Returned>
    where
        Params: ComponentNamedList + Lower,
        Returned: ComponentNamedList + Lift + 'static,
    {
        let Some(function) = self.0[index] else {
            let (interface, name) = NAMES[index];
            return Ok(Err(MissingFunction { interface, name }));
        };
        let function = function.typed::<Params, Returned>(&*store)?;
        function.call(store, params).map(Ok)
    }
}
