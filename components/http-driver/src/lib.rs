//! `wasi:http/incoming-handler` by a VM with the root `jsvm:http-handler`.

mod served;

use std::cell::RefCell;

use jsvm_component_data::Value;
use jsvm_driver::{Bodies, Ended, Pump, data, head_fields, method_name, vm};
use wasi::exports::http::incoming_handler::Guest;
use wasi::http::types::{IncomingRequest, Method, ResponseOutparam, Scheme};

use served::Served;

mod exports {
    use super::Driver;
    wasi::http::proxy::export!(Driver);
}

struct Driver;

/// What the requests of an instance have in common.
struct Instance {
    /// How many there were.
    count: u32,
    /// Environment variables.
    env: Value,
}

thread_local! {
    static INSTANCE: RefCell<Option<Instance>> = const { RefCell::new(None) };
}

/// The number of a new request, and the environment variables.
fn next() -> (u32, Value) {
    INSTANCE.with_borrow_mut(|instance| {
        let instance = instance.get_or_insert_with(|| Instance {
            count: 0,
            env: jsvm_driver::start(wasi::cli::environment::get_environment(), Vec::new()),
        });
        instance.count += 1;
        (instance.count, instance.env.clone())
    })
}

impl Guest for Driver {
    fn handle(request: IncomingRequest, response: ResponseOutparam) {
        let (number, env) = next();
        let mut pump = Pump::new(Served::new(number, response));
        let Some(vm::Output::Value(handler)) = vm::root("jsvm:http-handler") else {
            return pump.program.fail("the program has no handler of requests");
        };
        let args = Value::List(vec![
            Value::Number(number.into()),
            head(&request, pump.bodies()),
            Value::object([("env", env)]),
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
