//! Heads of messages. All versions of `wasi:http` have the same, in types of their own.

use jsvm_component_data::Value;
use jsvm_protocol::http::{self, header_bytes, header_chars};

/// Names and values of header fields.
pub type Fields = Vec<(String, Vec<u8>)>;

/// The head of a request that arrives.
pub struct IncomingRequestHead {
    /// The method.
    pub method: String,
    /// Whether the request came by TLS.
    pub is_https: bool,
    /// The host that the client asked for.
    pub authority: Option<String>,
    /// The path with the query.
    pub path: Option<String>,
    /// The header fields.
    pub fields: Fields,
}

impl IncomingRequestHead {
    /// Whether the request may have a body.
    pub fn may_have_body(&self) -> bool {
        let is_empty = self.field("content-length") == Some(b"0");
        !matches!(&*self.method, "GET" | "HEAD") && !is_empty
    }

    fn field(&self, name: &str) -> Option<&[u8]> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }

    /// The request record for the VM, with this body.
    pub fn into_value(self, body: Value) -> Value {
        let scheme = if self.is_https { "https" } else { "http" };
        let host = || str::from_utf8(self.field("host")?).ok();
        let authority = self.authority.as_deref().or_else(host);
        let authority = authority.unwrap_or("localhost");
        let path = escaped(self.path.as_deref().unwrap_or("/"));
        Value::object([
            (
                http::request::URL,
                Value::Text(format!("{scheme}://{authority}{path}")),
            ),
            (http::request::METHOD, Value::Text(self.method)),
            (http::request::HEADERS, headers_value(self.fields)),
            (http::request::BODY, body),
        ])
    }
}

/// Escapes what is not ASCII, as clients should have done. A URL parser would do it too, but the VM
/// takes the URL of a request as it is.
fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'!'..=b'~' => escaped.push(byte.into()),
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// The head of a response to a request of the VM.
pub struct IncomingResponseHead {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub fields: Fields,
}

impl IncomingResponseHead {
    /// Whether the response may have a body. Some statuses forbid one, whatever the peer sends.
    pub fn may_have_body(&self) -> bool {
        !matches!(self.status, 204 | 205 | 304)
    }

    /// The response record for the VM, with this body.
    pub fn into_value(self, body: Value) -> Value {
        Value::object([
            (http::response::STATUS, Value::Number(self.status.into())),
            (http::response::STATUS_TEXT, Value::text("")),
            (http::response::HEADERS, headers_value(self.fields)),
            (http::response::BODY, body),
        ])
    }
}

/// Header fields for the VM.
fn headers_value(fields: Fields) -> Value {
    let pairs = fields.into_iter().map(|(name, value)| {
        let name = Value::Text(name.to_ascii_lowercase());
        let value = Value::Text(header_chars(&value).collect());
        Value::List(vec![name, value])
    });
    Value::List(pairs.collect())
}

/// Header fields from the VM. A body that is whole adds its length.
pub fn header_fields(headers: Value, body: &Value) -> Fields {
    let mut fields = Fields::new();
    for pair in headers.into_list().unwrap_or_default() {
        let mut pair = pair.into_list().unwrap_or_default().into_iter();
        let name = pair.next().and_then(Value::into_text).unwrap_or_default();
        let value = pair.next().and_then(Value::into_text).unwrap_or_default();
        fields.push((name, header_bytes(&value).collect()));
    }
    let is_length = |(name, _): &(String, _)| name.eq_ignore_ascii_case("content-length");
    if let (false, Value::Bytes(bytes)) = (fields.iter().any(is_length), body) {
        let length = bytes.len().to_string();
        fields.push(("content-length".to_owned(), length.into_bytes()));
    }
    fields
}
