//! HTTP in a VM: `fetch`, and programs that serve requests.
//!
//! A VM does no input or output. Both make requests, which the embedder carries out. [`install`]
//! and [`install_fetch`] prepare the VM; [`Client`] and [`Server`] carry the requests out.
//! `docs/reference/http-protocol.md` describes the requests, for embedders in other languages.
//!
//! Requests have names, not pointers to functions. So a VM can be frozen while it waits for them,
//! and another process can settle them after it is restored.

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod egress;
#[cfg(feature = "server")]
mod server;
pub mod services;

use jsvm::{Error, Source, Value, ValueKind, Vm};

#[cfg(feature = "client")]
pub use client::{Client, Url, WholeRequest};
#[cfg(feature = "client")]
pub use egress::{
    AddressKind, EgressError, EgressRules, EgressTarget, EgressTargetError, LookupError,
};
#[cfg(feature = "server")]
pub use server::{
    Access, BodyError, Event, MetricsText, PendingRequest, RequestBody, Responder, ResponderError,
    ResponderFuture, ResponseBody, ResponseSender, Server, ServerError, TlsError, serve_admin,
};

pub use jsvm_protocol::http::{
    CANCEL, DONE, END, FAILED, FETCH, GONE, HANDLER, LOST, READ, RESPOND, WRITE,
};

/// Parts of [`Client`] that the program `jsvm` uses. They can change in any release.
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod internal {
    pub use crate::client::connect::client_builder;
    pub use crate::client::framing::drop_framing;
}

/// Installs `fetch` in a VM. It costs little until it is used.
///
/// The embedder must answer the requests [`FETCH`], [`READ`], [`CANCEL`], [`WRITE`] and
/// [`END`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// jsvm_http::install_fetch(&vm)?;
/// vm.eval("fetch('https://example.com/').then(response => response.text())")?;
/// assert_eq!(vm.take_requests()?[0].name, jsvm_http::FETCH);
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// # Errors
/// [`Error::Limit`]; [`Error::Gone`].
pub fn install_fetch(vm: &Vm) -> Result<(), Error> {
    Scripts::new(vm)?
        .run("jsvm:install-fetch", include_str!("fetch.js"))
        .map(drop)
}

/// Installs `fetch` with functions of a script in the place of requests: `fetch`, `read`, `cancel`, `write` and
/// `end` of an object, which take and return what the requests of these names do, in promises.
///
/// ```
/// use jsvm::{EventLoop, Source};
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let requests = vm.eval(
///     "({ fetch: async ({ url }) => ({ status: 200, statusText: '', headers: [['x', url]] }) })",
/// )?;
/// jsvm_http::install_fetch_with(&vm, &requests)?;
/// let script = "fetch('https://example.com/').then(response => response.headers.get('x'))";
/// let seen = EventLoop::new(&vm).eval(script).await?;
/// assert_eq!(seen.to::<String>()?, "https://example.com/");
/// # Ok::<(), jsvm::Error>(()) })?;
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// # Errors
/// [`Error::Limit`]; [`Error::Gone`].
pub fn install_fetch_with(vm: &Vm, requests: &Value) -> Result<(), Error> {
    let scripts = Scripts {
        requests: requests.clone(),
        ..Scripts::new(vm)?
    };
    scripts
        .run("jsvm:install-fetch", include_str!("fetch.js"))
        .map(drop)
}

/// Installs `fetch`, `addEventListener` and `FetchEvent` for a program that serves. Call it before
/// the program is evaluated, and [`Handlers::register`] afterwards.
///
/// ```
/// use jsvm::{EventLoop, Source};
/// use jsvm_http as http;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let handlers = http::install(&vm)?;
/// let program = "export default { fetch: () => new Response('hello') }";
/// let exports = EventLoop::new(&vm).eval(Source::module(program)).await?;
/// assert!(handlers.register(&exports)?);
/// assert!(vm.roots().get(http::HANDLER)?.is_some());
/// # Ok::<(), jsvm::Error>(()) })?;
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// # Errors
/// [`Error::Limit`]; [`Error::Gone`].
pub fn install(vm: &Vm) -> Result<Handlers, Error> {
    let scripts = Scripts::new(vm)?;
    scripts.run("jsvm:install-fetch", include_str!("fetch.js"))?;
    let made = scripts.run("jsvm:handler", include_str!("handler.js"))?;
    Ok(Handlers {
        vm: vm.clone(),
        find: made.get("find")?,
        lost: made.get("lost")?,
        gone: made.get("gone")?,
    })
}

/// Finds the `fetch` handler of a program, from [`install`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let handlers = jsvm_http::install(&vm)?;
/// vm.eval("addEventListener('fetch', event => event.respondWith(new Response('hello')))")?;
/// assert!(handlers.register(&vm.eval("undefined")?)?);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Debug)]
pub struct Handlers {
    vm: Vm,
    /// A script function that takes the program's exports and returns the entry function.
    find: Value,
    /// The script function of the root [`LOST`].
    lost: Value,
    /// The script function of the root [`GONE`].
    gone: Value,
}

impl Handlers {
    /// Registers the program's handler as the root [`HANDLER`], and what belongs to it as [`LOST`]
    /// and [`GONE`]. Returns whether the program has one: a default export with a method `fetch`, or a call of `addEventListener("fetch", ...)`.
    ///
    /// `exports` is the namespace of the program's module, or `undefined` for a script.
    ///
    /// # Errors
    /// [`Error::Exception`] if reading the exports throws; [`Error::Limit`]; [`Error::Gone`].
    pub fn register(&self, exports: &Value) -> Result<bool, Error> {
        let handler = self.find.call((exports,))?;
        let serves = handler.kind()? == ValueKind::Function;
        if serves {
            self.vm.roots().set(HANDLER, handler)?;
            self.vm.roots().set(LOST, self.lost.clone())?;
            self.vm.roots().set(GONE, self.gone.clone())?;
        }
        Ok(serves)
    }
}

/// The arguments of this crate's scripts.
struct Scripts {
    vm: Vm,
    /// A script function that returns the web platform's HTTP tools.
    tools: Value,
    requests: Value,
}

impl Scripts {
    fn new(vm: &Vm) -> Result<Self, Error> {
        let requests = vm.eval("({})")?;
        for (key, name) in jsvm_protocol::http::REQUESTS {
            requests.set(key, vm.create_request_function(name, 0)?)?;
        }
        Ok(Scripts {
            vm: vm.clone(),
            tools: vm.http_tools()?,
            requests,
        })
    }

    /// Stacks name the functions of a script by its file, and leave those out that wait.
    fn run(&self, file_name: &str, source: &str) -> Result<Value, Error> {
        let script = self.vm.eval(Source::script(source).file_name(file_name))?;
        script.call((&self.tools, &self.requests))
    }
}
