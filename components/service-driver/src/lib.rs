//! `wasi:http/handler` of WASI 0.3 by a VM with the root `jsvm:http-handler`.
//!
//! A host calls it for many requests at a time. Each is a task of the component model, and all of them share the
//! VM: whichever has news runs it, begins what it then requests, and hears of the outcome.

mod bodies;
mod fetch;
mod message;
mod served;
mod turn;

use std::cell::OnceCell;
use std::rc::Rc;

use jsvm_component_data::Value;
use jsvm_driver::{data, vm};
use wasip3::exports::http::handler::Guest;
use wasip3::http::types::{ErrorCode, Request, Response};
use wasip3::spawn_local;

use served::Answer;

mod exports {
    use super::Driver;
    wasip3::http::service::export!(Driver);
}

struct Driver;

/// What the requests of an instance have in common.
struct Instance {
    /// Environment variables.
    env: Value,
    /// What answers requests.
    handler: Option<vm::Value>,
}

thread_local! {
    static INSTANCE: OnceCell<Rc<Instance>> = const { OnceCell::new() };
}

fn instance() -> Rc<Instance> {
    INSTANCE.with(|instance| {
        let instance = instance.get_or_init(|| {
            let variables = wasi::cli::environment::get_environment();
            let env = jsvm_driver::start(variables, Vec::new());
            let handler = match vm::root("jsvm:http-handler") {
                Some(vm::Output::Value(handler)) => Some(handler),
                _ => None,
            };
            Rc::new(Instance { env, handler })
        });
        instance.clone()
    })
}

impl Guest for Driver {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let (id, answer) = served::begin();
        call(id, request);
        turn::turn();
        if !served::is_done(id) {
            spawn_local(turn::attend(id));
        }
        // It failed if nobody has an answer any more.
        let answer = answer.await;
        let Answer { response, whole } = answer.unwrap_or_else(|_| served::internal_error());
        if let Some(whole) = whole {
            spawn_local(whole.write());
        }
        Ok(response)
    }
}

/// Has the program begin to answer. The outcome comes as requests.
fn call(id: u64, request: Request) {
    let instance = instance();
    let Some(handler) = &instance.handler else {
        return served::fail(id, "the program has no handler of requests");
    };
    let (head, body) = message::head(request);
    served::arrives(id, body);
    let args = Value::List(vec![
        Value::Number(id as f64),
        head,
        Value::object([("env", instance.env.clone())]),
    ]);
    match handler.call_data(&vm::Input::Undefined, &data(args)) {
        Ok(result) => {
            for token in result.tokens {
                vm::release(token);
            }
        }
        Err(error) => served::fail(id, &jsvm_driver::error(&error)),
    }
}
