//! Answers the host calls of a VM that stands alone.

mod bindings;
mod stopwatch;

use bindings::exports::jsvm::engine::host::{Data, Guest, PollPoint, Reply};
use jsvm_component_console::write;
use jsvm_component_data::{Form, Value};
use jsvm_protocol::host_call::{CONSOLE, RESOLVE_MODULE};
use jsvm_protocol::standalone::PROCESS;

struct Host;

/// The exports of the component.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{Host, bindings};
    bindings::export!(Host with_types_in bindings);
}

impl Guest for Host {
    fn host_call(name: String, args: Data) -> Result<Reply, Data> {
        // No answer here needs the tokens, which stay with the VM.
        let form = Form {
            item: args.item,
            chunks: args.chunks,
        };
        let args = Value::read(form).ok().and_then(Value::into_list);
        answer(&name, args.unwrap_or_default())
            .map(|()| Reply::Undefined)
            .map_err(|reason| {
                let Form { item, chunks } = Value::TypeError(reason).write();
                Data {
                    item,
                    chunks,
                    tokens: Vec::new(),
                }
            })
    }

    fn poll(point: PollPoint) -> bool {
        stopwatch::is_over(point)
    }
}

fn answer(name: &str, args: Vec<Value>) -> Result<(), String> {
    let mut args = args.into_iter();
    let mut text = || args.next().and_then(Value::into_text).unwrap_or_default();
    match name {
        CONSOLE => {
            jsvm_component_console::print(&text(), text());
            Ok(())
        }
        PROCESS => process(&text(), args),
        RESOLVE_MODULE => {
            let (specifier, importer) = (text(), text());
            Err(format!(
                "Cannot find '{specifier}' imported from {importer}: it is not in this file, which \
                 has only the modules that the program imports by a literal name"
            ))
        }
        name => Err(format!("{name} is not available in this file")),
    }
}

/// The operations of `process` that a built file still has.
fn process(operation: &str, mut args: impl Iterator<Item = Value>) -> Result<(), String> {
    match operation {
        "write" => {
            let is_error = args.next() == Some(Value::Number(2.0));
            match args.next() {
                Some(Value::Text(text)) => write(is_error, text.as_bytes()),
                Some(Value::Bytes(bytes)) => write(is_error, &bytes),
                _ => {}
            }
            Ok(())
        }
        "exit" => {
            let is_success = args.next() == Some(Value::Number(0.0));
            wasi::cli::exit::exit(if is_success { Ok(()) } else { Err(()) });
            Err("process.exit: this program cannot end the process".to_owned())
        }
        operation => Err(format!("process.{operation} is not available in this file")),
    }
}
