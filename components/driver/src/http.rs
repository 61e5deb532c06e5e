//! Answers requests about other hosts and bodies.

use jsvm_component_data::Value;

use crate::body::{Bodies, Piece};
use crate::fetch;
use crate::outcome::{Outcome, type_error};
use crate::request::HttpRequest;
use crate::task::{Tasks, Work};

/// Begins the work for a request. Returns the requests to settle now, in order: `id` is among them
/// unless there is work for it, and so are requests whose work this one stops.
pub(crate) fn begin(
    id: u64,
    request: HttpRequest,
    bodies: &mut Bodies,
    tasks: &mut Tasks,
) -> Vec<(u64, Outcome)> {
    let work = match request {
        HttpRequest::Fetch(request) => match fetch::send(request, bodies) {
            Ok((response, whole)) => {
                if let Some(whole) = whole {
                    tasks.write_whole(whole);
                }
                Work::Fetch(response)
            }
            Err(reason) => return vec![(id, Err(reason))],
        },
        HttpRequest::Read { body } => Work::Read { body },
        HttpRequest::Write { body, bytes } => Work::Write(Piece::new(body, bytes)),
        HttpRequest::Cancel { body } => {
            let stopped = tasks.stop_reading(body).into_iter();
            let mut settled: Vec<_> = stopped.map(|id| (id, Ok(Value::Undefined))).collect();
            bodies.cancel(body);
            settled.push((id, Ok(Value::Undefined)));
            return settled;
        }
        HttpRequest::End { body, is_complete } => {
            let closed = || Err(type_error("the body was closed"));
            let stopped = tasks.stop_writing(body).into_iter();
            let mut settled: Vec<_> = stopped.map(|id| (id, closed())).collect();
            settled.push((id, bodies.end(body, is_complete)));
            return settled;
        }
    };
    tasks.push(id, work);
    Vec::new()
}
