//! The server: one tool, which runs code.

use std::sync::Arc;

use jsvm_sandbox::{Outcome, Sandbox, SandboxError, Session};
use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::McpError;
use crate::store::{Locked, Store};

/// The name of the tool.
pub const TOOL: &str = "run_code";

const DESCRIPTION: &str = "\
Runs JavaScript or TypeScript in a sandbox, over the tools declared below. Prefer one cell that calls \
several tools and returns only what you need. Cells of a session share variables and files.

If the status is `waiting`, a person has to approve calls. Once they have, continue with \
`{ \"session\": …, \"resume\": true }`; you cannot approve calls yourself. A session that waits runs no \
other code; `\"cancel\": true` gives the waiting cell up.

";

/// The arguments of the tool.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RunArguments {
    session: Option<String>,
    code: Option<String>,
    resume: bool,
    cancel: bool,
}

/// The server.
#[derive(Clone)]
pub struct CodeServer {
    sandbox: Sandbox,
    store: Store,
    tool: Tool,
}

impl CodeServer {
    pub fn new(sandbox: Sandbox, store: Store) -> CodeServer {
        let schema = json!({
            "type": "object",
            "properties": {
                "session": {
                    "type": "string",
                    "description": "The name of the session; `default` if missing. A new name begins a new session.",
                    "pattern": "^[A-Za-z0-9_-]{1,64}$",
                },
                "code": { "type": "string", "description": "The code of the cell." },
                "resume": { "type": "boolean", "description": "Continue the cell that waits for approval." },
                "cancel": { "type": "boolean", "description": "Give up the cell that waits for approval." },
            },
            "additionalProperties": false,
        });
        let schema = match schema {
            Value::Object(schema) => schema,
            _ => serde_json::Map::new(),
        };
        let description = format!("{DESCRIPTION}```ts\n{}```\n", sandbox.declarations());
        CodeServer {
            sandbox,
            store,
            tool: Tool::new(TOOL, description, Arc::new(schema)),
        }
    }

    /// Does what the arguments say.
    async fn run(
        &self,
        arguments: RunArguments,
        context: &RequestContext<RoleServer>,
    ) -> Result<Outcome, McpError> {
        let name = arguments.session.as_deref().unwrap_or("default");
        let locked = self.store.lock(name)?;
        let session = match locked.read()? {
            Some(bytes) => self.sandbox.restore(&bytes)?,
            None => self.sandbox.session()?,
        };
        let stop = session.stop_handle();
        // The VM runs on a thread where it keeps nobody waiting.
        let runtime = tokio::runtime::Handle::current();
        let cell = tokio::task::spawn_blocking(move || {
            runtime.block_on(perform(session, locked, arguments))
        });
        tokio::pin!(cell);
        let ended = tokio::select! {
            ended = &mut cell => ended,
            () = context.ct.cancelled() => {
                stop.stop();
                cell.await
            }
        };
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

/// Runs, resumes or cancels, and writes the session.
async fn perform(
    mut session: Session,
    locked: Locked,
    arguments: RunArguments,
) -> Result<Outcome, McpError> {
    if arguments.cancel {
        session.cancel()?;
        locked.take_decisions()?;
        locked.write(&session.to_bytes()?)?;
    }
    let outcome = if arguments.resume {
        session.resume(locked.take_decisions()?).await?
    } else {
        session
            .run(arguments.code.as_deref().unwrap_or_default())
            .await?
    };
    locked.write(&session.to_bytes()?)?;
    Ok(outcome)
}

impl ServerHandler for CodeServer {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        let info = Implementation::new("jsvm", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(capabilities).with_server_info(info)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(vec![self.tool.clone()]))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if request.name != TOOL {
            let message = format!(
                "there is no tool {:?}: the only one is {TOOL}",
                request.name
            );
            return Err(ErrorData::invalid_params(message, None));
        }
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let arguments: RunArguments = match serde_json::from_value(arguments) {
            Ok(arguments) => arguments,
            Err(error) => return Ok(failed(format!("invalid arguments: {error}")).into()),
        };
        Ok(match self.run(arguments, &context).await {
            Ok(outcome) => {
                let is_error = outcome.error().is_some();
                let value = serde_json::to_value(&outcome)
                    .map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
                if is_error {
                    CallToolResult::structured_error(value)
                } else {
                    CallToolResult::structured(value)
                }
            }
            Err(error @ McpError::Sandbox(SandboxError::Waiting { .. })) => failed(format!(
                "{error}. Once a person has decided, continue with \"resume\": true"
            )),
            Err(error) => failed(error.to_string()),
        }
        .into())
    }
}

fn failed(message: String) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(message)])
}
