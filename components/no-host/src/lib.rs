//! The interface `host` for embedders without host functions. The console prints, and every other
//! host call throws an error that says how to provide it.

mod bindings;

use bindings::exports::jsvm::engine::host::{Data, Guest, PollPoint, Reply};
use jsvm_component_data::{Form, Value};
use jsvm_protocol::host_call::{CONSOLE, LOAD_MODULE, RESOLVE_MODULE};

struct NoHost;

/// The exports of the component.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{NoHost, bindings};
    bindings::export!(NoHost with_types_in bindings);
}

impl Guest for NoHost {
    fn host_call(name: String, args: Data) -> Result<Reply, Data> {
        // Nothing here needs the tokens, which stay with the VM.
        let form = Form {
            item: args.item,
            chunks: args.chunks,
        };
        let args = Value::read(form).ok().and_then(Value::into_list);
        let mut args = args.unwrap_or_default().into_iter();
        let mut text = || args.next().and_then(Value::into_text).unwrap_or_default();
        let reason = match name.as_str() {
            CONSOLE => {
                jsvm_component_console::print(&text(), text());
                return Ok(Reply::Undefined);
            }
            RESOLVE_MODULE | LOAD_MODULE => format!(
                "Cannot find '{}': this VM has no host that could load a module. Give it one that \
                 answers {name}, or the modules by its roots",
                text()
            ),
            name => format!(
                "{name} is not there: this VM has no host. Compose it with a component that exports \
                 jsvm:engine/host in place of no-host.wasm, or make it a request"
            ),
        };
        let Form { item, chunks } = Value::TypeError(reason).write();
        Err(Data {
            item,
            chunks,
            tokens: Vec::new(),
        })
    }

    fn poll(_: PollPoint) -> bool {
        // The runtime of the composition can limit its time. This component has no limit.
        false
    }
}
