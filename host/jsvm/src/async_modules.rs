//! Module loaders that wait: for a network, a database, another process.

use std::sync::{Arc, OnceLock, mpsc};

use tokio::runtime::{Builder, Runtime};

use crate::function::HostError;
use crate::module::{Import, ImportKind, Module, ModuleLoader};

/// Loads imported modules asynchronously: from a network, a database, another process.
///
/// An import is synchronous inside the VM, which stands still until the module is there. The
/// futures run on a thread of their own, with a tokio runtime for all loaders of the process, so
/// that they make progress whatever the thread does that the VM runs on; that one is blocked.
/// How long it may take is up to the loader.
///
/// # Deadlocks
///
/// All loaders of the process share that one thread. A loader must therefore not block it: it must
/// not call a VM that imports modules through an asynchronous loader, nor wait for anything that
/// does. The inner import waits for the thread, which waits for the outer one, and neither ever
/// ends. Import in such a VM on another thread, with `tokio::task::spawn_blocking`, and await that.
///
/// ```
/// use jsvm::{AsyncModuleLoader, EventLoop, HostError, Import, Module};
/// use std::time::Duration;
/// struct Slow;
/// impl AsyncModuleLoader for Slow {
///     async fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
///         Ok(import.specifier.to_owned())
///     }
///     async fn load(&self, name: &str) -> Result<Module, HostError> {
///         tokio::time::sleep(Duration::from_millis(1)).await;
///         Ok(Module::es(format!("export default '{name}'")))
///     }
/// }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let vm = jsvm::Engine::global()?.vm().async_modules(Slow).build()?;
/// let namespace = EventLoop::new(&vm).import("main").await?;
/// assert_eq!(namespace.get("default")?.to::<String>()?, "main");
/// # Ok::<(), jsvm::Error>(()) })?;
/// # Ok::<(), jsvm::Error>(())
/// ```
pub trait AsyncModuleLoader: Send + Sync + 'static {
    /// The full name of a module that is imported; see [`ModuleLoader::resolve`].
    ///
    /// # Errors
    /// What the import throws.
    fn resolve(
        &self,
        import: &Import<'_>,
    ) -> impl Future<Output = Result<String, HostError>> + Send;

    /// A module, from its full name; see [`ModuleLoader::load`].
    ///
    /// # Errors
    /// What the import throws.
    fn load(&self, name: &str) -> impl Future<Output = Result<Module, HostError>> + Send;
}

/// A loader that waits for another.
pub(crate) struct Waiting<L>(Arc<L>);

impl<L> Waiting<L> {
    pub(crate) fn new(loader: L) -> Self {
        Waiting(Arc::new(loader))
    }
}

impl<L: AsyncModuleLoader> ModuleLoader for Waiting<L> {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        let loader = self.0.clone();
        let (specifier, importer) = (import.specifier.to_owned(), import.importer.to_owned());
        let kind: ImportKind = import.kind;
        wait(async move {
            let import = Import::new(&specifier, &importer, kind);
            loader.resolve(&import).await
        })
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        let (loader, name) = (self.0.clone(), name.to_owned());
        wait(async move { loader.load(&name).await })
    }
}

/// The result of a future, which runs on the loaders' own thread.
fn wait<T: Send + 'static>(
    future: impl Future<Output = Result<T, HostError>> + Send + 'static,
) -> Result<T, HostError> {
    let (send, receive) = mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        // Nobody listens any more if the VM's thread has gone.
        let _ = send.send(future.await);
    });
    receive
        .recv()
        .unwrap_or_else(|_| Err(HostError::new("the module loader panicked")))
}

/// The runtime of all loaders, with one thread.
fn runtime() -> Result<&'static Runtime, HostError> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("jsvm-modules")
            .enable_all()
            .build()
    });
    runtime
        .as_ref()
        .map_err(|error| HostError::new(format!("no thread for the module loader: {error}")))
}
