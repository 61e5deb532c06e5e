//! Heads of messages in the types of WASI 0.3.

use jsvm_driver::IncomingRequestHead;
use wasip3::http::types::{ErrorCode, Fields, HeaderError, Method, Request, Scheme};

jsvm_driver::wasi_http!();

/// The head of a request that arrives.
pub fn request_head(request: &Request) -> IncomingRequestHead {
    IncomingRequestHead {
        method: method_name(request.get_method()),
        is_https: matches!(request.get_scheme(), Some(Scheme::Https)),
        authority: request.get_authority(),
        path: request.get_path_with_query(),
        fields: request.get_headers().copy_all(),
    }
}
