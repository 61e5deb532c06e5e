//! Requests of `fetch`, and of programs that serve HTTP.
//!
//! | request | arguments | fulfilled with |
//! |---|---|---|
//! | [`FETCH`] | a [`request`], `{ signal }` | a [`response`] |
//! | [`READ`] | number of an incoming body | a `Uint8Array`, or `undefined` at the end |
//! | [`CANCEL`] | number of an incoming body | `undefined` |
//! | [`WRITE`] | number of an outgoing body, `Uint8Array` | `undefined` |
//! | [`END`] | number of an outgoing body, error text or `undefined` | `undefined` |
//! | [`RESPOND`] | number of a served request, a [`response`] | `undefined` |
//! | [`FAILED`] | number of a served request, text of the error with its stack | `undefined` |
//! | [`DONE`] | number of a served request | `undefined` |
//!
//! # Bodies
//!
//! The property `body` of a request or response has one of these values:
//!
//! | value | meaning |
//! |---|---|
//! | `undefined` | There is no body. A driver may also say `null`. |
//! | `Uint8Array` | The value is the whole body. |
//! | a number from the VM | The bytes follow by [`WRITE`] until [`END`]. The VM counts these numbers. |
//! | a number from the driver | The VM asks for the bytes by [`READ`], and stops by [`CANCEL`]. The driver counts these numbers, and never uses one twice: a frozen VM remembers the old ones. |
//!
//! # Headers
//!
//! The property `headers` is an array of pairs `[name, value]`. Names are in lower case. A value has
//! one character for each byte: [`header_chars`] and [`header_bytes`] convert it. A field that comes
//! twice is there twice, in its order. Fields of one connection, such as `transfer-encoding`, are
//! left to the driver.

/// Sends a request to another host and waits for the head of the response.
///
/// The arguments are a [`request`] and an object with the property [`SIGNAL`]. The result is a
/// [`response`] without [`response::DONE`]. A redirect is a result like any other: the VM follows
/// it by another request.
pub const FETCH: &str = "jsvm:http-fetch";

/// Waits for the next bytes of an incoming body.
///
/// The argument is the number of the body. The result is a `Uint8Array` of the bytes that are
/// there, at most [`MAX_READ_BYTES`], or `undefined` at the end. If the peer breaks off, the driver
/// rejects the request.
pub const READ: &str = "jsvm:http-read";

/// Gives up an incoming body.
///
/// The argument is the number of the body. The result is `undefined`. A [`READ`] that waits for the
/// body may be settled with anything.
pub const CANCEL: &str = "jsvm:http-cancel";

/// Sends bytes of an outgoing body.
///
/// The arguments are the number of the body and a `Uint8Array`. The driver settles the request
/// when it can take the next bytes, so a slow peer slows the program down. If the peer is gone, the
/// driver rejects the request.
pub const WRITE: &str = "jsvm:http-write";

/// Ends an outgoing body.
///
/// The arguments are the number of the body and, if the program failed, the text of its error. The
/// driver settles the request when it has sent everything. With an error the driver resets the
/// connection, so that the peer does not take the body for complete.
pub const END: &str = "jsvm:http-end";

/// Sends the head of the response to a served request.
///
/// The arguments are the number of the served request and a [`response`]. If the client is gone,
/// the driver rejects the request.
pub const RESPOND: &str = "jsvm:http-respond";

/// Ends a served request.
///
/// The argument is the number of the served request. The body was sent or given up, and all
/// promises that the program handed to `ctx.waitUntil` are settled.
pub const DONE: &str = "jsvm:http-done";

/// Reports that the program has no response to a served request.
///
/// The arguments are the number of the served request and the text of the error with its stack. The
/// driver answers the client with status 500 and logs the text.
pub const FAILED: &str = "jsvm:http-failed";

/// The root with the entry function of a program that serves.
///
/// The driver calls the function once for each request, with a number that the driver chooses, a
/// [`request`] and a [`context`]. The driver ignores the function's result: the response comes by
/// [`RESPOND`], [`FAILED`] and [`DONE`] with the same number.
pub const HANDLER: &str = "jsvm:http-handler";

/// The root with a function that a driver calls after a job was stopped and garbage was collected. It
/// takes nothing, and returns an array with the numbers of requests that nothing in the VM ends any
/// more; some of them may be done. It knows the requests with [`context::TRACK`].
pub const LOST: &str = "jsvm:http-lost";

/// The root with a function that a driver may call when a client has disconnected, with the number of the
/// request. It aborts the `signal` of the request and cancels the stream of the response. It knows only
/// the latest request without [`context::TRACK`].
pub const GONE: &str = "jsvm:http-gone";

/// The content codings that the VM itself removes from the body of a response, as a header
/// `accept-encoding` lists them.
pub const VM_CODINGS: &str = "gzip, deflate";

/// The most bytes that one [`READ`] gives: 64 KiB.
pub const MAX_READ_BYTES: usize = 64 << 10;

/// The property of the last argument of [`FETCH`] that holds an `AbortSignal`.
///
/// Only the VM uses it. It cancels the request when the script aborts the signal.
pub const SIGNAL: &str = "signal";

/// The requests, each after the property under which the VM's scripts find its function.
pub const REQUESTS: [(&str, &str); 8] = [
    ("fetch", FETCH),
    ("read", READ),
    ("cancel", CANCEL),
    ("write", WRITE),
    ("end", END),
    ("respond", RESPOND),
    ("done", DONE),
    ("failed", FAILED),
];

/// The properties of a request record.
///
/// | property | value |
/// |---|---|
/// | `method` | string; empty means `GET` |
/// | `url` | string: an absolute URL |
/// | `headers` | array of pairs: see [Headers](super::http#headers) |
/// | `body` | see [Bodies](super::http#bodies) |
/// | `decode` | only of [`FETCH`]: whether the driver may decode the body of the response |
pub mod request {
    /// The method, as a string.
    pub const METHOD: &str = "method";
    /// The absolute URL, as a string.
    pub const URL: &str = "url";
    /// The header fields: see [Headers](super#headers).
    pub const HEADERS: &str = "headers";
    /// The body: see [Bodies](super#bodies).
    pub const BODY: &str = "body";
    /// Whether the driver may remove the content codings of the response's body, and say so by
    /// [`DECODED`](super::response::DECODED). Then it also asks for codings, by a header
    /// `accept-encoding`, if the request has none: for those that it removes and for
    /// [`VM_CODINGS`](super::VM_CODINGS), which the VM removes otherwise.
    pub const DECODE: &str = "decode";
}

/// The properties of a response record.
///
/// | property | value |
/// |---|---|
/// | `status` | number |
/// | `statusText` | string; HTTP/2 has none, so it may be empty |
/// | `headers` | array of pairs: see [Headers](super::http#headers) |
/// | `body` | see [Bodies](super::http#bodies) |
/// | `done` | only of [`RESPOND`]: `true` if no [`DONE`] follows |
/// | `decoded` | only of [`FETCH`]: `true` if the driver removed the codings that `content-encoding` names |
pub mod response {
    /// The status code, as a number.
    pub const STATUS: &str = "status";
    /// The reason phrase, as a string.
    pub const STATUS_TEXT: &str = "statusText";
    /// The header fields: see [Headers](super#headers).
    pub const HEADERS: &str = "headers";
    /// The body: see [Bodies](super#bodies).
    pub const BODY: &str = "body";
    /// Whether this is all of the response to a served request. Then no [`DONE`](super::DONE)
    /// follows the [`RESPOND`](super::RESPOND).
    pub const DONE: &str = "done";
    /// Whether the driver has removed the content codings of the body. The headers stay as they came.
    /// Only if the request had [`DECODE`](super::request::DECODE).
    pub const DECODED: &str = "decoded";
}

/// The properties of the last argument of [`HANDLER`].
///
/// | property | value |
/// |---|---|
/// | `env` | object of strings: the environment variables of the program |
/// | `remote` | string: the address of the client; or `undefined` |
/// | `track` | whether [`LOST`] may report the request; `false` by default, which costs less |
pub mod context {
    /// The environment variables, as an object of strings.
    pub const ENV: &str = "env";
    /// The address of the client, as a string.
    pub const REMOTE: &str = "remote";
    /// Whether the request is one that [`LOST`](super::LOST) may report.
    pub const TRACK: &str = "track";
}

/// Converts the bytes of a header value into the characters that the VM gets: one for each byte.
///
/// ```
/// use jsvm_protocol::http::header_chars;
///
/// assert_eq!(header_chars(b"caf\xe9").collect::<String>(), "café");
/// ```
pub fn header_chars(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.iter().copied().map(char::from)
}

/// Converts a header value of the VM into bytes. A character above U+00FF becomes `?`.
///
/// ```
/// use jsvm_protocol::http::header_bytes;
///
/// assert_eq!(header_bytes("café").collect::<Vec<u8>>(), b"caf\xe9");
/// assert_eq!(header_bytes("5 €").collect::<Vec<u8>>(), b"5 ?");
/// ```
pub fn header_bytes(text: &str) -> impl Iterator<Item = u8> {
    text.chars().map(|c| u8::try_from(c).unwrap_or(b'?'))
}
