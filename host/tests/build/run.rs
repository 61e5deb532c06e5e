//! Runs built files as `wasmtime serve` and `wasmtime run` do.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::{Request, Response};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// How long anything here may take.
const LONGEST: Duration = Duration::from_secs(20);

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Elsewhere,
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
            if request.uri().host() == Some("refused.example") {
                return Err(Error::ConnectionRefused);
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
    /// What the call itself came to.
    pub call: Result<(), String>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

fn engine() -> Engine {
    // As `wasmtime serve` has it: how much stack a function takes depends on the compiler.
    Engine::default()
}

fn text(pipe: &MemoryOutputPipe) -> String {
    String::from_utf8(pipe.contents().to_vec()).unwrap()
}

/// A file that serves, in a host that gives it what the world `wasi:http/proxy` has and no more.
#[derive(Clone)]
pub struct Server {
    pre: ProxyPre<State>,
}

impl Server {
    pub fn new(file: &Path) -> Server {
        let engine = engine();
        let component = Component::from_file(&engine, file).unwrap();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi_http::p2::add_to_linker_async(&mut linker).unwrap();
        let pre = linker.instantiate_pre(&component).unwrap();
        Server {
            pre: ProxyPre::new(pre).unwrap(),
        }
    }

    /// Has a fresh instance serve a request, until the response begins.
    pub async fn begin<B>(&self, request: Request<B>) -> Begun
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Error>,
    {
        let (stdout, stderr) = (
            MemoryOutputPipe::new(1 << 20),
            MemoryOutputPipe::new(1 << 20),
        );
        let state = State {
            wasi: WasiCtx::builder()
                .stdout(stdout.clone())
                .stderr(stderr.clone())
                .build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            hooks: Elsewhere,
        };
        let mut store = Store::new(self.pre.engine(), state);
        let (sender, receiver) =
            oneshot::channel::<Result<Response<HyperOutgoingBody>, ErrorCode>>();
        let request = store
            .data_mut()
            .http()
            .new_incoming_request(Scheme::Http, request);
        let request = request.unwrap();
        let out = store
            .data_mut()
            .http()
            .new_response_outparam(sender)
            .unwrap();
        let pre = self.pre.clone();
        let call = tokio::spawn(async move {
            let proxy = pre.instantiate_async(&mut store).await?;
            let handler = proxy.wasi_http_incoming_handler();
            handler.call_handle(store, request, out).await
        });
        let response = tokio::time::timeout(LONGEST, receiver);
        let response = response.await.expect("it takes too long");
        Begun {
            response: response.ok().map(Result::unwrap),
            call,
            stdout,
            stderr,
        }
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
    pub response: Option<Response<HyperOutgoingBody>>,
    call: JoinHandle<wasmtime::Result<()>>,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
}

impl Begun {
    /// Takes all of it.
    async fn finish(self) -> Answer {
        let mut answer = Answer {
            status: 0,
            headers: hyper::HeaderMap::new(),
            body: Vec::new(),
            is_whole: false,
            stdout: String::new(),
            stderr: String::new(),
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
        let call = self.call.await.unwrap();
        answer.call = call.map_err(|error| format!("{error:#}"));
        (answer.stdout, answer.stderr) = (text(&self.stdout), text(&self.stderr));
        answer
    }

    /// Leaves, as a client does that has seen enough.
    #[allow(dead_code, reason = "the examples do")]
    pub fn leave(self) {
        self.call.abort();
    }
}

/// Runs a command: whether it succeeded, and what it printed.
pub async fn command(file: &Path, args: &[&str]) -> (bool, String, String) {
    let engine = engine();
    let component = Component::from_file(&engine, file).unwrap();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
    let (stdout, stderr) = (
        MemoryOutputPipe::new(1 << 20),
        MemoryOutputPipe::new(1 << 20),
    );
    let state = State {
        wasi: WasiCtx::builder()
            .stdout(stdout.clone())
            .stderr(stderr.clone())
            .args(args)
            .env("HOST_SAYS", "hello")
            .build(),
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
        hooks: Elsewhere,
    };
    let mut store = Store::new(&engine, state);
    let command = Command::instantiate_async(&mut store, &component, &linker);
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
