//! What sessions have in common.

use std::sync::Arc;

use jsvm::{Engine, Limits, RequestInfo, SealKey, VmBuilder};

use crate::bytes::SavedSession;
use crate::caps::Caps;
use crate::declare;
use crate::error::SandboxError;
use crate::files::Inside;
use crate::gate::Gate;
use crate::session::Session;
use crate::tool::Tool;
use crate::tools::ToolSet;

type Customize = dyn Fn(VmBuilder) -> VmBuilder + Send + Sync;

/// Tools, limits and caps for sessions. It is cheap to clone.
///
/// ```
/// use jsvm_sandbox::{Sandbox, Tool, ToolCall};
/// use serde_json::json;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let sandbox = Sandbox::builder()
///     .tool(
///         Tool::new("price", async |call: ToolCall| {
///             Ok(json!(call.input["item"].as_str().map_or(0, str::len)))
///         })
///         .input(json!({
///             "type": "object",
///             "properties": { "item": { "type": "string" } },
///             "required": ["item"],
///         })),
///     )
///     .build()?;
/// assert!(sandbox.declarations().contains("item: string;"));
///
/// let mut session = sandbox.session()?;
/// session.run("const items = ['tea', 'cake']").await?;
/// let code = "(await Promise.all(items.map((item) => tools.price({ item })))).join()";
/// let outcome = session.run(code).await?;
/// assert_eq!(outcome.value().unwrap().json, Some(json!("3,4")));
/// # Ok::<(), jsvm_sandbox::SandboxError>(()) })?;
/// # Ok::<(), jsvm_sandbox::SandboxError>(())
/// ```
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    tools: Arc<ToolSet>,
    limits: Limits,
    caps: Caps,
    seal: Option<SealKey>,
    customize: Option<Arc<Customize>>,
}

impl Sandbox {
    /// Returns settings without tools.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder {
            engine: None,
            tools: Vec::new(),
            limits: Limits::default().memory(64 << 20).hard_memory(128 << 20),
            caps: Caps::default(),
            seal: None,
            customize: None,
        }
    }

    /// Returns the declarations of what code can use, in TypeScript, for the prompt of a model.
    pub fn declarations(&self) -> String {
        declare::declarations(self.shared.tools.iter())
    }

    /// Begins a session.
    ///
    /// # Errors
    /// [`SandboxError::Vm`] if there can be no other VM.
    pub fn session(&self) -> Result<Session, SandboxError> {
        Session::new(self.clone())
    }

    /// Continues a session from the bytes of [`Session::to_bytes`], in this process or another. It
    /// has the tools, limits and caps of this sandbox.
    ///
    /// # Errors
    /// [`SandboxError::Malformed`] and [`SandboxError::Snapshot`] if the bytes cannot be used: they
    /// are damaged, need more memory than the limits allow, are of another engine, or are not sealed
    /// with the key of this sandbox. [`SandboxError::Vm`].
    pub fn restore(&self, bytes: &[u8]) -> Result<Session, SandboxError> {
        let max_memory = self.shared.limits.hard_memory;
        let saved = SavedSession::decode(bytes, max_memory, self.shared.seal.as_ref())?;
        Session::from_saved(self.clone(), saved)
    }

    pub(crate) fn caps(&self) -> &Caps {
        &self.shared.caps
    }

    pub(crate) fn tools(&self) -> &Arc<ToolSet> {
        &self.shared.tools
    }

    pub(crate) fn seal(&self) -> Option<&SealKey> {
        self.shared.seal.as_ref()
    }

    /// The builder of VMs whose calls arrive at a gate.
    pub(crate) fn vm_builder(&self, gate: &Arc<Gate>) -> VmBuilder {
        let shared = &self.shared;
        let (calls, messages) = (gate.clone(), gate.clone());
        let mut builder = shared.engine.vm();
        if let Some(customize) = &shared.customize {
            builder = customize(builder);
        }
        builder
            .limits(shared.limits.clone())
            .console(move |level, text| messages.print(level, text))
            .async_handler(
                Inside::REQUEST,
                move |request: RequestInfo, name: String, input: String| {
                    calls.clone().answer(request, name, input)
                },
            )
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("tools", &self.shared.tools.names())
            .field("caps", &self.shared.caps)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Sandbox`], from [`Sandbox::builder`].
pub struct SandboxBuilder {
    engine: Option<Engine>,
    tools: Vec<Tool>,
    limits: Limits,
    caps: Caps,
    seal: Option<SealKey>,
    customize: Option<Arc<Customize>>,
}

impl SandboxBuilder {
    /// Adds a tool.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Adds tools.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.tools.extend(tools);
        self
    }

    /// Sets the limits of VMs. By default they are those of [`Limits`], with 64 MiB of heap.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets what a cell may use.
    #[must_use]
    pub fn caps(mut self, caps: Caps) -> Self {
        self.caps = caps;
        self
    }

    /// Sets the key that saved sessions are encrypted and authenticated with. Without it, only
    /// restore bytes from where nobody else can write.
    #[must_use]
    pub fn seal(mut self, key: SealKey) -> Self {
        self.seal = Some(key);
        self
    }

    /// Sets the engine; by default [`Engine::global`].
    #[must_use]
    pub fn engine(mut self, engine: &Engine) -> Self {
        self.engine = Some(engine.clone());
        self
    }

    /// Changes the settings of VMs: to add modules or host functions, for example. Limits and the
    /// console are set afterwards. Functions of the global object are in fresh sessions only.
    #[must_use]
    pub fn vm(
        mut self,
        customize: impl Fn(VmBuilder) -> VmBuilder + Send + Sync + 'static,
    ) -> Self {
        self.customize = Some(Arc::new(customize));
        self
    }

    /// Checks the tools.
    ///
    /// # Errors
    /// [`SandboxError::ToolName`], [`SandboxError::Schema`], or [`SandboxError::Vm`] if there can be
    /// no engine.
    pub fn build(self) -> Result<Sandbox, SandboxError> {
        let engine = match self.engine {
            Some(engine) => engine,
            None => Engine::global()?,
        };
        let shared = Shared {
            engine,
            tools: Arc::new(ToolSet::new(self.tools)?),
            limits: self.limits,
            caps: self.caps,
            seal: self.seal,
            customize: self.customize,
        };
        Ok(Sandbox {
            shared: Arc::new(shared),
        })
    }
}

impl std::fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("tools", &self.tools)
            .field("caps", &self.caps)
            .finish_non_exhaustive()
    }
}
