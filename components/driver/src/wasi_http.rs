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

        /// The error that a script gets when the host of a URL does not respond.
        pub fn fetch_error(error: ErrorCode, url: &str) -> jsvm_component_data::Value {
            let failed =
                |reason: &str| $crate::type_error(format!("fetch of {url} failed: {reason}"));
            match error {
                ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => {
                    failed("the host was not found")
                }
                ErrorCode::DestinationUnavailable | ErrorCode::DestinationIpUnroutable => {
                    failed("the host cannot be reached")
                }
                ErrorCode::ConnectionRefused => failed("the connection was refused"),
                ErrorCode::ConnectionTerminated => failed("the connection was closed"),
                ErrorCode::ConnectionTimeout
                | ErrorCode::ConnectionReadTimeout
                | ErrorCode::ConnectionWriteTimeout
                | ErrorCode::HttpResponseTimeout => failed("the host did not respond in time"),
                ErrorCode::TlsProtocolError => {
                    failed("the host does not speak TLS at this port. Is it a port for http:?")
                }
                ErrorCode::TlsCertificateError => {
                    failed("the certificate of the host is not trusted, or is for another name")
                }
                ErrorCode::TlsAlertReceived(_) => failed("the host ended the TLS handshake"),
                ErrorCode::HttpProtocolError => {
                    failed("the response is not valid HTTP. Does the host speak TLS at this port?")
                }
                ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => {
                    $crate::denied(url)
                }
                error => failed(&format!("{error:?}")),
            }
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
