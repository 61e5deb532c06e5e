//! The interfaces of WASI in a world that serve the VM's clock, entropy and console.

use wit_parser::{Resolve, ResourceIntrinsic, WasmImport, WorldId, WorldItem, WorldKey};

use crate::WorldSource;
use crate::describe::{ASYNC_MANGLING, CoreImport, MANGLING};

/// The functions that a component has for its VM, as far as its world has their interfaces.
#[derive(Clone, Debug, Default)]
pub(crate) struct System {
    /// `() -> (nanoseconds: i64)`
    pub monotonic: Option<CoreImport>,
    /// `(place: i32)`
    pub wall: Option<CoreImport>,
    /// `() -> (random: i64)`
    pub random: Option<CoreImport>,
    pub sleep: Option<Sleep>,
    /// `(nanoseconds: i64) -> (state: i32)`: `wait-for` of `wasi:clocks/monotonic-clock` of WASI 0.3
    pub wait_for: Option<CoreImport>,
    pub output: Option<Output>,
    /// `(level: i32, context: i32, length: i32, message: i32, length: i32)`: `log` of `wasi:logging/logging`, by
    /// which the console prints if the world has it
    pub log: Option<CoreImport>,
}

/// Waits by `wasi:clocks/monotonic-clock` and `wasi:io/poll`.
#[derive(Clone, Debug)]
pub(crate) struct Sleep {
    /// `(nanoseconds: i64) -> (pollable: i32)`
    pub subscribe: CoreImport,
    /// `(pollable: i32)`
    pub block: CoreImport,
    /// `(pollable: i32)`
    pub drop: CoreImport,
}

/// Prints by `wasi:cli` and `wasi:io/streams`.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// `() -> (stream: i32)`
    pub stdout: CoreImport,
    /// `() -> (stream: i32)`
    pub stderr: CoreImport,
    /// `(stream: i32, address: i32, length: i32, result: i32)`
    pub write: CoreImport,
    /// `(stream: i32)`
    pub drop_stream: CoreImport,
    /// `(error: i32)`
    pub drop_error: CoreImport,
}

impl WorldSource {
    /// Finds what the world has.
    pub(crate) fn system(&self) -> System {
        let found = Interfaces {
            resolve: &self.resolve,
            world: self.world,
        };
        let stdout = found.function("cli", "stdout", "get-stdout");
        let stderr = found.function("cli", "stderr", "get-stderr");
        System {
            // These two are the same in both versions of WASI.
            monotonic: (found.function("clocks", "monotonic-clock", "now"))
                .or_else(|| found.function_of("clocks", "monotonic-clock", "now", (0, 3))),
            wall: found.function("clocks", "wall-clock", "now"),
            random: (found.function("random", "random", "get-random-u64"))
                .or_else(|| found.function_of("random", "random", "get-random-u64", (0, 3))),
            sleep: found.sleep(),
            wait_for: found.wait_for(),
            output: found.output(stdout.clone().or(stderr.clone()), stderr.or(stdout)),
            log: self.log(&found),
        }
    }
}

impl WorldSource {
    /// The function of the console, unless the program was found not to need its module.
    fn log(&self, found: &Interfaces<'_>) -> Option<CoreImport> {
        let (key, _) = found.interface("logging", "logging", (0, 1))?;
        let name = self.resolve.name_world_key(key);
        let log = found.function_of("logging", "logging", "log", (0, 1));
        log.filter(|_| self.has_module(&[name]))
    }
}

struct Interfaces<'a> {
    resolve: &'a Resolve,
    world: WorldId,
}

impl<'a> Interfaces<'a> {
    /// Finds an interface of a package of WASI, of this major and minor version.
    fn interface(
        &self,
        package: &str,
        name: &str,
        (major, minor): (u64, u64),
    ) -> Option<(&'a WorldKey, &'a wit_parser::Interface)> {
        let imports = &self.resolve.worlds[self.world].imports;
        imports.iter().find_map(|(key, item)| {
            let WorldItem::Interface { id, .. } = item else {
                return None;
            };
            let interface = &self.resolve.interfaces[*id];
            let found = &self.resolve.packages[interface.package?].name;
            let version = found.version.as_ref()?;
            let fits = found.namespace == "wasi"
                && found.name == package
                && (version.major, version.minor) == (major, minor)
                && interface.name.as_deref() == Some(name);
            fits.then_some((key, interface))
        })
    }

    fn function(&self, package: &str, interface: &str, name: &str) -> Option<CoreImport> {
        self.function_of(package, interface, name, (0, 2))
    }

    fn function_of(
        &self,
        package: &str,
        interface: &str,
        name: &str,
        version: (u64, u64),
    ) -> Option<CoreImport> {
        let (key, interface) = self.interface(package, interface, version)?;
        let import = WasmImport::Func {
            interface: Some(key),
            func: interface.functions.get(name)?,
        };
        Some(self.core(import))
    }

    fn drop(&self, package: &str, interface: &str, resource: &str) -> Option<CoreImport> {
        let (key, interface) = self.interface(package, interface, (0, 2))?;
        let import = WasmImport::ResourceIntrinsic {
            interface: Some(key),
            resource: *interface.types.get(resource)?,
            intrinsic: ResourceIntrinsic::ImportedDrop,
        };
        Some(self.core(import))
    }

    fn core(&self, import: WasmImport<'_>) -> CoreImport {
        let (module, name) = self.resolve.wasm_import_name(MANGLING, import);
        CoreImport { module, name }
    }

    fn wait_for(&self) -> Option<CoreImport> {
        let (key, interface) = self.interface("clocks", "monotonic-clock", (0, 3))?;
        let function = interface.functions.get("wait-for")?;
        let import = WasmImport::Func {
            interface: Some(key),
            func: function,
        };
        let (module, name) = self.resolve.wasm_import_name(ASYNC_MANGLING, import);
        function
            .kind
            .is_async()
            .then_some(CoreImport { module, name })
    }

    fn sleep(&self) -> Option<Sleep> {
        Some(Sleep {
            subscribe: self.function("clocks", "monotonic-clock", "subscribe-duration")?,
            block: self.function("io", "poll", "[method]pollable.block")?,
            drop: self.drop("io", "poll", "pollable")?,
        })
    }

    fn output(&self, stdout: Option<CoreImport>, stderr: Option<CoreImport>) -> Option<Output> {
        Some(Output {
            stdout: stdout?,
            stderr: stderr?,
            write: self.function(
                "io",
                "streams",
                "[method]output-stream.blocking-write-and-flush",
            )?,
            drop_stream: self.drop("io", "streams", "output-stream")?,
            drop_error: self.drop("io", "error", "error")?,
        })
    }
}
