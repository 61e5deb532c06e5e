//! Events of a server.

use std::net::SocketAddr;
use std::time::Duration;

/// An event of a [`Server`](super::Server); see [`Server::on_event`](super::Server::on_event).
///
/// ```
/// use jsvm_http::{Event, Server};
/// fn log(server: Server) -> Server {
///     server.on_event(|event| match event {
///         Event::Access(access) => println!("{} {}", access.method, access.path),
///         Event::HandlerFailed { request, text } => eprintln!("request {request}: {text}"),
///         _ => {}
///     })
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request is finished: its response was sent or given up.
    Access(&'a Access),
    /// A handler failed.
    HandlerFailed {
        /// The number of the request, as in [`Access::request`].
        request: u64,
        /// A message for people, which may have several lines.
        text: &'a str,
    },
}

/// The record of a finished request.
///
/// ```
/// use jsvm_http::{Event, Server};
/// fn log(server: Server) -> Server {
///     server.on_event(|event| match event {
///         Event::Access(access) => println!("{} {}", access.method, access.path),
///         Event::HandlerFailed { request, text } => eprintln!("request {request}: {text}"),
///         _ => {}
///     })
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Access {
    /// The number of the request, from 1.
    pub request: u64,
    /// The method.
    pub method: String,
    /// The path and the query.
    pub path: String,
    /// The address of the client.
    pub remote: SocketAddr,
    /// The status, or `None` if the client disconnected before there was a response.
    pub status: Option<u16>,
    /// The number of bytes of the body that were passed to the connection.
    pub bytes: u64,
    /// Whether the body was sent to its end.
    pub complete: bool,
    /// The time from the head of the request to the end of the response.
    pub time: Duration,
}
