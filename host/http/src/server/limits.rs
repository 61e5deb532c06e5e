//! The limits of a [`Server`].

use std::time::Duration;

use tokio::sync::Semaphore;

use super::Server;

impl Server {
    /// Sets the time limit until a response begins, and then for each next piece of its body and
    /// for the work after the response; 30 seconds by default, `None` for no limit. A request waits
    /// no longer for its turn either. The limit on computing without a pause is a
    /// [limit](jsvm::Limits::time) of the VM.
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Sets the time limit for the head of a request; 10 seconds by default. For the first request
    /// of a connection it includes the handshakes of TLS and HTTP/2.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.settings.header_timeout = timeout;
        self
    }

    /// Sets the time that the server waits for the next 64 KiB of the body of a request, or for its
    /// end; 30 seconds by default. Only the time counts in which the program waits for the client.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.settings.body_timeout = timeout;
        self
    }

    /// Sets the time in which a client must take the next 64 KiB of a response, or what is left of
    /// it; 30 seconds by default. Then the connection, or the HTTP/2 stream, is reset.
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.settings.write_timeout = timeout;
        self
    }

    /// Sets the time that a connection may be open without a request, after its first; 60 seconds by
    /// default.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle_timeout = timeout;
        self
    }

    /// Sets the maximum size of the head of a request, in bytes; 32 KiB by default, and at least 8
    /// KiB.
    pub fn max_header(mut self, bytes: usize) -> Self {
        self.settings.max_header = bytes.max(8 << 10);
        self
    }

    /// Sets the maximum size of the body of a request, in bytes; 16 MiB by default.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.settings.max_body = bytes;
        self
    }

    /// Sets the number of requests that are answered at a time, each by its own VM; 256 by default.
    pub fn max_concurrent(mut self, requests: usize) -> Self {
        self.settings.max_concurrent = requests.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Sets the number of requests that wait when all VMs are in use; 1,024 by default. More get
    /// status 503.
    pub fn max_waiting(mut self, requests: usize) -> Self {
        self.settings.max_waiting = requests;
        self
    }

    /// Sets the number of connections at a time. When there are as many, connections that had no
    /// request for a second end, and further ones wait in the queue of the system. By default it is half of the number of files that the process may open, and at most 10,000.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.settings.max_connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Sets a limit for the memory of all requests together, in bytes, of which each reserves
    /// `request`; none by default. `request` is the memory limit of a VM. When its VM is done, a
    /// request keeps the size of its response until the client has taken it. Requests wait for
    /// memory as they wait for a VM.
    pub fn total_memory(mut self, total: u64, request: u64) -> Self {
        self.settings.total_memory = Some((total, request));
        self
    }

    /// Sets the time limit for requests in flight when the server stops; 30 seconds by default.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.settings.shutdown_timeout = timeout;
        self
    }
}
