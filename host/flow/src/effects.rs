//! What leaves a flow: requests.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jsvm::{Bytes, Data, HostError, Request};
use jsvm_http::{Client, FETCH};
use jsvm_protocol::http::{CANCEL, END, READ, WRITE};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::model::{FlowId, Outcome};
use crate::vm::CHECKPOINT;

/// Methods that have the same effect when they are repeated (RFC 9110, section 9.2.2).
const IDEMPOTENT: [&str; 5] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

/// The header field by which a server knows a repeated request.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// An HTTP request of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpCall {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// The header fields, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Option<Vec<u8>>,
    /// Whether the response's content codings can be removed.
    pub decode: bool,
}

/// What a request of a flow wants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Call {
    /// An HTTP request.
    Http(HttpCall),
    /// A request of the embedder: an array of the arguments.
    Custom(Data),
}

/// A request of a flow, whose turn is committed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EffectRequest {
    /// The flow.
    pub flow: FlowId,
    /// The run of the flow.
    pub run: u32,
    /// The number of the request in the run.
    pub number: u64,
    /// The name of the request function.
    pub name: String,
    /// What it wants.
    pub call: Call,
    /// Whether it was sent before by a worker that ended before it knew the outcome.
    pub repeated: bool,
}

/// Carries out the requests of flows. It is meant to be implemented: by embedders, and by tests.
pub trait Effects: Send + Sync + 'static {
    /// Whether a request of a name that is not HTTP has the same effect when it is sent again. If not, it
    /// is rejected with `RequestInDoubtError` when it is not known whether it was carried out.
    fn is_repeatable(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Carries out a request. Dropping the future gives it up.
    fn perform(&self, request: EffectRequest) -> BoxFuture<'static, Result<Data, HostError>>;
}

impl<E: Effects + ?Sized> Effects for std::sync::Arc<E> {
    fn is_repeatable(&self, name: &str) -> bool {
        (**self).is_repeatable(name)
    }

    fn perform(&self, request: EffectRequest) -> BoxFuture<'static, Result<Data, HostError>> {
        (**self).perform(request)
    }
}

/// Carries out HTTP requests with a client, and reads responses whole.
///
/// ```
/// use jsvm_flow::HttpEffects;
/// use jsvm_http::{Client, EgressRules};
/// let client = Client::new(|_| Ok(())).egress(EgressRules::public());
/// let effects = HttpEffects::new(client).max_body(1 << 20);
/// ```
#[derive(Clone, Debug)]
pub struct HttpEffects {
    client: Client,
    max_body: usize,
}

impl HttpEffects {
    /// Effects with a client. Bodies of responses can have 8 MiB.
    pub fn new(client: Client) -> Self {
        HttpEffects {
            client,
            max_body: 8 << 20,
        }
    }

    /// Sets how many bytes the body of a response can have.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }
}

impl Effects for HttpEffects {
    fn perform(&self, request: EffectRequest) -> BoxFuture<'static, Result<Data, HostError>> {
        let (client, max_body) = (self.client.clone(), self.max_body);
        async move {
            match request.call {
                Call::Http(call) => {
                    let HttpCall {
                        method,
                        url,
                        headers,
                        body,
                        decode,
                    } = call;
                    if !["http://", "https://"]
                        .iter()
                        .any(|scheme| url.starts_with(scheme))
                    {
                        let text =
                            format!("fetch of {url} failed: only http and https are supported");
                        return Err(HostError::type_error(text));
                    }
                    let request = jsvm_http::WholeRequest {
                        method,
                        url,
                        headers,
                        body,
                        decode,
                    };
                    client.fetch_whole(request, max_body).await
                }
                Call::Custom(_) => Err(HostError::type_error(format!(
                    "nothing answers requests of the name {}",
                    request.name
                ))),
            }
        }
        .boxed()
    }
}

/// A response as `fetch` takes it.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MadeResponse {
    status: u16,
    status_text: &'static str,
    headers: Vec<(String, String)>,
    decoded: bool,
    body: Bytes,
}

impl MadeResponse {
    pub(crate) fn new(status: u16, body: String) -> Self {
        MadeResponse {
            status,
            status_text: "",
            headers: vec![(
                "content-type".to_owned(),
                "text/plain;charset=UTF-8".to_owned(),
            )],
            decoded: false,
            body: Bytes(body.into_bytes()),
        }
    }
}

/// A request as it left the VM.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) id: u64,
    pub(crate) name: String,
    /// What it wants, or the error that answers it at once.
    pub(crate) call: Result<Call, &'static str>,
}

/// A fetch request as the VM sends it.
#[derive(Deserialize)]
struct FetchRecord {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<FetchBody>,
    #[serde(default)]
    decode: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FetchBody {
    /// The number of a stream.
    Stream(#[allow(dead_code)] u64),
    Whole(Bytes),
}

const STREAM: &str = "a durable program cannot send or hold a stream across a turn: send the whole body, as a \
                      string or a Uint8Array";

const MALFORMED: &str = "the request holds a function, or is not what its function makes";

impl Outgoing {
    pub(crate) fn new(request: Request) -> Self {
        let Request { id, name, args, .. } = request;
        let call = match &*name {
            FETCH => http_call(&args),
            // It gives up a body, which flows do not have.
            CANCEL | READ | WRITE | END => Err(STREAM),
            _ if args.cbor().is_err() => Err(MALFORMED),
            _ => Ok(Call::Custom(args)),
        };
        Outgoing { id, name, call }
    }

    /// Adds all that makes up the request to a digest.
    pub(crate) fn digest(&self, digest: &mut Sha256) {
        let mut part = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        part(&self.id.to_le_bytes());
        part(self.name.as_bytes());
        match &self.call {
            Ok(Call::Http(call)) => {
                part(call.method.as_bytes());
                part(call.url.as_bytes());
                for (name, value) in &call.headers {
                    part(name.as_bytes());
                    part(value.as_bytes());
                }
                part(call.body.as_deref().unwrap_or_default());
            }
            Ok(Call::Custom(data)) => {
                if let Ok(cbor) = data.cbor() {
                    part(cbor.item);
                    cbor.chunks.iter().for_each(|chunk| part(chunk));
                }
            }
            Err(message) => part(message.as_bytes()),
        }
    }

    /// Describes it for people.
    pub(crate) fn title(&self) -> String {
        match &self.call {
            Ok(Call::Http(call)) => format!("{} {}", call.method, call.url),
            _ => self.name.clone(),
        }
    }

    /// Whether the request has the same effect when it is sent again, if that is known without its
    /// effects.
    pub(crate) fn is_repeatable(&self) -> Option<bool> {
        match &self.call {
            Ok(Call::Http(call)) => Some(
                IDEMPOTENT.contains(&&*call.method)
                    || call.headers.iter().any(|(name, _)| name == IDEMPOTENCY_KEY),
            ),
            Ok(Call::Custom(_)) if self.name == CHECKPOINT => Some(true),
            Ok(Call::Custom(_)) => None,
            // It is answered here.
            Err(_) => Some(true),
        }
    }
}

fn http_call(args: &Data) -> Result<Call, &'static str> {
    let elements = args.root().ok().and_then(|root| root.elements());
    let first = elements.and_then(|elements| elements.into_iter().next().flatten());
    let record: Option<FetchRecord> = first.and_then(|record| record.to().ok());
    let record = record.ok_or(MALFORMED)?;
    let body = match record.body {
        None => None,
        Some(FetchBody::Whole(Bytes(bytes))) => Some(bytes),
        Some(FetchBody::Stream(_)) => return Err(STREAM),
    };
    Ok(Call::Http(HttpCall {
        method: record.method,
        url: record.url,
        headers: record.headers,
        body,
        decode: record.decode,
    }))
}

/// The rejection of a request in doubt. The program's `fetch` makes a `RequestInDoubtError` of it.
pub(crate) fn in_doubt(request: &Outgoing) -> HostError {
    let what = request.title();
    let message = format!(
        "{what} may have been carried out: its worker ended before the outcome was stored. Ask the server what \
         happened, or give the request an idempotency key"
    );
    coded(&message, "ERR_REQUEST_IN_DOUBT")
}

/// Creates an error with a `code`.
fn coded(message: &str, code: &str) -> HostError {
    use jsvm::data::{DataBuilder, ErrorClass, ErrorData, Node};
    let mut data = DataBuilder::new();
    let root = data.reserve();
    let properties = [("message", message), ("code", code)];
    let properties = properties
        .map(|(name, text)| (name.to_owned(), data.push(Node::Text(text.to_owned()))))
        .to_vec();
    let error = ErrorData {
        class: ErrorClass::Error,
        name: None,
        properties,
    };
    data.fill(root, Node::Error(error));
    HostError::from_data(data.finish())
}

impl Outcome {
    /// The outcome in the form in which it is stored.
    pub(crate) fn new(result: Result<Data, HostError>) -> Self {
        let (fulfilled, data) = match result {
            Ok(data) => (true, data),
            Err(error) => (false, error.into_data()),
        };
        match data.cbor() {
            Ok(cbor) => Outcome {
                fulfilled,
                item: cbor.item.to_vec(),
                chunks: cbor.chunks.to_vec(),
            },
            Err(error) => {
                // An error without tokens has a form.
                let error = HostError::type_error(format!("the outcome cannot be stored: {error}"));
                Outcome::new(Err(error))
            }
        }
    }

    /// The outcome as the VM takes it.
    pub(crate) fn into_result(self) -> Result<Result<Data, HostError>, jsvm::ConversionError> {
        let data = Data::from_cbor(self.item, self.chunks)?;
        Ok(if self.fulfilled {
            Ok(data)
        } else {
            Err(HostError::from_data(data))
        })
    }
}
