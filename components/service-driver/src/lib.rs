//! `wasi:http/handler` of WASI 0.3 by a VM with the root `jsvm:http-handler`.
//!
//! A host calls it for many requests at a time. Each call is a task of the component model, and all
//! tasks share the VM. A task that has news runs the VM, begins the work that the VM then requests,
//! and settles it.
//!
//! `turn` acts: it uses `served`, the state of the requests of clients, and `fetch`, `bodies` and `events`, the
//! work for requests of the VM. None of these calls `turn`.

mod bodies;
mod events;
mod fetch;
mod message;
mod served;
mod turn;

// The allocator.
use jsvm_component_heap as _;

use std::cell::OnceCell;
use std::rc::Rc;

use jsvm_component_data::Value;
use jsvm_driver::{data, is_limited, limited, roots, values};
use jsvm_protocol::http::{HANDLER, context};
use wasip3::exports::http::handler::Guest;
use wasip3::http::types::{ErrorCode, Request, Response};
use wasip3::spawn_local;

use served::ReadyResponse;

mod exports {
    use super::Driver;
    wasip3::http::service::export!(Driver);
}

struct Driver;

/// State that the requests of an instance share.
struct Instance {
    /// Environment variables.
    env: Value,
    /// The entry function of the program.
    handler: Option<values::Value>,
}

thread_local! {
    static INSTANCE: OnceCell<Rc<Instance>> = const { OnceCell::new() };
}

fn instance() -> Rc<Instance> {
    INSTANCE.with(|instance| {
        let instance = instance.get_or_init(|| {
            let variables = wasi::cli::environment::get_environment();
            let env = jsvm_driver::start(variables, Vec::new());
            let handler = match roots::get_root(HANDLER) {
                Some(values::Output::Value(handler)) => Some(handler),
                _ => None,
            };
            Rc::new(Instance { env, handler })
        });
        instance.clone()
    })
}

impl Guest for Driver {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let (id, response) = served::begin();
        call_handler(id, request);
        turn::turn();
        if !served::is_done(id) {
            spawn_local(turn::attend(id));
        }
        // The channel is closed without a response if the request has failed.
        let response = response.await;
        let ReadyResponse { response, whole } =
            response.unwrap_or_else(|_| served::internal_error());
        if let Some(whole) = whole {
            spawn_local(whole.write());
        }
        Ok(response)
    }
}

/// Calls the program's handler. The response comes by requests.
fn call_handler(id: u64, request: Request) {
    let instance = instance();
    let Some(handler) = &instance.handler else {
        return turn::fail(id, "the program has no handler of requests");
    };
    let head = message::request_head(&request);
    let body = if head.may_have_body() {
        bodies::receive(|taken| Request::consume_body(request, taken))
    } else {
        Value::Undefined
    };
    served::set_body(id, body.to_u64());
    if head.method == "HEAD" {
        served::set_head(id);
    }
    let args = Value::List(vec![
        Value::Number(id as f64),
        head.into_value(body),
        Value::object([
            (context::ENV, instance.env.clone()),
            (context::TRACK, Value::Bool(is_limited())),
        ]),
    ]);
    let args = data(args);
    match limited(|| handler.call_data(&values::Input::Undefined, &args)) {
        Ok(result) => {
            for token in result.tokens {
                roots::release(token);
            }
        }
        Err(error) => turn::fail(id, &jsvm_driver::describe(&error)),
    }
}
