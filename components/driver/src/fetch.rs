//! Requests of the VM to other hosts.

use jsvm_component_data::Value;
use wasi::http::outgoing_handler;
use wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, HeaderError, Method, OutgoingRequest, Scheme,
};

use crate::body::{Bodies, WholeBody};
use crate::message::IncomingResponseHead;
use crate::outcome::{Step, type_error};
use crate::request::FetchRequest;

crate::wasi_http!();

/// Sends a request. Returns the response to wait for, and the body if the caller has to write it.
///
/// # Errors
/// A `TypeError` if the request cannot be sent.
pub(crate) fn send(
    mut request: FetchRequest,
    bodies: &mut Bodies,
) -> Result<(PendingResponse, Option<WholeBody>), Value> {
    let headers = std::mem::replace(&mut request.headers, Value::Undefined);
    let content = std::mem::replace(&mut request.body, Value::Undefined);
    let target = request.target()?;
    let scheme = if target.is_secure {
        Scheme::Https
    } else {
        Scheme::Http
    };
    let outgoing = OutgoingRequest::new(new_fields(headers, &content)?);
    let is_set = outgoing
        .set_method(&parse_method(&request.method))
        .and_then(|()| outgoing.set_scheme(Some(&scheme)))
        .and_then(|()| outgoing.set_authority(Some(target.authority)))
        .and_then(|()| outgoing.set_path_with_query(Some(&target.path)));
    is_set.map_err(|()| request.refused())?;
    // The body must be taken before the request is handed over.
    let body = outgoing.body();
    let response = outgoing_handler::handle(outgoing, None);
    let response = response.map_err(|error| fetch_error(error, &request.url))?;
    let whole = bodies.send(body, content)?;
    let response = PendingResponse {
        response,
        url: request.url,
    };
    Ok((response, whole))
}

/// A response to wait for.
pub(crate) struct PendingResponse {
    response: FutureIncomingResponse,
    /// The URL, for errors.
    url: String,
}

/// Takes the head of the response, if it is there.
pub(crate) fn step(pending: PendingResponse, bodies: &mut Bodies) -> Step<PendingResponse> {
    match pending.response.get() {
        None => {
            let pollable = pending.response.subscribe();
            Step::Wait(pending, pollable)
        }
        Some(Ok(Ok(response))) => {
            let head = IncomingResponseHead {
                status: response.status(),
                fields: response.headers().entries(),
            };
            let body = if head.may_have_body() {
                bodies.receive(response.consume())
            } else {
                Value::Undefined
            };
            Step::Done(Ok(head.into_value(body)))
        }
        Some(Ok(Err(error))) => Step::Done(Err(fetch_error(error, &pending.url))),
        // A response is taken once, so this does not happen.
        Some(Err(())) => Step::Done(Err(type_error("the response was taken already"))),
    }
}
