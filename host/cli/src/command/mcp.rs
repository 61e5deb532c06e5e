//! `jsvm mcp`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jsvm_mcp::{Config, Decision};

use super::{escape, output};

/// Serve a tool that runs code over the tools of other MCP servers
///
/// It is a Model Context Protocol server on standard input and output, with the tool run_code. The
/// configuration is a file in JSON that names the other servers, as clients of the protocol have
/// it, and a folder for sessions.
///
/// A server can list tools to "ask" for: a person approves or denies their calls with the commands
/// below, and the session waits until then.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  \
    jsvm mcp --config mcp.json\n  \
    jsvm mcp waiting --config mcp.json\n  \
    jsvm mcp approve --config mcp.json default 3\n  \
    jsvm mcp deny --config mcp.json default 3 'Ask for less than 100 EUR'\n\n\
    A configuration:\n  \
    { \"sessions\": \"sessions\",\n    \
      \"mcpServers\": { \"mail\": { \"command\": \"mail-mcp\", \"args\": [], \"ask\": [\"send\"] } } }"
)]
pub struct Mcp {
    #[command(flatten)]
    serve: Option<Configured>,

    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Args)]
struct Configured {
    /// The configuration
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

#[derive(Subcommand)]
enum Verb {
    /// Print the calls that wait for approval
    Waiting {
        #[command(flatten)]
        configured: Configured,
    },
    /// Approve a call: the session goes on when its client resumes it
    Approve {
        #[command(flatten)]
        configured: Configured,
        /// The name of the session
        session: String,
        /// The number of the call
        call: u64,
    },
    /// Deny a call
    Deny {
        #[command(flatten)]
        configured: Configured,
        /// The name of the session
        session: String,
        /// The number of the call
        call: u64,
        /// The reason, which the code gets
        reason: String,
    },
}

impl Mcp {
    pub fn run(self) -> anyhow::Result<()> {
        match (self.verb, self.serve) {
            (None, Some(configured)) => serve(&configured.read()?),
            (None, None) => Err(super::usage::Usage(
                "--config FILE is missing: it names the other servers and the folder of sessions"
                    .into(),
            )
            .into()),
            (Some(Verb::Waiting { configured }), _) => {
                for (session, call) in jsvm_mcp::waiting(&configured.read()?)? {
                    let line = format!("{session} {} {} {}", call.id, call.tool, call.input);
                    output::print(&escape::lines(&line));
                }
                Ok(())
            }
            (
                Some(Verb::Approve {
                    configured,
                    session,
                    call,
                }),
                _,
            ) => decide(&configured, &session, call, &Decision::Approve, "approved"),
            (
                Some(Verb::Deny {
                    configured,
                    session,
                    call,
                    reason,
                }),
                _,
            ) => decide(
                &configured,
                &session,
                call,
                &Decision::Deny(reason),
                "denied",
            ),
        }
    }
}

impl Configured {
    fn read(&self) -> anyhow::Result<Config> {
        Ok(Config::read(&self.config)?)
    }
}

fn serve(config: &Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let warn = |line: &str| output::print_error(&escape::lines(&format!("jsvm: {line}")));
    let served = runtime.block_on(jsvm_mcp::serve(config, warn));
    // A read of standard input cannot be stopped.
    runtime.shutdown_background();
    Ok(served?)
}

fn decide(
    configured: &Configured,
    session: &str,
    call: u64,
    decision: &Decision,
    done: &str,
) -> anyhow::Result<()> {
    let call = jsvm_mcp::decide(&configured.read()?, session, call, decision)?;
    let line = format!("{done}: {} {}", call.tool, call.input);
    output::print(&escape::lines(&line));
    Ok(())
}
