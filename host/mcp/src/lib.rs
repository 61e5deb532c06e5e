//! A Model Context Protocol server on standard input and output, whose one tool, `run_code`, runs code
//! over the tools of other servers.
//!
//! A model that gets a hundred tools spends its context on their descriptions and on what they
//! return. With one tool that runs code, it filters and combines results before it sees them.
//!
//! * [`Config`] names the other servers, which run as child processes.
//! * Sessions are files in a folder, so they survive the process.
//! * Calls that the configuration says to ask for wait until a person decides by [`decide`], which
//!   another process does: the model cannot approve its own calls.

mod config;
mod error;
mod service;
mod store;
mod upstream;

use jsvm_sandbox::{Caps, PendingCall, Sandbox};
use rmcp::ServiceExt;
use rmcp::transport::stdio;

pub use config::{CellLimits, Config, ServerCommand};
pub use error::McpError;
pub use jsvm_sandbox::Decision;

use service::CodeServer;
use store::Store;
use upstream::Upstream;

/// Serves on standard input and output until the client ends the connection.
///
/// `warn` gets a line for each tool of another server that cannot be offered.
///
/// # Errors
/// If a server of the configuration cannot be started, or the client does not speak the protocol.
pub async fn serve(config: &Config, warn: impl Fn(&str)) -> Result<(), McpError> {
    let store = Store::open(&config.sessions)?;
    let caps = Caps::default()
        .time(config.limits.time()?)
        .calls(config.limits.calls);
    let mut upstreams = Vec::new();
    let mut tools = Vec::new();
    for (name, server) in &config.servers {
        let upstream = Upstream::start(name, server).await?;
        for tool in &upstream.tools {
            // One wrong tool of a server should not take away the others.
            match Sandbox::builder().tool(tool.clone()).build() {
                Ok(_) => tools.push(tool.clone()),
                Err(error) => warn(&format!("the tool {} is left out: {error}", tool.name())),
            }
        }
        upstreams.push(upstream);
    }
    let limits = config.limits.of_vm();
    let sandbox = Sandbox::builder()
        .tools(tools)
        .limits(limits)
        .caps(caps)
        .build()?;
    let server = CodeServer::new(sandbox, store);
    let running = server
        .serve(stdio())
        .await
        .map_err(|error| McpError::Serve(error.to_string()))?;
    running
        .waiting()
        .await
        .map_err(|error| McpError::Serve(error.to_string()))?;
    drop(upstreams);
    Ok(())
}

/// Returns the calls that wait for approval, with the names of their sessions. Sessions that are in
/// use are left out.
///
/// # Errors
/// If a session cannot be read.
pub fn waiting(config: &Config) -> Result<Vec<(String, PendingCall)>, McpError> {
    let store = Store::open(&config.sessions)?;
    let mut all = Vec::new();
    for name in store.names()? {
        let locked = match store.lock(&name) {
            Ok(locked) => locked,
            Err(McpError::InUse(_)) => continue,
            Err(error) => return Err(error),
        };
        if let Some(bytes) = locked.read()? {
            let calls = calls_of(config, &bytes)?;
            all.extend(calls.into_iter().map(|call| (name.clone(), call)));
        }
    }
    Ok(all)
}

/// Decides about a call that waits. The session goes on when its client resumes it.
///
/// # Errors
/// [`McpError::NoSession`]; [`McpError::NoCall`]; and if the files cannot be used.
pub fn decide(
    config: &Config,
    session: &str,
    call: u64,
    decision: &Decision,
) -> Result<PendingCall, McpError> {
    let locked = Store::open(&config.sessions)?.lock(session)?;
    let missing = || McpError::NoSession(session.to_owned());
    let bytes = locked.read()?.ok_or_else(missing)?;
    let calls = calls_of(config, &bytes)?;
    let found = calls.into_iter().find(|waiting| waiting.id == call);
    let found = found.ok_or_else(|| McpError::NoCall {
        session: session.to_owned(),
        call,
    })?;
    locked.decide(call, decision)?;
    Ok(found)
}

fn calls_of(config: &Config, bytes: &[u8]) -> Result<Vec<PendingCall>, McpError> {
    let limits = config.limits.of_vm();
    let session = Sandbox::builder().limits(limits).build()?.restore(bytes)?;
    Ok(session.waiting()?)
}
