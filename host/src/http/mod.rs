//! HTTP in a VM: `fetch`, and programs that serve requests.
//!
//! A VM does no input or output, so both make requests, which whoever drives the VM carries out. This
//! module is the side inside the VM; the protocol, for those who write drivers, is in `docs/http.md`.
//! The functions in the VM know each other by name only: a VM can be frozen with what they wait for,
//! and driven by somebody else when it is thawed.

#[cfg(feature = "http-client")]
mod client;
#[cfg(feature = "http-server")]
mod server;

use crate::error::Error;
use crate::value::{Value, ValueKind};
use crate::vm::Vm;

#[cfg(feature = "http-client")]
pub use client::{Client, Url};
#[cfg(feature = "http-server")]
pub use server::{
    Access, Answer, Asked, BrokenOff, Event, Failed, RequestBody, Responder, ResponseBody, Server,
    TlsError,
};

/// Sends a request, and waits for the head of the response.
pub const FETCH: &str = "jsvm:http-fetch";
/// Waits for the next bytes of an incoming body.
pub const READ: &str = "jsvm:http-read";
/// Gives up an incoming body.
pub const CANCEL: &str = "jsvm:http-cancel";
/// Hands on bytes of an outgoing body.
pub const WRITE: &str = "jsvm:http-write";
/// Ends an outgoing body.
pub const END: &str = "jsvm:http-end";
/// Hands on the head of the response to a served request.
pub const RESPOND: &str = "jsvm:http-respond";
/// Nothing more comes of a served request.
pub const DONE: &str = "jsvm:http-done";
/// The program has no response to a served request.
pub const FAILED: &str = "jsvm:http-failed";

/// The [root](Vm::set_root) under which a program that serves has its entry function.
pub const HANDLER: &str = "jsvm:http-handler";

/// In the order in which the scripts of this module take them.
const REQUESTS: [(&str, &str); 8] = [
    ("fetch", FETCH),
    ("read", READ),
    ("cancel", CANCEL),
    ("write", WRITE),
    ("end", END),
    ("respond", RESPOND),
    ("done", DONE),
    ("failed", FAILED),
];

/// Gives scripts `fetch`. It costs little before it is used.
///
/// Whoever drives the VM must answer the requests [`FETCH`], [`READ`], [`CANCEL`], [`WRITE`] and
/// [`END`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// jsvm::http::install_fetch(&vm)?;
/// vm.eval("fetch('https://example.com/').then(response => response.text())")?;
/// assert_eq!(vm.take_requests()?[0].name, jsvm::http::FETCH);
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// # Errors
/// [`Error::Limit`]; [`Error::Gone`].
pub fn install_fetch(vm: &Vm) -> Result<(), Error> {
    Scripts::of(vm)?.run(include_str!("fetch.js")).map(drop)
}

/// Makes a VM ready for a program that serves: `fetch`, `addEventListener` and `FetchEvent`. To be
/// called before the program is evaluated, and [`Handlers::register`] after it.
///
/// ```
/// use jsvm::{EventLoop, Source, http};
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let handlers = http::install(&vm)?;
/// let program = "export default { fetch: () => new Response('hello') }";
/// let exports = EventLoop::new(&vm).eval(Source::module(program)).await?;
/// assert!(handlers.register(&exports)?);
/// assert!(vm.root(http::HANDLER)?.is_some());
/// # Ok::<(), jsvm::Error>(()) })?;
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// # Errors
/// [`Error::Limit`]; [`Error::Gone`].
pub fn install(vm: &Vm) -> Result<Handlers, Error> {
    let scripts = Scripts::of(vm)?;
    scripts.run(include_str!("fetch.js"))?;
    let find = scripts.run(include_str!("handler.js"))?;
    Ok(Handlers {
        vm: vm.clone(),
        find,
    })
}

/// A VM in which a program may serve requests.
#[derive(Debug)]
pub struct Handlers {
    vm: Vm,
    /// Takes what the program exports, and returns the entry function.
    find: Value,
}

impl Handlers {
    /// Looks whether the program serves: it has a default export with a method `fetch`, or has called
    /// `addEventListener("fetch", ...)`. If so the VM has the root [`HANDLER`] from now on.
    ///
    /// `exports` is the namespace of the program's module; `undefined` for a script.
    ///
    /// # Errors
    /// [`Error::Exception`] if reading the exports throws; [`Error::Limit`]; [`Error::Gone`].
    pub fn register(&self, exports: &Value) -> Result<bool, Error> {
        let handler = self.find.call((exports,))?;
        let serves = handler.kind()? == ValueKind::Function;
        if serves {
            self.vm.set_root(HANDLER, handler)?;
        }
        Ok(serves)
    }
}

/// What the scripts of this module are given.
struct Scripts {
    vm: Vm,
    /// A function that returns them.
    tools: Value,
    requests: Value,
}

impl Scripts {
    fn of(vm: &Vm) -> Result<Self, Error> {
        let requests = vm.eval("({})")?;
        for (key, name) in REQUESTS {
            requests.set(key, vm.request_function(name, 0)?)?;
        }
        Ok(Scripts {
            vm: vm.clone(),
            tools: vm.http_tools()?,
            requests,
        })
    }

    fn run(&self, source: &str) -> Result<Value, Error> {
        let script = self.vm.eval(source)?;
        script.call((&self.tools, &self.requests))
    }
}
