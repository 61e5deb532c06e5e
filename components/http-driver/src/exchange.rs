//! A request that the program serves, and its response.

use jsvm_component_data::Value;
use jsvm_driver::{
    Bodies, Outcome, Program, STOPPED, ServedEvent, ServedRequest, ServedResponse, Tasks,
    new_fields, print_error, type_error,
};
use wasi::http::types::{Fields, OutgoingBody, OutgoingResponse, ResponseOutparam};

/// The body of a response when the program has none.
const TEXT: &[u8] = b"Internal Server Error";

/// The request of this call.
pub struct Exchange {
    /// Number of the request in this instance.
    number: u32,
    /// The destination of the response. It is taken when there is one.
    response: Option<ResponseOutparam>,
    /// Whether the client wants no body.
    is_head: bool,
    is_done: bool,
}

impl Exchange {
    /// A request without a response.
    pub fn new(number: u32, response: ResponseOutparam, is_head: bool) -> Self {
        Exchange {
            number,
            response: Some(response),
            is_head,
            is_done: false,
        }
    }

    /// Responds with status 500 and prints the reason, if there is no response yet.
    pub fn fail(&mut self, reason: &str) {
        let Some(outparam) = self.response.take() else {
            return;
        };
        print_error(reason);
        let fields = Fields::new();
        let content_type = "content-type".to_owned();
        let _ = fields.append(&content_type, &b"text/plain;charset=UTF-8".to_vec());
        let length = TEXT.len().to_string().into_bytes();
        let _ = fields.append(&"content-length".to_owned(), &length);
        let response = OutgoingResponse::new(fields);
        let _ = response.set_status_code(500);
        let body = response.body();
        ResponseOutparam::set(outparam, Ok(response));
        if let Ok(body) = body {
            if let Ok(stream) = body.write() {
                let _ = stream.blocking_write_and_flush(TEXT);
            }
            let _ = OutgoingBody::finish(body, None);
        }
    }

    /// As [`fail`](Self::fail), and prints the reason also if there is a response.
    fn fail_and_report(&mut self, reason: &str) {
        if self.response.is_none() {
            print_error(reason);
        }
        self.fail(reason);
    }

    /// Sends the head of the response, and the body if all of it is there.
    fn respond(
        &mut self,
        response: ServedResponse,
        bodies: &mut Bodies,
        tasks: &mut Tasks,
    ) -> Outcome {
        self.is_done = response.is_done;
        let response = match self.is_head {
            true => response,
            false => response.with_length(),
        };
        let outgoing = OutgoingResponse::new(new_fields(response.headers, &response.body)?);
        let status = response.status;
        status
            .and_then(|status| outgoing.set_status_code(status).ok())
            .ok_or_else(|| type_error("the status cannot be sent"))?;
        let body = outgoing.body();
        let outparam = self.response.take();
        let outparam = outparam.ok_or_else(|| type_error("there is a response already"))?;
        ResponseOutparam::set(outparam, Ok(outgoing));
        if let Some(whole) = bodies.send(body, response.body)? {
            tasks.write_whole(whole);
        }
        Ok(Value::Undefined)
    }
}

impl Program for Exchange {
    fn answer(
        &mut self,
        request: ServedRequest,
        bodies: &mut Bodies,
        tasks: &mut Tasks,
    ) -> Outcome {
        if request.id != u64::from(self.number) {
            // The request belongs to an earlier call of this instance.
            return Err(type_error("this request is over"));
        }
        match request.event {
            ServedEvent::Respond(response) => self.respond(response, bodies, tasks),
            ServedEvent::Done => {
                self.is_done = true;
                Ok(Value::Undefined)
            }
            ServedEvent::Fail(reason) => {
                self.fail_and_report(&reason);
                Ok(Value::Undefined)
            }
        }
    }

    fn on_error(&mut self, reason: &str) {
        print_error(reason);
    }

    fn on_stop(&mut self) {
        self.fail_and_report(STOPPED);
        // What was stopped may be what would have ended the response.
        self.is_done = true;
    }

    fn is_over(&self) -> bool {
        self.is_done
    }
}
