//! Code mode: runs code that a language model writes, over tools, in sessions that can be stopped,
//! asked about, saved and resumed.
//!
//! ```
//! use jsvm_sandbox::{Decision, Sandbox, Tool, ToolCall};
//! use serde_json::json;
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let stock = Tool::new("stock", async |_: ToolCall| Ok(json!([{ "item": "tea", "left": 2 }])));
//! let order = Tool::new("order", async |_: ToolCall| Ok(json!("ordered"))).ask();
//! let sandbox = Sandbox::builder().tools([stock, order]).build()?;
//!
//! // The prompt of the model has sandbox.declarations(). It answers with code:
//! let mut session = sandbox.session()?;
//! let outcome = session
//!     .run("const low = (await tools.stock()).filter((row) => row.left < 5);
//!           await Promise.all(low.map(({ item }) => tools.order({ item, count: 10 })))")
//!     .await?;
//!
//! // Somebody has to approve the order. Until then, the session is bytes.
//! let call = &outcome.waiting()[0];
//! assert_eq!((&*call.tool, &call.input), ("order", &json!({ "item": "tea", "count": 10 })));
//! let bytes = session.to_bytes()?;
//! let mut session = sandbox.restore(&bytes)?;
//! let outcome = session.resume([(call.id, Decision::Approve)]).await?;
//! assert_eq!(outcome.value().unwrap().json, Some(json!(["ordered"])));
//! # Ok::<(), jsvm_sandbox::SandboxError>(()) })?;
//! # Ok::<(), jsvm_sandbox::SandboxError>(())
//! ```
//!
//! | to | see |
//! |---|---|
//! | say what code can call | [`Tool`], [`SandboxBuilder`] |
//! | tell a model what it can call | [`Sandbox::declarations`] |
//! | run code | [`Session::run`], [`Outcome`] |
//! | have calls approved | [`Tool::ask`], [`Session::resume`], [`Decision`] |
//! | save a session, or continue it twice | [`Session::to_bytes`], [`Sandbox::restore`], [`Session::fork`] |
//! | give files to code, and see what it changed | [`Session::files`], [`Outcome::files`] |
//! | limit what code uses | [`Caps`], [`SandboxBuilder::limits`] |
//! | see what it used | [`Costs`], [`CallRecord`] |

mod bytes;
mod caps;
mod declare;
mod drive;
mod error;
mod fault;
mod files;
mod gate;
mod outcome;
mod report;
mod sandbox;
mod schema;
mod session;
mod stop;
mod tool;
mod tools;

pub use caps::Caps;
pub use error::SandboxError;
pub use fault::{CellError, FaultKind, Place, ToolFault};
pub use files::{FileEntry, Files};
pub use gate::Decision;
pub use outcome::{
    CallEnd, CallRecord, CellValue, ConsoleMessage, ConsoleOutput, Costs, FileChange,
    FileChangeKind, Outcome, PendingCall, Status,
};
pub use sandbox::{Sandbox, SandboxBuilder};
pub use session::Session;
pub use stop::StopHandle;
pub use tool::{Issue, Tool, ToolCall, ToolError, ToolErrorCode};
