//! Components that were made by different tools for the same work, and the table of what they take.

use wasmtime::component::{Component, InstancePre, Linker, ResourceTable};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Result, Store, bail};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// How often each row is measured. Its figure is the median.
pub const ROUNDS: usize = 15;

/// The state of a component.
pub struct Host {
    table: ResourceTable,
    wasi: WasiCtx,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// A component that was made by a tool.
pub struct Contender {
    name: String,
    bytes: usize,
    engine: Engine,
    /// The component with its imports.
    pub pre: InstancePre<Host>,
}

impl Contender {
    /// Compiles the component of an argument `NAME=FILE`. `link` defines its imports.
    fn new(argument: &str, link: impl Fn(&mut Linker<Host>) -> Result<()>) -> Result<Contender> {
        let (name, file) = argument.split_once('=').context("NAME=FILE is expected")?;
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
        let mut config = Config::new();
        config.wasm_component_model_async(true);
        let engine = Engine::new(&config)?;
        let component =
            Component::new(&engine, &bytes).with_context(|| format!("cannot compile {file}"))?;
        let mut linker = Linker::<Host>::new(&engine);
        link(&mut linker)?;
        Ok(Contender {
            name: name.to_owned(),
            bytes: bytes.len(),
            pre: linker.instantiate_pre(&component)?,
            engine,
        })
    }

    /// Compiles the components of the arguments of the program, and prints the head of the table.
    pub fn all(link: impl Fn(&mut Linker<Host>) -> Result<()>) -> Result<Vec<Contender>> {
        let arguments = std::env::args().skip(1);
        let contenders = arguments.map(|argument| Contender::new(&argument, &link));
        let contenders = contenders.collect::<Result<Vec<_>>>()?;
        if contenders.is_empty() {
            bail!("no component is given: name some as NAME=FILE");
        }
        let names: Vec<_> = contenders.iter().map(|one| &*one.name).collect();
        println!("| microseconds | {} |", names.join(" | "));
        println!("|---|{}", "---:|".repeat(names.len()));
        let sizes = contenders.iter();
        let sizes: Vec<_> = sizes
            .map(|one| format!("{:.2} MB", one.bytes as f64 / 1e6))
            .collect();
        println!("| size | {} |", sizes.join(" | "));
        Ok(contenders)
    }

    /// Creates a store for an instance.
    pub fn store(&self) -> Store<Host> {
        let host = Host {
            table: ResourceTable::new(),
            wasi: WasiCtx::builder().build(),
        };
        Store::new(&self.engine, host)
    }
}

/// Fails if a component has computed something wrong.
pub fn check(is_right: bool) -> Result<()> {
    if !is_right {
        bail!("a result is wrong");
    }
    Ok(())
}

/// Prints a row: the medians of the times that each component took, in seconds.
pub fn print(name: &str, times: Vec<Vec<f64>>) {
    let medians = times.into_iter().map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    let cells = medians.map(|seconds| match seconds * 1e6 {
        time if time < 100.0 => format!("{time:.2}"),
        time => format!("{time:.0}"),
    });
    println!("| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
}
