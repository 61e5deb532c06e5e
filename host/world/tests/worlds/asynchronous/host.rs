//! A host of asynchronous components.

use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex};
use std::task::{Context, Poll};

use jsvm_world::{Options, WorldSource};
use tokio::sync::Notify;
use wasmtime::component::{
    Accessor, Component, ComponentNamedList, ComponentType, FutureConsumer, FutureReader, HasSelf,
    Instance, Lift, Linker, Lower, ResourceTable, Source, StreamConsumer, StreamReader,
    StreamResult, TypedFunc,
};
use wasmtime::{Config, Engine, Store, StoreContextMut};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::make::{made, text, world};

pub struct State {
    table: ResourceTable,
    wasi: WasiCtx,
    /// What waits until the host lets it go on.
    pub gates: HashMap<String, Arc<Notify>>,
    /// What came of a future that the program has passed.
    pub settled: Collected<Result<u32, String>>,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// An item of a stream.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Item {
    pub id: u32,
    pub name: String,
}

/// A component that runs.
pub struct Running {
    pub store: Store<State>,
    pub instance: Instance,
    stderr: MemoryOutputPipe,
}

pub fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    // Most of the time goes into the compilation of the VM.
    config.cranelift_opt_level(wasmtime::OptLevel::None);
    Engine::new(&config).unwrap()
}

/// The program of these tests, compiled once.
static APP: LazyLock<(Engine, Component)> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/asynchronous");
    let mut source = world(&text(&folder.join("app.wit")), None).unwrap();
    source.add_wasi().unwrap();
    let program = text(&folder.join("app.js"));
    let built = made_apart(source, program);
    let engine = engine();
    let component = Component::new(&engine, &built).unwrap();
    (engine, component)
});

/// Makes a component in another thread, since this one may run a test.
pub fn made_apart(source: WorldSource, program: String) -> Vec<u8> {
    let make = move || {
        let mut options = Options::default();
        // As in the program `jsvm`: what no source names is left out.
        options.inclusion.identifiers = Some(BTreeSet::new());
        let (_vm, built) = made(&source, &program, &options).unwrap();
        built.component
    };
    std::thread::spawn(make).join().unwrap()
}

/// What a test runs in.
pub fn block_on<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let limit = std::time::Duration::from_secs(120);
    let limited = async { tokio::time::timeout(limit, test).await };
    runtime.block_on(limited).expect("the test hangs")
}

/// Starts the program.
pub async fn app() -> Running {
    let (engine, component) = &*APP;
    let mut linker = Linker::new(engine);
    link(&mut linker).unwrap();
    start(engine, component, &linker).await
}

/// Starts a component.
pub async fn start(engine: &Engine, component: &Component, linker: &Linker<State>) -> Running {
    let stderr = MemoryOutputPipe::new(1 << 20);
    let wasi = WasiCtxBuilder::new().stderr(stderr.clone()).build();
    let state = State {
        table: ResourceTable::new(),
        wasi,
        gates: HashMap::new(),
        settled: Collected::default(),
    };
    let mut store = Store::new(engine, state);
    let instance = linker.instantiate_async(&mut store, component).await;
    Running {
        instance: instance.unwrap(),
        store,
        stderr,
    }
}

/// Defines the imports.
fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi::p3::add_to_linker(linker)?;
    let mut host = linker.instance("test:app/host")?;
    host.func_wrap_concurrent("later", |_, (value,): (u32,)| {
        Box::pin(async move {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            Ok((value,))
        })
    })?;
    host.func_wrap_concurrent("fail", |_, (reason,): (String,)| {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok((Err::<u32, String>(reason),))
        })
    })?;
    host.func_wrap_concurrent("gate", |accessor, (name,): (String,)| {
        Box::pin(async move {
            gate(accessor, &name).notified().await;
            Ok((format!("{name} is open"),))
        })
    })?;
    type Many = (String, Vec<u8>, Vec<String>);
    host.func_wrap_concurrent("many", |_, (a, b, c): Many| {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(((a, b, c),))
        })
    })?;
    host.func_wrap_concurrent("none", |_, (): ()| {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(())
        })
    })?;
    host.func_wrap_concurrent("drain", |accessor, (chunks,): (StreamReader<u8>,)| {
        Box::pin(async move {
            let bytes = collect(accessor, chunks, usize::MAX).await;
            Ok((bytes.len() as u64,))
        })
    })?;
    host.func_wrap(
        "give",
        |mut store: StoreContextMut<'_, State>, (count,): (u32,)| {
            let numbers = StreamReader::new(&mut store, Vec::from_iter(0..count))?;
            let result = async move {
                wasmtime::error::Ok(match count {
                    0 => Err("there are none".to_owned()),
                    count => Ok(count),
                })
            };
            let result: FutureReader<Result<u32, String>> = FutureReader::new(&mut store, result)?;
            Ok(((numbers, result),))
        },
    )?;
    type Settled = (FutureReader<Result<u32, String>>,);
    host.func_wrap(
        "settled",
        |mut store: StoreContextMut<'_, State>, (value,): Settled| {
            let settled = store.data().settled.clone();
            value.pipe(&mut store, Consumer::new(settled, usize::MAX))?;
            Ok(())
        },
    )?;
    Ok(())
}

fn gate(accessor: &Accessor<State, HasSelf<State>>, name: &str) -> Arc<Notify> {
    accessor.with(|mut access| {
        let gates = &mut access.get().gates;
        gates.entry(name.to_owned()).or_default().clone()
    })
}

/// Opens a gate.
pub fn open(accessor: &Accessor<State, HasSelf<State>>, name: &str) {
    gate(accessor, name).notify_one();
}

/// What a consumer has got.
pub struct Collected<T>(Arc<(Mutex<Vec<T>>, Notify)>);

impl<T> Clone for Collected<T> {
    fn clone(&self) -> Self {
        Collected(self.0.clone())
    }
}

impl<T> Default for Collected<T> {
    fn default() -> Self {
        Collected(Arc::new((Mutex::default(), Notify::new())))
    }
}

impl<T: Clone> Collected<T> {
    pub fn get(&self) -> Vec<T> {
        self.0.0.lock().unwrap().clone()
    }

    /// Waits for the end of the stream.
    pub async fn end(&self) -> Vec<T> {
        self.0.1.notified().await;
        self.get()
    }
}

/// Reads up to so many items, and then leaves.
pub struct Consumer<T> {
    collected: Collected<T>,
    most: usize,
    /// Whether it stays without reading, instead of leaving.
    pub stalls: bool,
}

impl<T> Consumer<T> {
    pub fn new(collected: Collected<T>, most: usize) -> Self {
        Consumer {
            collected,
            most,
            stalls: false,
        }
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        self.collected.0.1.notify_one();
    }
}

impl<T: Lift + Send + Sync + 'static> StreamConsumer<State> for Consumer<T> {
    type Item = T;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, State>,
        mut source: Source<'_, T>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let mut collected = self.collected.0.0.lock().unwrap();
        let room = self.most.saturating_sub(collected.len());
        if room == 0 {
            return match (self.stalls, finish) {
                (true, false) => Poll::Pending,
                (true, true) => Poll::Ready(Ok(StreamResult::Cancelled)),
                (false, _) => Poll::Ready(Ok(StreamResult::Dropped)),
            };
        }
        let mut buffer = Vec::with_capacity(room.min(1 << 16));
        source.read(store, &mut buffer)?;
        collected.append(&mut buffer);
        Poll::Ready(Ok(match self.stalls || collected.len() < self.most {
            true => StreamResult::Completed,
            false => StreamResult::Dropped,
        }))
    }
}

impl<T: Lift + Send + Sync + 'static> FutureConsumer<State> for Consumer<T> {
    type Item = T;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, State>,
        mut source: Source<'_, T>,
        _: bool,
    ) -> Poll<wasmtime::Result<()>> {
        let mut value = None;
        source.read(store, &mut value)?;
        self.collected.0.0.lock().unwrap().extend(value);
        Poll::Ready(Ok(()))
    }
}

/// Reads a stream.
pub async fn collect<T: Lift + Clone + Send + Sync + 'static>(
    accessor: &Accessor<State, HasSelf<State>>,
    stream: StreamReader<T>,
    most: usize,
) -> Vec<T> {
    let collected = Collected::default();
    let consumer = Consumer::new(collected.clone(), most);
    accessor
        .with(|access| stream.pipe(access, consumer))
        .unwrap();
    collected.end().await
}

/// Reads a future.
pub async fn value<T: Lift + Clone + Send + Sync + 'static>(
    accessor: &Accessor<State, HasSelf<State>>,
    future: FutureReader<T>,
) -> T {
    let collected = Collected::default();
    let consumer = Consumer::new(collected.clone(), usize::MAX);
    accessor
        .with(|access| future.pipe(access, consumer))
        .unwrap();
    collected
        .end()
        .await
        .pop()
        .expect("the future has no value")
}

impl Running {
    pub fn function<P, R>(&mut self, name: &str) -> TypedFunc<P, R>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let function = self.instance.get_typed_func(&mut self.store, name);
        function.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Calls a function, and waits for its result.
    pub async fn call<P, R>(&mut self, name: &str, args: P) -> wasmtime::Result<R>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let function = self.function::<P, R>(name);
        function.call_async(&mut self.store, args).await
    }

    /// What was printed to standard error.
    pub fn printed(&self) -> String {
        String::from_utf8(self.stderr.contents().to_vec()).unwrap()
    }

    /// The first line of a trap's message.
    pub async fn trap<P, R>(&mut self, name: &str, args: P) -> String
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let result = self.call::<P, R>(name, args).await;
        let error = result
            .err()
            .unwrap_or_else(|| panic!("{name} does not trap"));
        assert!(error.is::<wasmtime::Trap>(), "{name}: {error:?}");
        self.printed().lines().next().unwrap_or_default().to_owned()
    }
}
