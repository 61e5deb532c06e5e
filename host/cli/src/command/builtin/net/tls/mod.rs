//! TLS of sockets, by rustls. Keys and certificates come from the program, and so does the decision
//! what to do with a peer that cannot be verified.

mod certificate;
mod context;
mod session;
mod verify;

use serde::Serialize;

pub use self::context::{Context, Settings};
pub use self::session::{Hello, Options, Progress, Secured, Session};

/// Why something of TLS failed, with a code that programs know from OpenSSL or Node.js.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TlsError {
    pub code: &'static str,
    pub message: String,
}

impl TlsError {
    fn new(code: &'static str, message: impl Into<String>) -> TlsError {
        TlsError {
            code,
            message: message.into(),
        }
    }
}
