//! Requests of the VM to others.

use jsvm_component_data::Value;
use jsvm_driver::{Outcome, Target, given, type_error};
use wasip3::http::client;
use wasip3::http::types::{Request, Response, Scheme};
use wasip3::spawn_local;

use crate::turn::Work;
use crate::{bodies, message};

/// Sends `{ method, url, headers, body }`, and waits for the head of the response.
///
/// # Errors
/// A `TypeError` for what cannot be sent.
pub fn begin(mut request: Value) -> Result<Work, Value> {
    let url = request.take("url").into_text().unwrap_or_default();
    let method = request.take("method").into_text().unwrap_or_default();
    let content = request.take("body");
    let target = Target::parse(&url).ok_or_else(|| {
        type_error(format!(
            "{url} cannot be fetched: only http: and https: can"
        ))
    })?;
    let fields = message::fields(request.take("headers"), &content)?;
    let (stream, end, whole) = bodies::content(content)?;
    // Whether it arrives is heard of by who writes the body.
    let (outgoing, _) = Request::new(fields, stream, end, None);
    let scheme = match target.is_secure {
        true => Scheme::Https,
        false => Scheme::Http,
    };
    let is_set = outgoing
        .set_method(&message::method_of(&method))
        .and_then(|()| outgoing.set_scheme(Some(&scheme)))
        .and_then(|()| outgoing.set_authority(Some(target.authority)))
        .and_then(|()| outgoing.set_path_with_query(Some(&target.path)));
    is_set.map_err(|()| type_error(format!("{url} cannot be fetched")))?;
    if let Some(whole) = whole {
        spawn_local(whole.write());
    }
    Ok(Box::pin(async {
        match client::send(outgoing).await {
            Ok(response) => head(response),
            Err(error) => Err(message::failed(error)),
        }
    }))
}

fn head(response: Response) -> Outcome {
    let status = response.get_status_code();
    let headers = given(response.get_headers().copy_all());
    // These have none, whatever is sent.
    let body = match status {
        204 | 205 | 304 => Value::Undefined,
        _ => bodies::receive(|told| Response::consume_body(response, told)),
    };
    Ok(Value::object([
        ("status", Value::Number(status.into())),
        ("statusText", Value::text("")),
        ("headers", headers),
        ("body", body),
    ]))
}
