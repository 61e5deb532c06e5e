//! Other servers, whose tools code can call.

use std::sync::Arc;

use jsvm_sandbox::{Tool, ToolCall, ToolError};
use rmcp::model::{CallToolRequestParams, CallToolResult, ContentBlock};
use rmcp::service::{Peer, RoleClient, RunningService};
use rmcp::transport::TokioChildProcess;
use rmcp::{ServiceExt, model};
use serde_json::Value;
use tokio::process::Command;

use crate::config::ServerCommand;
use crate::error::McpError;

/// A server that runs as a child process. It ends when this is dropped.
pub struct Upstream {
    _service: RunningService<RoleClient, ()>,
    /// Its tools, in the namespace of its name.
    pub tools: Vec<Tool>,
}

impl Upstream {
    /// Starts a server, and asks for its tools.
    pub async fn start(name: &str, server: &ServerCommand) -> Result<Upstream, McpError> {
        let mut command = Command::new(&server.command);
        command.args(&server.args).envs(&server.env);
        if let Some(folder) = &server.cwd {
            command.current_dir(folder);
        }
        let transport = TokioChildProcess::new(command).map_err(|source| McpError::Start {
            name: name.to_owned(),
            command: server.command.display().to_string(),
            source,
        })?;
        let wrong = |reason: String| McpError::Handshake {
            name: name.to_owned(),
            reason,
        };
        let service = ().serve(transport).await.map_err(|error| wrong(error.to_string()))?;
        let offered = service
            .list_all_tools()
            .await
            .map_err(|error| wrong(error.to_string()))?;
        let peer = service.peer().clone();
        let tools = offered
            .into_iter()
            .filter(|tool| server.offers(&tool.name))
            .map(|tool| forwarded(name, server, tool, peer.clone()))
            .collect();
        Ok(Upstream {
            _service: service,
            tools,
        })
    }
}

/// A tool that calls that of a server.
fn forwarded(
    server_name: &str,
    server: &ServerCommand,
    offered: model::Tool,
    peer: Peer<RoleClient>,
) -> Tool {
    let asks = server.asks(&offered.name);
    let name: Arc<str> = offered.name.as_ref().into();
    let tool = Tool::new(format!("{server_name}.{name}"), {
        move |call: ToolCall| {
            let (peer, name) = (peer.clone(), name.to_string());
            async move {
                let mut params = CallToolRequestParams::new(name);
                if let Value::Object(arguments) = call.input {
                    params = params.with_arguments(arguments);
                }
                match peer.call_tool(params).await {
                    Ok(result) => converted(result),
                    Err(error) => Err(ToolError::new(error.to_string())),
                }
            }
        }
    });
    let tool = tool.input(Value::Object((*offered.input_schema).clone()));
    let tool = match offered.output_schema {
        Some(schema) => tool.output(Value::Object((*schema).clone())),
        None => tool,
    };
    let tool = match offered.description {
        Some(text) => tool.description(text),
        None => tool,
    };
    if asks { tool.ask() } else { tool }
}

/// Returns structured content, or a text, or the list of what the tool returned.
fn converted(result: CallToolResult) -> Result<Value, ToolError> {
    let text = || {
        let texts = result.content.iter().filter_map(|content| match content {
            ContentBlock::Text(text) => Some(text.text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    };
    if result.is_error == Some(true) {
        let text = text();
        let message = if text.is_empty() {
            "the tool failed without a message".to_owned()
        } else {
            text
        };
        return Err(ToolError::new(message));
    }
    if let Some(value) = result.structured_content {
        return Ok(value);
    }
    let is_text = |content: &ContentBlock| matches!(content, ContentBlock::Text(_));
    if result.content.iter().all(is_text) {
        return Ok(Value::String(text()));
    }
    serde_json::to_value(&result.content).map_err(|error| ToolError::new(error.to_string()))
}
