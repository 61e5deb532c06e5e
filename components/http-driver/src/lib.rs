//! `wasi:http/incoming-handler` by a VM with the root `jsvm:http-handler`.

mod exchange;

// The allocator.
use jsvm_component_heap as _;

use std::cell::RefCell;

use jsvm_component_data::Value;
use jsvm_driver::{
    Bodies, Ended, IncomingRequestHead, Pump, data, limited, method_name, roots, values,
};
use jsvm_protocol::http::{HANDLER, context};
use wasi::exports::http::incoming_handler::Guest;
use wasi::http::types::{IncomingRequest, Method, ResponseOutparam, Scheme};

use exchange::Exchange;

mod exports {
    use super::Driver;
    wasi::http::proxy::export!(Driver);
}

struct Driver;

/// State that the requests of an instance share.
struct Instance {
    /// Number of the latest request.
    last: u32,
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
            last: 0,
            env: jsvm_driver::start(wasi::cli::environment::get_environment(), Vec::new()),
        });
        instance.last += 1;
        (instance.last, instance.env.clone())
    })
}

impl Guest for Driver {
    fn handle(request: IncomingRequest, response: ResponseOutparam) {
        let (number, env) = next();
        let is_head = matches!(request.method(), Method::Head);
        let mut pump = Pump::new(Exchange::new(number, response, is_head));
        let Some(values::Output::Value(handler)) = roots::get_root(HANDLER) else {
            return pump.program.fail("the program has no handler of requests");
        };
        let args = Value::List(vec![
            Value::Number(number.into()),
            request_value(&request, pump.bodies()),
            Value::object([(context::ENV, env)]),
        ]);
        let args = data(args);
        match limited(|| handler.call_data(&values::Input::Undefined, &args)) {
            Ok(result) => {
                // The response comes by requests.
                for token in result.tokens {
                    roots::release(token);
                }
            }
            Err(error) => {
                return pump.program.fail(&jsvm_driver::describe(&error));
            }
        }
        if pump.run() == Ended::Idle {
            pump.program
                .fail("the handler never responds: it waits for nothing");
        }
    }
}

/// The request record for the VM.
fn request_value(request: &IncomingRequest, bodies: &mut Bodies) -> Value {
    let head = IncomingRequestHead {
        method: method_name(request.method()),
        is_https: matches!(request.scheme(), Some(Scheme::Https)),
        authority: request.authority(),
        path: request.path_with_query(),
        fields: request.headers().entries(),
    };
    let body = if head.may_have_body() {
        bodies.receive(request.consume())
    } else {
        Value::Undefined
    };
    head.into_value(body)
}
