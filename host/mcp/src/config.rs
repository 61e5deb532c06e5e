//! The configuration file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::error::McpError;

/// Bytes of a configuration file.
const MAX_FILE: u64 = 1 << 20;

/// The configuration: which servers there are, and where sessions are kept.
///
/// ```
/// let config: jsvm_mcp::Config = serde_json::from_str(r#"{
///     "sessions": "sessions",
///     "mcpServers": {
///         "mail": { "command": "mail-mcp", "args": ["--account", "me"], "ask": ["send", "delete_*"] }
///     }
/// }"#)?;
/// assert!(config.servers["mail"].asks("delete_all") && !config.servers["mail"].asks("read"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The servers whose tools code can call, by their namespace: `tools.NAME.…`.
    #[serde(rename = "mcpServers", default)]
    pub servers: BTreeMap<String, ServerCommand>,
    /// The folder in which sessions are kept. A relative path starts from the folder of the file.
    pub sessions: PathBuf,
    /// What a cell may use.
    #[serde(default)]
    pub limits: CellLimits,
}

/// How a server is started, as other clients of the protocol have it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ServerCommand {
    /// The program.
    pub command: PathBuf,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// Variables of its environment, in addition to those of this process.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Its folder.
    #[serde(default)]
    pub cwd: Option<PathBuf>,
    /// The tools that code can call; all if missing. A `*` at the end stands for anything.
    #[serde(default)]
    pub tools: Option<Vec<String>>,
    /// The tools whose calls a person has to approve. A `*` at the end stands for anything.
    #[serde(default)]
    pub ask: Vec<String>,
}

/// What a cell may use.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CellLimits {
    /// Seconds of a cell, waiting for tools included; 60 by default.
    pub seconds: f64,
    /// MiB of the heap of a session; 64 by default.
    pub memory: u32,
    /// Calls of tools in one cell; 1,000 by default.
    pub calls: u32,
}

impl Default for CellLimits {
    fn default() -> Self {
        CellLimits {
            seconds: 60.0,
            memory: 64,
            calls: 1_000,
        }
    }
}

impl CellLimits {
    /// The limits of a VM.
    pub(crate) fn of_vm(&self) -> jsvm::Limits {
        let memory = u64::from(self.memory) << 20;
        // The rest is for what the VM itself has.
        let hard_memory = memory.saturating_add(64 << 20).min(4 << 30);
        jsvm::Limits::default()
            .memory(memory)
            .hard_memory(hard_memory)
    }

    /// The time of a cell.
    ///
    /// # Errors
    /// [`McpError::InvalidLimit`] if it is no time.
    pub(crate) fn time(&self) -> Result<Duration, McpError> {
        Duration::try_from_secs_f64(self.seconds)
            .ok()
            .filter(|time| !time.is_zero())
            .ok_or(McpError::InvalidLimit {
                name: "seconds",
                value: self.seconds.to_string(),
            })
    }
}

impl Config {
    /// Reads a file in JSON.
    ///
    /// # Errors
    /// [`McpError::ConfigFile`] if it cannot be read; [`McpError::ConfigSyntax`].
    pub fn read(path: &Path) -> Result<Config, McpError> {
        let unreadable = |source| McpError::ConfigFile {
            path: path.to_owned(),
            source,
        };
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        if size > MAX_FILE {
            return Err(unreadable(std::io::ErrorKind::FileTooLarge.into()));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let mut config: Config =
            serde_json::from_str(&text).map_err(|source| McpError::ConfigSyntax {
                path: path.to_owned(),
                source,
            })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.sessions = folder.join(&config.sessions);
        Ok(config)
    }
}

impl ServerCommand {
    /// Whether code can call a tool.
    pub fn offers(&self, tool: &str) -> bool {
        match &self.tools {
            Some(patterns) => matches_any(patterns, tool),
            None => true,
        }
    }

    /// Whether a person has to approve calls of a tool.
    pub fn asks(&self, tool: &str) -> bool {
        matches_any(&self.ask, tool)
    }
}

fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == pattern,
        })
}
