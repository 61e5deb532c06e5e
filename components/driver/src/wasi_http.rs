//! Conversions for the types of `wasi:http`. All of its versions have the same types, but in Rust
//! they are different types.

/// Defines `method_name`, `parse_method`, `fetch_error` and `new_fields` for the types `Method`,
/// `ErrorCode`, `Fields` and `HeaderError` in scope.
#[macro_export]
macro_rules! wasi_http {
    () => {
        /// The name of a method.
        pub fn method_name(method: Method) -> String {
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
        pub fn parse_method(name: &str) -> Method {
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

        /// The error that a script gets when another host does not respond.
        pub fn fetch_error(error: ErrorCode) -> jsvm_component_data::Value {
            $crate::type_error(match error {
                ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => {
                    "the host was not found".to_owned()
                }
                ErrorCode::ConnectionRefused => "the connection was refused".to_owned(),
                ErrorCode::ConnectionTerminated => "the connection was closed".to_owned(),
                ErrorCode::HttpRequestDenied => {
                    "this host may not be reached: whoever runs this file must allow it".to_owned()
                }
                error => format!("{error:?}"),
            })
        }

        /// Header fields from the VM, without those that belong to the connection.
        ///
        /// # Errors
        /// A `TypeError` for a name or value that HTTP does not allow.
        pub fn new_fields(
            headers: jsvm_component_data::Value,
            body: &jsvm_component_data::Value,
        ) -> Result<Fields, jsvm_component_data::Value> {
            let fields = Fields::new();
            for (name, value) in $crate::header_fields(headers, body) {
                match fields.append(&name, &value) {
                    // A host that counts bytes itself may refuse a length.
                    Ok(()) | Err(HeaderError::Forbidden) => {}
                    Err(_) => {
                        let reason = format!("the header {name} cannot be sent");
                        return Err($crate::type_error(reason));
                    }
                }
            }
            Ok(fields)
        }
    };
}
