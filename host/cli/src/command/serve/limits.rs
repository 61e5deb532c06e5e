//! The limits of `jsvm serve`.

use std::time::Duration;

use clap::Args;
use jsvm_http::Server;

use crate::command::options::{ParsedArg, bytes, duration, memory, parsed_arg};
use crate::command::usage::Usage;

/// Limits of requests and connections.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub struct ServeLimits {
    /// Limit of the heap of a VM
    #[arg(long, value_name = "SIZE", value_parser = parsed_arg(memory), default_value = "128MiB")]
    pub memory: ParsedArg<u64>,

    /// Limit of the memory of all VMs and unsent responses together. Each request reserves --memory
    /// [default: no limit]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    total_memory: Option<u64>,

    /// Time limit until a response begins, and then for each next piece of its body
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    timeout: Duration,

    /// Time limit for a handler to compute without a pause
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5s")]
    pub busy_timeout: Duration,

    /// Time limit for a client to send the head of a request, handshakes included
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10s")]
    header_timeout: Duration,

    /// Time limit for a client to send the next 64 KiB of a body, or its end
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    body_timeout: Duration,

    /// Time limit for a client to take the next 64 KiB of a response, or its end
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    write_timeout: Duration,

    /// Time that a connection stays open without a request
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "60s")]
    idle_timeout: Duration,

    /// Largest body of a request
    #[arg(long, value_name = "SIZE", value_parser = bytes, default_value = "16MiB")]
    max_body: u64,

    /// Largest head of a request
    #[arg(long, value_name = "SIZE", value_parser = bytes, default_value = "32KiB")]
    max_header: u64,

    /// Number of requests that are answered at a time
    #[arg(long, value_name = "NUMBER", default_value_t = 256)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=8000))]
    pub max_concurrent: u32,

    /// Number of requests that wait when all VMs are in use; more get status 503
    #[arg(long, value_name = "NUMBER", default_value_t = 1024)]
    max_waiting: u32,

    /// Number of open connections; more wait [default: half of the files that the process may open,
    /// and at most 10,000]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: Option<u32>,

    /// Time limit for requests in flight when the server stops
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    shutdown_timeout: Duration,
}

impl ServeLimits {
    /// Checks that the limits go together.
    pub fn check(&self) -> Result<(), Usage> {
        match self.total_memory {
            Some(total) if total < self.memory.value => Err(Usage(format!(
                "--total-memory must be at least --memory {}: no request would have room",
                self.memory.text
            ))),
            _ => Ok(()),
        }
    }

    /// Applies the limits that hold for programs and components alike.
    pub fn set(&self, server: Server) -> Server {
        let mut server = server
            .timeout(Some(self.timeout))
            .header_timeout(self.header_timeout)
            .body_timeout(self.body_timeout)
            .write_timeout(self.write_timeout)
            .idle_timeout(self.idle_timeout)
            .max_header(usize::try_from(self.max_header).unwrap_or(usize::MAX))
            .max_body(self.max_body)
            .max_concurrent(self.max_concurrent as usize)
            .max_waiting(self.max_waiting as usize)
            .shutdown_timeout(self.shutdown_timeout);
        if let Some(total) = self.total_memory {
            server = server.total_memory(total, self.memory.value);
        }
        if let Some(connections) = self.max_connections {
            server = server.max_connections(connections as usize);
        }
        server
    }
}
