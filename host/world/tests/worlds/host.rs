//! A host that runs components.

use serde_json::Value;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Func, Instance, Linker, LinkerInstance, ResourceTable, Val};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::json::{Resources, from_val, to_val};

/// The state of a component.
pub struct State {
    table: ResourceTable,
    wasi: WasiCtx,
    /// The imports that were called, with their arguments.
    pub called: Vec<Value>,
    /// Files by the number of their resource.
    pub files: Vec<Option<String>>,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// A component that runs.
pub struct Running {
    pub store: Store<State>,
    pub instance: Instance,
    pub resources: Resources,
    stderr: MemoryOutputPipe,
    stdout: MemoryOutputPipe,
}

/// An engine for components, with the types that hosts enable on request.
pub fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_component_model_fixed_length_lists(true);
    config.wasm_component_model_map(true);
    // Most of the time goes into the compilation of the VM.
    config.cranelift_opt_level(wasmtime::OptLevel::None);
    Engine::new(&config).unwrap()
}

/// Instantiates a component. WASI is there, and other imports return their argument.
pub fn instantiated(engine: &Engine, component: &Component) -> wasmtime::Result<Running> {
    instantiated_with(engine, component, |_| Ok(()))
}

/// As [`instantiated`], with imports that `link` defines.
pub fn instantiated_with(
    engine: &Engine,
    component: &Component,
    link: impl FnOnce(&mut Linker<State>) -> wasmtime::Result<()>,
) -> wasmtime::Result<Running> {
    let (stdout, stderr) = (
        MemoryOutputPipe::new(1 << 20),
        MemoryOutputPipe::new(1 << 20),
    );
    let wasi = WasiCtxBuilder::new()
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .build();
    let mut store = Store::new(
        engine,
        State {
            table: ResourceTable::new(),
            wasi,
            called: Vec::new(),
            files: Vec::new(),
        },
    );
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    // Imports of the caller replace those that are defined for all.
    linker.allow_shadowing(true);
    let ty = component.component_type();
    for (name, item) in ty.imports(engine) {
        if name.starts_with("wasi:") {
            continue;
        }
        match item.ty {
            ComponentItem::ComponentInstance(instance) => {
                let mut link = linker.instance(name)?;
                for (function, item) in instance.exports(engine) {
                    if let ComponentItem::ComponentFunc(_) = item.ty {
                        echo(&mut link, &format!("{name}#{function}"), function)?;
                    }
                }
            }
            ComponentItem::ComponentFunc(_) => echo(&mut linker.root(), name, name)?,
            _ => {}
        }
    }
    link(&mut linker)?;
    let instance = linker.instantiate(&mut store, component)?;
    Ok(Running {
        store,
        instance,
        resources: Resources::new(),
        stderr,
        stdout,
    })
}

/// Defines a function that returns its argument, after it was noted.
fn echo(link: &mut LinkerInstance<'_, State>, full: &str, name: &str) -> wasmtime::Result<()> {
    let full = full.to_owned();
    link.func_new(
        name,
        move |mut store, _, args: &[Val], results: &mut [Val]| {
            let noted = args.iter().map(from_val).collect::<Vec<_>>();
            let noted = serde_json::json!([full, noted]);
            store.data_mut().called.push(noted);
            if let Some(result) = results.first_mut() {
                *result = args[0].clone();
            }
            Ok(())
        },
    )
}

impl Running {
    /// An exported function: `greet`, or `acme:store/kv@1.2.0#get`.
    pub fn function(&mut self, name: &str) -> Func {
        let (interface, function) = match name.split_once('#') {
            Some((interface, function)) => (Some(interface), function),
            None => (None, name),
        };
        let interface = interface.map(|interface| {
            let found = self
                .instance
                .get_export_index(&mut self.store, None, interface);
            found.unwrap_or_else(|| panic!("there is no {interface}"))
        });
        let index = self
            .instance
            .get_export_index(&mut self.store, interface.as_ref(), function)
            .unwrap_or_else(|| panic!("there is no {name}"));
        self.instance.get_func(&mut self.store, index).unwrap()
    }

    /// Calls a function with JSON. Returns the values.
    pub fn call(&mut self, name: &str, args: &[Value]) -> wasmtime::Result<Vec<Val>> {
        let function = self.function(name);
        let ty = function.ty(&self.store);
        assert_eq!(ty.params().len(), args.len(), "{name}: arguments");
        let args: Vec<Val> = ty
            .params()
            .zip(args)
            .map(|((_, ty), arg)| to_val(arg, &ty, &self.resources))
            .collect();
        let mut results = vec![Val::Bool(false); ty.results().len()];
        function.call(&mut self.store, &args, &mut results)?;
        Ok(results)
    }

    /// What was printed to standard output, and to standard error.
    pub fn printed(&self) -> (String, String) {
        let text = |pipe: &MemoryOutputPipe| String::from_utf8(pipe.contents().to_vec()).unwrap();
        (text(&self.stdout), text(&self.stderr))
    }
}
