//! Errors.

use std::io;
use std::path::PathBuf;

use jsvm_sandbox::SandboxError;

/// A failure of the server, or of a command about its sessions.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum McpError {
    /// The configuration file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The configuration file is not valid.
    #[error("{} is not a valid configuration: {source}", .path.display())]
    ConfigSyntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A limit makes no sense.
    #[error("the limit {name} cannot be {value}: give a number above 0")]
    InvalidLimit {
        /// Its name in the configuration.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// A server cannot be started.
    #[error("cannot start the MCP server {name:?} ({command}): {source}")]
    Start {
        /// Its name in the configuration.
        name: String,
        /// The program.
        command: String,
        /// Why.
        source: io::Error,
    },
    /// A server does not speak the protocol.
    #[error("the MCP server {name:?} does not answer as it has to: {reason}")]
    Handshake {
        /// Its name in the configuration.
        name: String,
        /// What happened.
        reason: String,
    },
    /// The client of this server does not speak the protocol.
    #[error("cannot serve: {0}")]
    Serve(String),
    /// A session cannot have this name.
    #[error("a session cannot have the name {0:?}: use 1 to 64 letters, digits, - and _")]
    SessionName(String),
    /// There is no such session.
    #[error("there is no session {0:?}")]
    NoSession(String),
    /// Another process or call uses the session.
    #[error("the session {0:?} is in use: try again when the other call has ended")]
    InUse(String),
    /// A file of a session cannot be read or written.
    #[error("cannot use {}: {source}", .path.display())]
    SessionFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No call of this number waits.
    #[error("no call with the number {call} waits in the session {session:?}")]
    NoCall {
        /// The session.
        session: String,
        /// The number.
        call: u64,
    },
    /// A session cannot be used.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}
