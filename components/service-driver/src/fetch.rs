//! Requests of the VM to other hosts.

use jsvm_component_data::Value;
use jsvm_driver::{FetchRequest, IncomingResponseHead, Outcome};
use wasip3::http::client;
use wasip3::http::types::{Request, Response, Scheme};
use wasip3::spawn_local;

use crate::bodies;
use crate::message::{fetch_error, new_fields, parse_method};

/// Sends a request. The future waits for the head of the response.
///
/// # Errors
/// A `TypeError` if the request cannot be sent.
pub fn send(mut request: FetchRequest) -> Result<impl Future<Output = Outcome> + use<>, Value> {
    let headers = std::mem::replace(&mut request.headers, Value::Undefined);
    let content = std::mem::replace(&mut request.body, Value::Undefined);
    let target = request.target()?;
    let scheme = if target.is_secure {
        Scheme::Https
    } else {
        Scheme::Http
    };
    let fields = new_fields(headers, &content)?;
    let content = bodies::content(content)?;
    // The second part says whether the request was sent. The task that writes the body notices too.
    let (outgoing, _) = Request::new(fields, content.stream, content.end, None);
    let is_set = outgoing
        .set_method(&parse_method(&request.method))
        .and_then(|()| outgoing.set_scheme(Some(&scheme)))
        .and_then(|()| outgoing.set_authority(Some(target.authority)))
        .and_then(|()| outgoing.set_path_with_query(Some(&target.path)));
    is_set.map_err(|()| request.refused())?;
    if let Some(whole) = content.whole {
        spawn_local(whole.write());
    }
    let url = request.url;
    Ok(async move {
        match client::send(outgoing).await {
            Ok(response) => Ok(response_value(response)),
            Err(error) => Err(fetch_error(error, &url)),
        }
    })
}

/// The response record for the VM.
fn response_value(response: Response) -> Value {
    let head = IncomingResponseHead {
        status: response.get_status_code(),
        fields: response.get_headers().copy_all(),
    };
    let body = if head.may_have_body() {
        bodies::receive(|taken| Response::consume_body(response, taken))
    } else {
        Value::Undefined
    };
    head.into_value(body)
}
