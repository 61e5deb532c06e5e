//! A request that is being served.

use jsvm_component_data::Value;
use jsvm_driver::{Bodies, Outcome, Program, Tasks, print_error, type_error};
use wasi::http::types::{Fields, OutgoingBody, OutgoingResponse, ResponseOutparam};

/// The request that this call is about.
pub struct Served {
    /// Number of the request in this instance.
    number: u32,
    /// Where the response goes, until it has one.
    response: Option<ResponseOutparam>,
    is_done: bool,
}

impl Served {
    /// A request without a response.
    pub fn new(number: u32, response: ResponseOutparam) -> Self {
        Served {
            number,
            response: Some(response),
            is_done: false,
        }
    }

    /// Says why it failed, and answers 500 if it has no response yet.
    pub fn fail(&mut self, reason: &str) {
        let Some(outparam) = self.response.take() else {
            return;
        };
        print_error(reason);
        let fields = Fields::new();
        let content_type = "content-type".to_owned();
        let _ = fields.append(&content_type, &b"text/plain;charset=UTF-8".to_vec());
        let response = OutgoingResponse::new(fields);
        let _ = response.set_status_code(500);
        let body = response.body();
        ResponseOutparam::set(outparam, Ok(response));
        if let Ok(body) = body {
            if let Ok(stream) = body.write() {
                let _ = stream.blocking_write_and_flush(b"Internal Server Error");
            }
            let _ = OutgoingBody::finish(body, None);
        }
    }

    /// Hands the head of the response on, and its body, or says how that comes.
    fn respond(&mut self, mut head: Value, bodies: &mut Bodies, tasks: &mut Tasks) -> Outcome {
        self.is_done = matches!(head.take("done"), Value::Bool(true));
        let content = head.take("body");
        let fields = jsvm_driver::fields(head.take("headers"), &content)?;
        let response = OutgoingResponse::new(fields);
        let status = head
            .take("status")
            .to_u64()
            .and_then(|status| u16::try_from(status).ok());
        status
            .and_then(|status| response.set_status_code(status).ok())
            .ok_or_else(|| type_error("the status cannot be sent"))?;
        let body = response.body();
        let outparam = self.response.take();
        let outparam = outparam.ok_or_else(|| type_error("there is a response already"))?;
        ResponseOutparam::set(outparam, Ok(response));
        bodies.send(body, content, tasks)?;
        Ok(Value::Undefined)
    }
}

impl Program for Served {
    fn request(
        &mut self,
        name: &str,
        mut args: Vec<Value>,
        bodies: &mut Bodies,
        tasks: &mut Tasks,
    ) -> Result<Outcome, Vec<Value>> {
        if !matches!(
            name,
            "jsvm:http-respond" | "jsvm:http-done" | "jsvm:http-failed"
        ) {
            return Err(args);
        }
        let is_ours = args.first().and_then(Value::to_u64) == Some(self.number.into());
        if !is_ours {
            // It is about a request of an earlier call, which is over.
            return Ok(Err(type_error("this request is over")));
        }
        let arg = if args.len() > 1 {
            args.swap_remove(1)
        } else {
            Value::Undefined
        };
        Ok(match name {
            "jsvm:http-respond" => self.respond(arg, bodies, tasks),
            "jsvm:http-done" => {
                self.is_done = true;
                Ok(Value::Undefined)
            }
            _ => {
                let reason = arg.into_text().unwrap_or_default();
                if self.response.is_none() {
                    print_error(&reason);
                }
                self.fail(&reason);
                Ok(Value::Undefined)
            }
        })
    }

    fn failed(&mut self, reason: &str) {
        print_error(reason);
    }

    fn is_over(&self) -> bool {
        self.is_done
    }
}
