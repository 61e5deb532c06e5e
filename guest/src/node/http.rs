//! The head of a message of HTTP/1.1, for `guest/node/binding/http_parser.js`.

use httparse::{Error, Header, Request, Response, Status};

use crate::js::{Call, JsResult, Value};
use crate::web::{bytes_of, functions};

/// The numbers of headers that are tried. No head that Node.js takes has more than the last.
const HEADERS: [usize; 2] = [64, 8192];

pub fn add_to(tools: &Value) -> JsResult<()> {
    functions! { tools;
        "parseHttpHead" 2 => parse,
    }
    Ok(())
}

/// What a head begins with.
#[derive(Clone, Copy)]
enum Kind {
    Request,
    Response,
    /// Headers alone, after a body in chunks.
    Trailers,
}

/// `parseHttpHead(bytes, kind)`, where the kind is 0 for a request, 1 for a response, 2 for trailers.
///
/// Returns `undefined` if the end is missing, the name of an error as a string, or a list: how many
/// bytes the head has, the minor version, the method or status, the URL or reason, and names and
/// values of headers in turn.
fn parse(call: Call<'_>) -> JsResult<Value> {
    let bytes = bytes_of(&call.arg(0))?;
    let kind = match call.arg(1).as_number() {
        Some(1.0) => Kind::Response,
        Some(2.0) => Kind::Trailers,
        _ => Kind::Request,
    };
    let mut outcome = Err(Error::TooManyHeaders);
    for count in HEADERS {
        let mut headers = vec![httparse::EMPTY_HEADER; count];
        outcome = read(kind, &bytes, &mut headers);
        match outcome {
            Err(Error::TooManyHeaders) => {}
            _ => break,
        }
    }
    match outcome {
        Ok(Some(parts)) => Value::array_of(parts?),
        Ok(None) => Ok(Value::UNDEFINED),
        Err(error) => Value::text(name_of(error)),
    }
}

type Parts = JsResult<Vec<Value>>;

fn read<'b>(
    kind: Kind,
    bytes: &'b [u8],
    headers: &mut [Header<'b>],
) -> Result<Option<Parts>, Error> {
    let (end, version, first, second, found) = match kind {
        Kind::Request => {
            let mut request = Request::new(headers);
            let Status::Complete(end) = request.parse(bytes)? else {
                return check_partial(bytes);
            };
            let method = Value::text(request.method.unwrap_or_default());
            let path = request.path.unwrap_or_default();
            let found = request.headers.len();
            (end, request.version, method, path, found)
        }
        Kind::Response => {
            let mut response = Response::new(headers);
            let Status::Complete(end) = response.parse(bytes)? else {
                return check_partial(bytes);
            };
            let status = Value::number(response.code.unwrap_or_default().into());
            let reason = response.reason.unwrap_or_default();
            let found = response.headers.len();
            (end, response.version, Ok(status), reason, found)
        }
        Kind::Trailers => match httparse::parse_headers(bytes, headers)? {
            Status::Partial => return check_partial(bytes),
            Status::Complete((end, found)) => (end, None, Ok(Value::UNDEFINED), "", found.len()),
        },
    };
    complete(bytes, end, version, first, second, &headers[..found])
}

/// Makes the list of a complete head.
fn complete(
    bytes: &[u8],
    end: usize,
    version: Option<u8>,
    first: JsResult<Value>,
    second: &str,
    headers: &[Header<'_>],
) -> Result<Option<Parts>, Error> {
    require_returns(&bytes[..end])?;
    let make = || {
        let mut parts = Vec::with_capacity(4 + 2 * headers.len());
        parts.push(Value::number(end as f64));
        parts.push(Value::number(version.unwrap_or(1).into()));
        parts.push(first?);
        parts.push(Value::latin1(second.as_bytes())?);
        for header in headers {
            parts.push(Value::text(header.name)?);
            parts.push(Value::latin1(header.value)?);
        }
        Ok(parts)
    };
    Ok(Some(make()))
}

fn check_partial(bytes: &[u8]) -> Result<Option<Parts>, Error> {
    require_returns(bytes)?;
    Ok(None)
}

/// Each end of a line must have both of its characters: others in between may read the lines
/// differently.
fn require_returns(bytes: &[u8]) -> Result<(), Error> {
    let is_alone = |at: usize| bytes[at] == b'\n' && (at == 0 || bytes[at - 1] != b'\r');
    match (0..bytes.len()).any(is_alone) {
        true => Err(Error::NewLine),
        false => Ok(()),
    }
}

fn name_of(error: Error) -> &'static str {
    match error {
        Error::HeaderName => "headerName",
        Error::HeaderValue => "headerValue",
        Error::NewLine => "newLine",
        Error::Status => "status",
        Error::Token => "token",
        Error::TooManyHeaders => "tooManyHeaders",
        Error::Version => "version",
    }
}
