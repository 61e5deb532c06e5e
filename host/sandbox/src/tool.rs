//! Tools: what the code of a session can call.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

type ToolFuture = Pin<Box<dyn Future<Output = Result<Value, ToolError>> + Send>>;
type ToolFunction = dyn Fn(ToolCall) -> ToolFuture + Send + Sync;
type AskFunction = dyn Fn(&Value) -> bool + Send + Sync;

/// A function that the code of a session calls as `await tools.NAME({ … })`.
///
/// ```
/// use jsvm_sandbox::{Tool, ToolCall};
/// use serde_json::json;
/// let add = Tool::new("add", async |call: ToolCall| {
///     let (a, b) = (call.input["a"].as_f64(), call.input["b"].as_f64());
///     Ok(json!({ "sum": a.unwrap_or(0.0) + b.unwrap_or(0.0) }))
/// })
/// .description("Adds two numbers")
/// .input(json!({
///     "type": "object",
///     "properties": { "a": { "type": "number" }, "b": { "type": "number" } },
///     "required": ["a", "b"],
/// }));
/// assert_eq!(add.name(), "add");
/// ```
#[derive(Clone)]
pub struct Tool {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) input: Value,
    pub(crate) output: Option<Value>,
    pub(crate) asks: Option<Arc<AskFunction>>,
    pub(crate) function: Arc<ToolFunction>,
}

impl Tool {
    /// Creates a tool. Dots in its name make namespaces: `git.commit` is called as
    /// `tools.git.commit()`.
    ///
    /// The function gets arguments that fit the [schema](Self::input). Without a schema they are any
    /// object.
    pub fn new<F, Fut>(name: impl Into<String>, function: F) -> Tool
    where
        F: Fn(ToolCall) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, ToolError>> + Send + 'static,
    {
        Tool {
            name: name.into(),
            description: String::new(),
            input: json!({ "type": "object" }),
            output: None,
            asks: None,
            function: Arc::new(move |call: ToolCall| -> ToolFuture { Box::pin(function(call)) }),
        }
    }

    /// Sets what the tool does, for the prompt of a model.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Tool {
        self.description = text.into();
        self
    }

    /// Sets the JSON Schema of its arguments. Other arguments are refused before the tool is called.
    #[must_use]
    pub fn input(mut self, schema: Value) -> Tool {
        self.input = schema;
        self
    }

    /// Sets the JSON Schema of its result. Another result is an error of the tool.
    #[must_use]
    pub fn output(mut self, schema: Value) -> Tool {
        self.output = Some(schema);
        self
    }

    /// Makes each call wait for approval: see [`Session::resume`](crate::Session::resume).
    #[must_use]
    pub fn ask(self) -> Tool {
        self.ask_when(|_| true)
    }

    /// Makes calls with some arguments wait for approval.
    #[must_use]
    pub fn ask_when(mut self, asks: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Tool {
        self.asks = Some(Arc::new(asks));
        self
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool")
            .field("name", &self.name)
            .field("asks", &self.asks.is_some())
            .finish_non_exhaustive()
    }
}

/// One call of a tool.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ToolCall {
    /// The name of the session and the number of the call. It is the same each time that this call
    /// is made, so a service can use it as an idempotency key.
    pub key: String,
    /// The arguments, which fit the schema.
    pub input: Value,
    /// Whether somebody approved the call.
    pub approved: bool,
}

/// The failure of a tool. The message is for the model: it says what to do differently.
///
/// ```
/// use jsvm_sandbox::ToolError;
/// let error = ToolError::new("there is no user 7. Call users.list first");
/// assert_eq!(error.to_string(), "there is no user 7. Call users.list first");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ToolError {
    message: String,
}

impl ToolError {
    /// Creates an error.
    pub fn new(message: impl Into<String>) -> ToolError {
        ToolError {
            message: message.into(),
        }
    }
}

/// Why a call of a tool failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ToolErrorCode {
    /// There is no such tool.
    UnknownTool,
    /// The arguments do not fit the schema.
    InvalidArguments,
    /// The tool returned an error.
    Failed,
    /// The tool returned a result that does not fit its schema.
    InvalidResult,
    /// The result is larger than [`Caps::tool_result`](crate::Caps::tool_result).
    ResultTooLarge,
    /// Somebody denied the call.
    Denied,
    /// The cell made more calls than [`Caps::calls`](crate::Caps::calls).
    TooManyCalls,
}

/// A part of a value that does not fit its schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Issue {
    /// The place in the value: a JSON Pointer, which is empty for the whole value.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

/// An error as the code of a cell gets it.
#[derive(Debug, Serialize)]
pub(crate) struct CallFailure {
    pub message: String,
    pub tool: String,
    pub code: ToolErrorCode,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
}
