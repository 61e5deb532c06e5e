//! Heads of messages.

use jsvm_component_data::{Value, from_bytes};
use jsvm_driver::{header_pairs, type_error};
use wasip3::http::types::{Fields, HeaderError, Method, Request, Scheme};

use crate::bodies;

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

/// Header fields for the VM.
pub fn given(pairs: Vec<(String, Vec<u8>)>) -> Value {
    let pairs = pairs.into_iter().map(|(name, value)| {
        let name = Value::Text(name.to_ascii_lowercase());
        Value::List(vec![name, Value::Text(from_bytes(&value))])
    });
    Value::List(pairs.collect())
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

fn method_name(method: Method) -> String {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => return name,
    }
    .to_owned()
}

/// The method of a name.
pub fn method_of(name: &str) -> Method {
    match name {
        "GET" | "" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "CONNECT" => Method::Connect,
        "OPTIONS" => Method::Options,
        "TRACE" => Method::Trace,
        "PATCH" => Method::Patch,
        other => Method::Other(other.to_owned()),
    }
}
