//! Modules as the embedder describes them.

use jsvm_protocol::host_call::LOAD_MODULE;
use jsvm_protocol::module::{self, kind};
use jsvm_protocol::standalone::MODULES;

use super::error::misanswered;
use crate::js::{JsResult, Tag, Value};
use crate::{host, poll, root, sourcemap};

/// A module as the embedder describes it.
pub enum ModuleSource {
    /// An ES module.
    Es {
        /// The source.
        text: String,
        /// The value of `import.meta.url`, if it is not the full name.
        url: Option<String>,
    },
    /// A CommonJS module.
    CommonJs {
        /// The source.
        text: String,
        /// The names that it exports beside `default`.
        exports: Vec<String>,
    },
    /// A JSON document.
    Json {
        /// The document.
        text: String,
    },
    /// A module of values, functions and classes of the embedder.
    Native {
        /// The object that describes the exports.
        exports: Value,
    },
}

impl ModuleSource {
    /// Loads the module of a full name: from the VM's root, or by a host call.
    pub fn load(name: &str) -> JsResult<ModuleSource> {
        let answer = match load_from_root(name)? {
            Some(module) => module,
            None => {
                poll::count_import();
                host::call(LOAD_MODULE, &[Value::text(name)?])?
            }
        };
        if let Some(text) = text(&answer) {
            return Ok(ModuleSource::Es { text, url: None });
        }
        let wrong = || misanswered(LOAD_MODULE, "return a string or a description of a module");
        if !answer.is_object() {
            return Err(wrong());
        }
        let property = |name: &str| Ok(text(&answer.get(name)?));
        if let Some(mappings) = property(module::MAPPINGS)? {
            sourcemap::set(name, mappings)?;
        }
        let kind = property(module::KIND)?.ok_or_else(wrong)?;
        if kind == kind::NATIVE {
            let exports = answer.get(module::EXPORTS)?;
            return if exports.is_object() {
                Ok(ModuleSource::Native { exports })
            } else {
                Err(wrong())
            };
        }
        let text = property(module::TEXT)?.ok_or_else(wrong)?;
        match &*kind {
            kind::ES => Ok(ModuleSource::Es {
                text,
                url: property(module::URL)?,
            }),
            kind::JSON => Ok(ModuleSource::Json { text }),
            kind::COMMONJS => Ok(ModuleSource::CommonJs {
                text,
                exports: list(&answer.get(module::EXPORTS)?)?,
            }),
            _ => Err(wrong()),
        }
    }
}

/// Looks into the root in which the embedder may have put modules.
fn load_from_root(name: &str) -> JsResult<Option<Value>> {
    let Some(modules) = root::get(MODULES) else {
        return Ok(None);
    };
    let module = modules.get(name)?;
    Ok((!module.is_undefined()).then_some(module))
}

/// The strings in an array. Any other value has none.
fn list(array: &Value) -> JsResult<Vec<String>> {
    if !array.is_object() {
        return Ok(Vec::new());
    }
    let count = array.get("length")?.to_number()? as u32;
    (0..count)
        .map(|index| array.get(index)?.to_lossy())
        .collect()
}

/// The text of a string. Any other value has none.
pub fn text(value: &Value) -> Option<String> {
    (value.tag() == Tag::String).then(|| value.to_lossy().ok())?
}
