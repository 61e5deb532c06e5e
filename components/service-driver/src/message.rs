//! Heads of messages.

use jsvm_component_data::Value;
use jsvm_driver::{given, header_pairs, type_error};
use wasip3::http::types::{ErrorCode, Fields, HeaderError, Method, Request, Scheme};

use crate::bodies;

jsvm_driver::names!();

/// `{ method, url, headers, body }` of a request that arrives, and the number of its body.
pub fn head(request: Request) -> (Value, Option<u64>) {
    let method = request.get_method();
    let scheme = match request.get_scheme() {
        Some(Scheme::Https) => "https",
        _ => "http",
    };
    let pairs = request.get_headers().copy_all();
    let first = |wanted: &str| {
        let mut pairs = pairs.iter();
        let found = pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value)
    };
    let is_empty = matches!(method, Method::Get | Method::Head)
        || first("content-length").is_some_and(|length| length == b"0");
    let authority = request.get_authority().unwrap_or_else(|| {
        let host = first("host").and_then(|host| String::from_utf8(host.clone()).ok());
        host.unwrap_or_else(|| "localhost".to_owned())
    });
    let path = request.get_path_with_query();
    let path = path.unwrap_or_else(|| "/".to_owned());
    let body = match is_empty {
        true => Value::Undefined,
        false => bodies::receive(|told| Request::consume_body(request, told)),
    };
    let number = body.to_u64();
    let head = Value::object([
        ("method", Value::Text(method_name(method))),
        ("url", Value::Text(format!("{scheme}://{authority}{path}"))),
        ("headers", given(pairs)),
        ("body", body),
    ]);
    (head, number)
}

/// Header fields of what the VM gives. Those that belong to the connection are left out.
///
/// # Errors
/// A `TypeError` for what no field can be.
pub fn fields(headers: Value, body: &Value) -> Result<Fields, Value> {
    let fields = Fields::new();
    for (name, value) in header_pairs(headers, body) {
        match fields.append(&name, &value) {
            Ok(()) | Err(HeaderError::Forbidden) => {}
            Err(_) => return Err(type_error(format!("the header {name} cannot be sent"))),
        }
    }
    Ok(fields)
}
