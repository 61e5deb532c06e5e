//! The requests of the VM, read from their names and arguments.

use jsvm_component_data::Value;
use jsvm_protocol::{config, http, keyvalue};

use crate::outcome::type_error;
use crate::target::Target;

/// The requests of `process.stdin`: see `guest/node/lib/internal/jsvm/input.js`.
const READ_INPUT: &str = "jsvm:stdin-read";
const READ_INPUT_IN_BACKGROUND: &str = "jsvm:stdin-read-background";

/// A request of the VM.
pub enum Request {
    /// A request about another host or a body.
    Http(HttpRequest),
    /// A request about a request that the program serves.
    Served(ServedRequest),
    /// A request for key-value storage or for settings.
    Service(ServiceRequest),
    /// Waits for some bytes of standard input.
    Input(InputRequest),
}

/// A request for standard input.
#[derive(Clone, Copy)]
pub struct InputRequest {
    /// The maximum number of bytes.
    pub most: u64,
    /// Whether the program ends although the request is pending.
    pub is_background: bool,
}

/// A request about another host or a body.
pub enum HttpRequest {
    /// Sends a request.
    Fetch(FetchRequest),
    /// Waits for the next bytes of an incoming body.
    Read {
        /// Number of the body.
        body: u64,
    },
    /// Gives up an incoming body.
    Cancel {
        /// Number of the body.
        body: u64,
    },
    /// Sends bytes of an outgoing body.
    Write {
        /// Number of the body.
        body: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Ends an outgoing body.
    End {
        /// Number of the body.
        body: u64,
        /// Whether the body is complete. Otherwise the connection must be reset.
        is_complete: bool,
    },
}

/// The request that a program fetches.
pub struct FetchRequest {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Pairs of names and values.
    pub headers: Value,
    /// Nothing, bytes, or the number of an outgoing body.
    pub body: Value,
}

/// A request about a request that the program serves.
pub struct ServedRequest {
    /// Number of the request that the program serves.
    pub id: u64,
    /// The news about it.
    pub event: ServedEvent,
}

/// News about a request that the program serves.
pub enum ServedEvent {
    /// The program responds.
    Respond(ServedResponse),
    /// The program has no response, for this reason.
    Fail(String),
    /// Nothing more follows.
    Done,
}

/// The response of a program that serves.
pub struct ServedResponse {
    /// The status code, unless the program gave none that is possible.
    pub status: Option<u16>,
    /// Pairs of names and values.
    pub headers: Value,
    /// Nothing, bytes, or the number of an outgoing body.
    pub body: Value,
    /// Whether nothing more follows.
    pub is_done: bool,
}

/// A request for key-value storage or for settings.
pub struct ServiceRequest {
    pub(crate) name: String,
    pub(crate) args: Args,
}

/// The arguments of a request, in order. A missing one is `undefined`.
pub(crate) struct Args(std::vec::IntoIter<Value>);

impl Args {
    pub fn value(&mut self) -> Value {
        self.0.next().unwrap_or(Value::Undefined)
    }

    pub fn text(&mut self) -> Option<String> {
        self.value().into_text()
    }

    /// The number of a body or of a served request.
    fn number(&mut self) -> Result<u64, Value> {
        let number = self.value().to_u64();
        number.ok_or_else(|| type_error("a body and a served request have a number"))
    }
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// A `TypeError` if no driver answers requests of this name, or if the arguments are wrong.
    pub fn read(name: &str, args: Vec<Value>) -> Result<Request, Value> {
        let mut args = Args(args.into_iter());
        let http = match name {
            http::FETCH => HttpRequest::Fetch(FetchRequest::read(args.value())),
            http::READ => HttpRequest::Read {
                body: args.number()?,
            },
            http::CANCEL => HttpRequest::Cancel {
                body: args.number()?,
            },
            http::WRITE => HttpRequest::Write {
                body: args.number()?,
                bytes: match args.value() {
                    Value::Bytes(bytes) => bytes,
                    _ => return Err(type_error("only bytes can be written to a body")),
                },
            },
            http::END => HttpRequest::End {
                body: args.number()?,
                is_complete: args.value() == Value::Undefined,
            },
            http::RESPOND | http::FAILED | http::DONE => {
                let id = args.number()?;
                let event = match name {
                    http::RESPOND => ServedEvent::Respond(ServedResponse::read(args.value())),
                    http::FAILED => ServedEvent::Fail(args.text().unwrap_or_default()),
                    _ => ServedEvent::Done,
                };
                return Ok(Request::Served(ServedRequest { id, event }));
            }
            READ_INPUT | READ_INPUT_IN_BACKGROUND => {
                return Ok(Request::Input(InputRequest {
                    most: args.number()?,
                    is_background: name == READ_INPUT_IN_BACKGROUND,
                }));
            }
            name if is_service(name) => {
                let name = name.to_owned();
                return Ok(Request::Service(ServiceRequest { name, args }));
            }
            name => {
                return Err(unavailable(name));
            }
        };
        Ok(Request::Http(http))
    }
}

/// The error of a request that no driver answers. A built file has no other functions of its host.
fn unavailable(name: &str) -> Value {
    let (what, advice) = match name.strip_prefix("jsvm:fs#") {
        Some(_) => (
            "the file system",
            "Read files at the top level of the program, during the build",
        ),
        None => (name, "A built file has only what jsvm build puts into it"),
    };
    Value::Coded {
        name: "Error",
        message: format!("{what} is not available in this file. {advice}"),
        code: "ERR_NOT_AVAILABLE",
    }
}

fn is_service(name: &str) -> bool {
    let mut names = keyvalue::REQUESTS.iter().chain(&config::REQUESTS);
    names.any(|(_, known)| *known == name)
}

impl FetchRequest {
    fn read(mut record: Value) -> Self {
        let mut headers = record.take(http::request::HEADERS);
        if record.take(http::request::DECODE) == Value::Bool(true) {
            accept_codings(&mut headers);
        }
        FetchRequest {
            method: take_text(&mut record, http::request::METHOD),
            url: take_text(&mut record, http::request::URL),
            headers,
            body: record.take(http::request::BODY),
        }
    }

    /// The host and the path of the URL.
    ///
    /// # Errors
    /// A `TypeError` if the URL is neither `http:` nor `https:`.
    pub fn target(&self) -> Result<Target<'_>, Value> {
        let url = &self.url;
        Target::parse(url).ok_or_else(|| {
            type_error(format!(
                "{url} cannot be fetched: only http: and https: can"
            ))
        })
    }

    /// The error for a URL or a method that the host refuses.
    pub fn refused(&self) -> Value {
        type_error(format!("{} cannot be fetched", self.url))
    }
}

impl ServedResponse {
    fn read(mut record: Value) -> Self {
        let status = record.take(http::response::STATUS).to_u64();
        ServedResponse {
            status: status.and_then(|status| status.try_into().ok()),
            headers: record.take(http::response::HEADERS),
            body: record.take(http::response::BODY),
            is_done: record.take(http::response::DONE) == Value::Bool(true),
        }
    }

    /// Makes a missing body one without bytes, whose length is sent: a host would otherwise send it in
    /// chunks. Some statuses have no body. The response to a HEAD request may have one, of any length.
    #[must_use]
    pub fn with_length(mut self) -> Self {
        let may_have_body = !matches!(self.status, None | Some(..=199 | 204 | 304));
        if self.body == Value::Undefined && may_have_body {
            self.body = Value::Bytes(Vec::new());
        }
        self
    }

    /// The response of a driver when the program has none.
    pub fn internal_error() -> Self {
        let pair = ["content-type", "text/plain;charset=UTF-8"].map(Value::text);
        // Its length is added with its bytes.
        ServedResponse {
            status: Some(500),
            headers: Value::List(vec![Value::List(pair.into())]),
            body: Value::Bytes(b"Internal Server Error".to_vec()),
            is_done: true,
        }
    }
}

/// Asks for the codings that the VM removes, unless the program asks for some itself.
fn accept_codings(headers: &mut Value) {
    const NAME: &str = "accept-encoding";
    let Value::List(pairs) = headers else {
        return;
    };
    let has_name = |pair: &Value| matches!(pair, Value::List(pair) if pair.first() == Some(&Value::text(NAME)));
    if !pairs.iter().any(has_name) {
        let pair = [NAME, http::VM_CODINGS].map(Value::text);
        pairs.push(Value::List(pair.into()));
    }
}

fn take_text(record: &mut Value, property: &str) -> String {
    record.take(property).into_text().unwrap_or_default()
}
