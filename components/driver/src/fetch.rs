//! Requests of the VM to others.

use jsvm_component_data::Value;
use wasi::http::outgoing_handler;
use wasi::http::types::{ErrorCode, FutureIncomingResponse, Method, OutgoingRequest, Scheme};

use crate::body::{Bodies, fields, head_fields};
use crate::target::Target;
use crate::task::{Outcome, Step, Tasks, Work, type_error};

crate::names!();

/// Sends `{ method, url, headers, body }`.
///
/// # Errors
/// A `TypeError` for what cannot be sent.
pub fn begin(mut request: Value, bodies: &mut Bodies, tasks: &mut Tasks) -> Result<Work, Value> {
    let url = request.take("url").into_text().unwrap_or_default();
    let method = request.take("method").into_text().unwrap_or_default();
    let content = request.take("body");
    let target = Target::parse(&url).ok_or_else(|| {
        type_error(format!(
            "{url} cannot be fetched: only http: and https: can"
        ))
    })?;
    let outgoing = OutgoingRequest::new(fields(request.take("headers"), &content)?);
    let method = method_of(&method);
    let scheme = match target.is_secure {
        true => Scheme::Https,
        false => Scheme::Http,
    };
    let is_set = outgoing
        .set_method(&method)
        .and_then(|()| outgoing.set_scheme(Some(&scheme)))
        .and_then(|()| outgoing.set_authority(Some(target.authority)))
        .and_then(|()| outgoing.set_path_with_query(Some(&target.path)));
    is_set.map_err(|()| type_error(format!("{url} cannot be fetched")))?;
    // It is there only as long as the request is.
    let body = outgoing.body();
    let response = outgoing_handler::handle(outgoing, None).map_err(failed)?;
    bodies.send(body, content, tasks)?;
    Ok(Work::Fetch(response))
}

/// Hands on the head of the response, if it is there.
pub fn step(response: FutureIncomingResponse, bodies: &mut Bodies) -> Step {
    match response.get() {
        None => {
            let pollable = response.subscribe();
            Step::Wait(Work::Fetch(response), pollable)
        }
        Some(Ok(Ok(response))) => {
            let status = response.status();
            let headers = head_fields(&response.headers());
            // These have none, whatever is sent.
            let body = match status {
                204 | 205 | 304 => Value::Undefined,
                _ => bodies.receive(response.consume()),
            };
            Step::Done(Ok(Value::object([
                ("status", Value::Number(status.into())),
                ("statusText", Value::text("")),
                ("headers", headers),
                ("body", body),
            ])))
        }
        Some(Ok(Err(error))) => Step::Done(Err(failed(error))),
        // It is asked once.
        Some(Err(())) => Step::Done(Err(type_error("the response was taken already"))),
    }
}

/// The requests that are about bodies and about other hosts; nothing for any other.
pub fn answer(
    name: &str,
    args: Vec<Value>,
    bodies: &mut Bodies,
    tasks: &mut Tasks,
) -> Option<Result<Work, Outcome>> {
    let mut args = args.into_iter();
    let mut arg = || args.next().unwrap_or(Value::Undefined);
    let done = |outcome| Some(Err(outcome));
    match name {
        "jsvm:http-fetch" => Some(begin(arg(), bodies, tasks).map_err(Err)),
        "jsvm:http-read" => Some(Ok(Work::Read(arg().to_u64()?))),
        "jsvm:http-cancel" => {
            let id = arg().to_u64()?;
            for request in tasks.stop_reading(id) {
                crate::pump::settle(request, Ok(Value::Undefined));
            }
            bodies.cancel(id);
            done(Ok(Value::Undefined))
        }
        "jsvm:http-write" => {
            let body = arg().to_u64()?;
            let Value::Bytes(bytes) = arg() else {
                return done(Err(type_error("only bytes can be written")));
            };
            Some(Ok(Work::Write {
                body,
                bytes,
                written: 0,
            }))
        }
        "jsvm:http-end" => {
            let id = arg().to_u64()?;
            let is_whole = arg() == Value::Undefined;
            for request in tasks.stop_writing(id) {
                crate::pump::settle(request, Err(type_error("the body was closed")));
            }
            done(bodies.end(id, is_whole))
        }
        _ => None,
    }
}
