//! `wasi:http/incoming-handler` by a VM with the root `jsvm:http-handler`.

mod served;

use std::cell::Cell;

use jsvm_component_data::Value;
use jsvm_driver::{Bodies, Ended, Pump, data, environment_object, head_fields, vm};
use wasi::exports::http::incoming_handler::Guest;
use wasi::http::types::{IncomingRequest, Method, ResponseOutparam, Scheme};

use served::Served;

mod exports {
    use super::Driver;
    wasi::http::proxy::export!(Driver);
}

struct Driver;

thread_local! {
    /// How many requests this instance has had.
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

impl Guest for Driver {
    fn handle(request: IncomingRequest, response: ResponseOutparam) {
        let number = COUNT.get() + 1;
        COUNT.set(number);
        let environment = wasi::cli::environment::get_environment();
        if number == 1 {
            jsvm_driver::start(&environment, Vec::new());
        }
        let mut pump = Pump::new(Served::new(number, response));
        let Some(vm::Output::Value(handler)) = vm::root("jsvm:http-handler") else {
            return pump.program.fail("the program has no handler of requests");
        };
        let args = Value::List(vec![
            Value::Number(number.into()),
            head(&request, pump.bodies()),
            Value::object([("env", environment_object(&environment))]),
        ]);
        match handler.call_data(&vm::Input::Undefined, &data(args)) {
            Ok(result) => {
                // The outcome comes as requests.
                for token in result.tokens {
                    vm::release(token);
                }
            }
            Err(error) => {
                return pump.program.fail(&jsvm_driver::error(&error));
            }
        }
        if pump.run() == Ended::Idle {
            pump.program
                .fail("the handler never responds: it waits for nothing");
        }
    }
}

/// `{ method, url, headers, body }`
fn head(request: &IncomingRequest, bodies: &mut Bodies) -> Value {
    let method = request.method();
    let scheme = match request.scheme() {
        Some(Scheme::Https) => "https",
        _ => "http",
    };
    let fields = request.headers();
    let is_empty = matches!(method, Method::Get | Method::Head)
        || fields
            .get(&"content-length".to_owned())
            .first()
            .is_some_and(|length| length == b"0");
    let authority = request.authority().unwrap_or_else(|| {
        let host = fields.get(&"host".to_owned()).into_iter().next();
        let host = host.and_then(|host| String::from_utf8(host).ok());
        host.unwrap_or_else(|| "localhost".to_owned())
    });
    let path = request.path_with_query().unwrap_or_else(|| "/".to_owned());
    let body = if is_empty {
        Value::Undefined
    } else {
        bodies.receive(request.consume())
    };
    Value::object([
        ("method", Value::Text(method_name(method))),
        ("url", Value::Text(format!("{scheme}://{authority}{path}"))),
        ("headers", head_fields(&fields)),
        ("body", body),
    ])
}

fn method_name(method: Method) -> String {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => return name,
    }
    .to_owned()
}
