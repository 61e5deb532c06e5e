//! Modules as the embedder describes them.

use jsvm_protocol::module::{self, kind};
use jsvm_protocol::standalone::MODULES;

use super::builtin;
use super::error::wrong_root;
use super::world::{self, ReadyModule};
use crate::bindings::jsvm::engine::modules::{Module, ModuleKind, NativeExport, SourceModule};
use crate::js::{JsResult, Tag, Value};
use crate::{host, root, sourcemap};

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
        /// The exports.
        exports: Vec<NativeExport>,
    },
    /// A module of a WIT world.
    World(ReadyModule),
}

impl ModuleSource {
    /// Loads the module of a full name: from the VM's root, or from the embedder.
    pub fn load(name: &str) -> JsResult<ModuleSource> {
        if let Some(module) = load_from_root(name)? {
            return of(name, read(name, &module)?);
        }
        if let Some(exports) = builtin::load(name)? {
            return Ok(ModuleSource::World(builtin::ready(&exports)?));
        }
        if let Some(module) = world::load(name)? {
            return Ok(ModuleSource::World(module));
        }
        match host::load_module(name)? {
            Module::Source(source) => of(name, source),
            Module::Native(exports) => Ok(ModuleSource::Native { exports }),
        }
    }
}

/// The module of a source text, whose mappings are in force from now on.
fn of(name: &str, source: SourceModule) -> JsResult<ModuleSource> {
    let SourceModule {
        kind,
        text,
        url,
        mappings,
        exports,
    } = source;
    if let Some(mappings) = mappings {
        sourcemap::set(name, mappings)?;
    }
    Ok(match kind {
        ModuleKind::Es => ModuleSource::Es { text, url },
        ModuleKind::Json => ModuleSource::Json { text },
        ModuleKind::Commonjs => ModuleSource::CommonJs { text, exports },
    })
}

/// Reads the description of a module in the root.
fn read(name: &str, described: &Value) -> JsResult<SourceModule> {
    let mut source = SourceModule {
        kind: ModuleKind::Es,
        text: String::new(),
        url: None,
        mappings: None,
        exports: Vec::new(),
    };
    if let Some(text) = text(described) {
        source.text = text;
        return Ok(source);
    }
    let wrong = || wrong_root(MODULES, name);
    if !described.is_object() {
        return Err(wrong());
    }
    let property = |name: &str| Ok(text(&described.get(name)?));
    source.kind = match property(module::KIND)?.as_deref() {
        Some(kind::ES) => ModuleKind::Es,
        Some(kind::JSON) => ModuleKind::Json,
        Some(kind::COMMONJS) => ModuleKind::Commonjs,
        _ => return Err(wrong()),
    };
    source.text = property(module::TEXT)?.ok_or_else(wrong)?;
    source.url = property(module::URL)?;
    source.mappings = property(module::MAPPINGS)?;
    source.exports = list(&described.get(module::EXPORTS)?)?;
    Ok(source)
}

/// Looks into the root in which the embedder may have put modules.
pub fn load_from_root(name: &str) -> JsResult<Option<Value>> {
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
