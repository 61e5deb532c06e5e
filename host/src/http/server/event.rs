//! What a server tells of its work.

use std::net::SocketAddr;
use std::time::Duration;

/// Something that whoever runs a [`Server`](super::Server) may want to know.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request is over: the response was sent, or given up.
    Access(&'a Access),
    /// A handler failed; the text is for people, and may have several lines.
    Failed {
        /// As in [`Access::request`].
        request: u64,
        /// What happened.
        text: &'a str,
    },
}

/// What became of a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Access {
    /// The number of the request, from 1.
    pub request: u64,
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The address of the client.
    pub remote: SocketAddr,
    /// The status; none if the client was gone before there was one.
    pub status: Option<u16>,
    /// Bytes of the body that were handed to the connection.
    pub bytes: u64,
    /// Whether the body was sent to its end.
    pub complete: bool,
    /// From when the head of the request was there until the response was sent.
    pub time: Duration,
}
