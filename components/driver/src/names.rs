//! What the types of `wasi:http` are called. They are the same in all of its versions, but not the same in Rust.

/// Makes `method_name`, `method_of` and `failed` for the `Method` and the `ErrorCode` that are in scope.
#[macro_export]
macro_rules! names {
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

        /// What is thrown when another host does not answer.
        pub fn failed(error: ErrorCode) -> jsvm_component_data::Value {
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
    };
}
