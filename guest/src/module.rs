//! Imported modules come from the embedder, through `host-call`.

use crate::host;
use crate::js::{self, JsResult, ModuleLoader, Thrown, Value};

/// Sets how imports are found.
pub fn install() {
    js::set_module_loader(ModuleLoader { resolve, load });
}

fn resolve(specifier: &str, importer: &str) -> JsResult<String> {
    ask("jsvm:resolve-module", &[specifier, importer])
}

fn load(name: &str) -> JsResult<String> {
    ask("jsvm:load-module", &[name])
}

/// Calls a host function that takes and returns strings.
fn ask(name: &str, args: &[&str]) -> JsResult<String> {
    let args = args
        .iter()
        .map(|arg| Value::text(arg))
        .collect::<JsResult<Vec<_>>>()?;
    let answer = host::call(name, &args)?;
    if answer.tag() == js::Tag::String {
        answer.to_lossy()
    } else {
        Err(Thrown::type_error(&format!(
            "host function {name} must return a string"
        )))
    }
}
