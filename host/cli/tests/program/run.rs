//! Runs built files as `wasmtime serve` and `wasmtime run` do.

use std::future::{pending, poll_fn};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_channel::oneshot;
use futures_util::future::join_all;
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::{Request, Response};
use tokio::task::JoinHandle;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{AsContextMut, Engine, ResourceLimiter, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::handler::{Prepared, Proxy, ProxyPre};
use wasmtime_wasi_http::p2;
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// How long anything here may take.
const LONGEST: Duration = Duration::from_secs(20);

/// The host's side of an instance.
pub struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Elsewhere,
    memory: Memory,
}

/// Bytes of all linear memories of an instance. They never shrink.
#[derive(Clone, Default)]
pub struct Memory(Arc<AtomicUsize>);

impl Memory {
    /// How many there are now.
    pub fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.0.fetch_add(desired - current, Ordering::Relaxed);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

/// The rest of the network: it sends back what it is sent.
struct Elsewhere;

type Sent = Result<
    (
        Response<WasiBody>,
        Box<dyn Future<Output = Result<(), Error>> + Send>,
    ),
    Error,
>;

impl WasiHttpHooks for Elsewhere {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        Box::new(async move {
            match request.uri().host() {
                Some("refused.example") => return Err(Error::ConnectionRefused),
                Some("denied.example") => return Err(Error::HttpRequestDenied),
                Some("self.alt") if request.uri().path() == "/denied" => {
                    return Err(Error::HttpRequestDenied);
                }
                Some("plain.example") => return Err(Error::TlsProtocolError),
                _ => {}
            }
            if request.uri().host() == Some("never.example") {
                pending::<()>().await;
            }
            let seen = format!("{} {}", request.method(), request.uri());
            let [header, content_type] =
                ["x-out", "content-type"].map(|name| request.headers().get(name).cloned());
            let mut response = Response::new(request.into_body());
            *response.status_mut() = hyper::StatusCode::CREATED;
            let headers = response.headers_mut();
            headers.insert("x-echo", seen.parse().unwrap());
            if let Some(header) = header {
                headers.insert("x-out", header);
            }
            if let Some(content_type) = content_type {
                headers.insert("content-type", content_type);
            }
            let connection: Box<dyn Future<Output = Result<(), Error>> + Send> =
                Box::new(async { Ok(()) });
            Ok((response, connection))
        })
    }
}

/// What came of a request.
pub struct Answer {
    pub status: u16,
    pub headers: hyper::HeaderMap,
    /// The body, and whether it came to its end.
    pub body: Vec<u8>,
    pub is_whole: bool,
    pub stdout: String,
    pub stderr: String,
    /// The memory of the instance.
    pub memory: Memory,
    /// What the call itself came to.
    pub call: Result<(), String>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A fresh store whose memory is limited, and what is printed in it.
fn store(engine: &Engine) -> (Store<State>, Printed) {
    let (mut store, printed) = store_of(engine, &mut WasiCtx::builder());
    store.limiter(|state| &mut state.memory);
    (store, printed)
}

/// A fresh store, and what is printed in it.
fn store_of(engine: &Engine, wasi: &mut WasiCtxBuilder) -> (Store<State>, Printed) {
    let pipe = || MemoryOutputPipe::new(1 << 20);
    let printed = (pipe(), pipe());
    let state = State {
        wasi: wasi
            .stdout(printed.0.clone())
            .stderr(printed.1.clone())
            .build(),
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
        hooks: Elsewhere,
        memory: Memory::default(),
    };
    (Store::new(engine, state), printed)
}

fn engine() -> Engine {
    // As `wasmtime serve` has it: how much stack a function takes depends on the compiler.
    Engine::default()
}

fn text(pipe: &MemoryOutputPipe) -> String {
    String::from_utf8(pipe.contents().to_vec()).unwrap()
}

/// A file that serves, in a host that gives it what the world `wasi:http/proxy` has, and with WASI 0.3 that of
/// `wasi:http/service`, and no more.
#[derive(Clone)]
pub struct Server(Arc<ProxyPre<State>>);

/// Standard output and standard error.
type Printed = (MemoryOutputPipe, MemoryOutputPipe);

impl Server {
    pub fn new(file: &Path) -> Server {
        Server::with(file, |_| ())
    }

    /// As `new`, in a host that has more.
    pub fn with(file: &Path, add: impl FnOnce(&mut Linker<State>)) -> Server {
        let engine = engine();
        let component = Component::from_file(&engine, file).unwrap();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi_http::p2::add_to_linker_async(&mut linker).unwrap();
        wasmtime_wasi_http::p3::add_to_linker(&mut linker).unwrap();
        wasmtime_wasi::p3::clocks::add_to_linker(&mut linker).unwrap();
        add(&mut linker);
        let pre = linker.instantiate_pre(&component).unwrap();
        Server(Arc::new(match ServicePre::new(pre.clone()) {
            Ok(pre) => ProxyPre::P3(pre),
            Err(_) => ProxyPre::P2(p2::bindings::ProxyPre::new(pre).unwrap()),
        }))
    }

    /// Has a fresh instance serve a request, until the response begins.
    pub async fn begin<B>(&self, request: Request<B>) -> Begun
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Error>,
    {
        self.begin_all(vec![request], Duration::ZERO)
            .remove(0)
            .await
    }

    /// Has one fresh instance serve all these requests: each a while after the one before it has begun, or when that is
    /// over if the file is of WASI 0.2. The first of them knows how the instance ends.
    pub fn begin_all<B>(
        &self,
        requests: Vec<Request<B>>,
        pause: Duration,
    ) -> Vec<impl Future<Output = Begun> + use<B>>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Error>,
    {
        let pre = self.0.clone();
        let engine = match &*pre {
            ProxyPre::P2(pre) => pre.engine(),
            ProxyPre::P3(pre) => pre.engine(),
        };
        let (mut store, printed) = store(engine);
        let memory = store.data().memory.clone();
        let (senders, receivers): (Vec<_>, Vec<_>) =
            requests.iter().map(|_| oneshot::channel()).unzip();
        let requests = requests
            .into_iter()
            .map(|request| request.map(|body| body.map_err(Into::into).boxed_unsync()));
        let requests: Vec<_> = requests.zip(senders).collect();
        let call = tokio::spawn(async move {
            let proxy = &pre.instantiate_async(&mut store).await?;
            let served = store.run_concurrent(async |accessor| {
                let serve = async |request, sender| {
                    let prepared = accessor.with(|mut store| {
                        let view = <State as WasiHttpView>::http;
                        Prepared::new(store.as_context_mut(), proxy, request, view, sender)
                    })?;
                    prepared.run(accessor, pending()).await
                };
                let mut served = Vec::new();
                for (request, sender) in requests {
                    match proxy {
                        Proxy::P2(_) => {
                            serve(request, sender).await?;
                        }
                        Proxy::P3(_) => {
                            let pause = pause * served.len() as u32;
                            served.push(async move {
                                tokio::time::sleep(pause).await;
                                serve(request, sender).await
                            });
                        }
                    }
                }
                for served in join_all(served).await {
                    served?;
                }
                poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
                Ok(())
            });
            served.await.flatten()
        });
        let mut call = Some(call);
        let begun = receivers.into_iter().map(|receiver| {
            let (call, printed, memory) = (call.take(), printed.clone(), memory.clone());
            async move {
                let response = tokio::time::timeout(LONGEST, receiver);
                let response = response.await.expect("it takes too long");
                Begun {
                    response: response.ok().and_then(Result::ok),
                    call,
                    printed,
                    memory,
                }
            }
        });
        begun.collect()
    }

    /// As [`begin_all`](Self::begin_all), to the end.
    #[allow(dead_code, reason = "the examples do not")]
    pub async fn serve_all<B>(&self, requests: Vec<Request<B>>, pause: Duration) -> Vec<Answer>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Error>,
    {
        let begun = self.begin_all(requests, pause).into_iter();
        let served = begun.map(async |begun| {
            let begun = begun.await;
            let printed = begun.printed.clone();
            let finished = tokio::time::timeout(LONGEST, begun.finish());
            let Ok(finished) = finished.await else {
                panic!("it takes too long: {}", text(&printed.1));
            };
            finished
        });
        join_all(served).await
    }

    /// Has a fresh instance serve a request.
    pub async fn serve<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Error>,
    {
        let begun = self.begin(request).await;
        tokio::time::timeout(LONGEST, begun.finish())
            .await
            .expect("it takes too long")
    }
}

/// A response that has begun.
pub struct Begun {
    /// There is none if the call has failed.
    pub response: Option<Response<WasiBody>>,
    call: Option<JoinHandle<wasmtime::Result<()>>>,
    printed: Printed,
    memory: Memory,
}

impl Begun {
    /// Takes all of it.
    pub async fn finish(self) -> Answer {
        let mut answer = Answer {
            status: 0,
            headers: hyper::HeaderMap::new(),
            body: Vec::new(),
            is_whole: false,
            stdout: String::new(),
            stderr: String::new(),
            memory: self.memory,
            call: Ok(()),
        };
        if let Some(response) = self.response {
            let (head, mut body) = response.into_parts();
            answer.status = head.status.as_u16();
            answer.headers = head.headers;
            answer.is_whole = loop {
                match body.frame().await {
                    None => break true,
                    Some(Err(_)) => break false,
                    Some(Ok(frame)) => {
                        if let Ok(bytes) = frame.into_data() {
                            answer.body.extend_from_slice(&bytes);
                        }
                    }
                }
            };
        }
        if let Some(call) = self.call {
            let call = call.await.unwrap();
            answer.call = call.map_err(|error| format!("{error:#}"));
        }
        (answer.stdout, answer.stderr) = (text(&self.printed.0), text(&self.printed.1));
        answer
    }

    /// Leaves, as a client does that has seen enough.
    #[allow(dead_code, reason = "the examples do")]
    pub fn leave(self) {
        if let Some(call) = self.call {
            call.abort();
        }
    }
}

/// Runs a command: whether it succeeded, and what it printed.
pub async fn command(file: &Path, args: &[&str]) -> (bool, String, String) {
    command_in(file, args, true).await
}

/// As [`command`], for a command of WASI 0.3.
pub async fn async_command(file: &Path) -> (bool, String, String) {
    let engine = engine();
    let component = Component::from_file(&engine, file).unwrap();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    wasmtime_wasi::p3::add_to_linker(&mut linker).unwrap();
    wasmtime_wasi_http::p3::add_to_linker(&mut linker).unwrap();
    let (mut store, (stdout, stderr)) = store_of(&engine, &mut WasiCtx::builder());
    let command =
        wasmtime_wasi::p3::bindings::Command::instantiate_async(&mut store, &component, &linker);
    let command = command.await.unwrap();
    let run =
        store.run_concurrent(async |accessor| command.wasi_cli_run().call_run(accessor).await);
    let ended = tokio::time::timeout(LONGEST, run).await;
    let is_ok = ended.expect("it takes too long").unwrap().unwrap().is_ok();
    (is_ok, text(&stdout), text(&stderr))
}

/// As [`command`], in a host with `wasi:http` or without.
pub async fn command_in(file: &Path, args: &[&str], has_http: bool) -> (bool, String, String) {
    let CompiledCommand { engine, component } = CompiledCommand::new(file);
    run_command(&engine, &component, args, has_http, WasiCtx::builder()).await
}

/// A command that is compiled once and run several times.
pub struct CompiledCommand {
    engine: Engine,
    component: Component,
}

impl CompiledCommand {
    pub fn new(file: &Path) -> Self {
        let engine = engine();
        let component = Component::from_file(&engine, file).unwrap();
        CompiledCommand { engine, component }
    }

    /// As [`command`], with these bytes as standard input, in a host without `wasi:http`.
    pub async fn run(&self, args: &[&str], input: Vec<u8>) -> (bool, String, String) {
        let mut wasi = WasiCtx::builder();
        wasi.stdin(MemoryInputPipe::new(input));
        run_command(&self.engine, &self.component, args, false, wasi).await
    }
}

async fn run_command(
    engine: &Engine,
    component: &Component,
    args: &[&str],
    has_http: bool,
    mut wasi: WasiCtxBuilder,
) -> (bool, String, String) {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    if has_http {
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
    }
    wasi.args(args).env("HOST_SAYS", "hello");
    let (mut store, (stdout, stderr)) = store_of(engine, &mut wasi);
    let command = Command::instantiate_async(&mut store, component, &linker);
    let command = command.await.unwrap();
    let run = command.wasi_cli_run().call_run(&mut store);
    let success = match tokio::time::timeout(LONGEST, run)
        .await
        .expect("it takes too long")
    {
        Ok(result) => result.is_ok(),
        Err(error) => {
            error
                .downcast_ref::<wasmtime_wasi::I32Exit>()
                .unwrap_or_else(|| panic!("{error:#}"))
                .0
                == 0
        }
    };
    (success, text(&stdout), text(&stderr))
}
