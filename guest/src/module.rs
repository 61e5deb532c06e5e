//! Imported modules come from the embedder, through `host-call`.

use crate::js::{
    self, JsResult, Key, Loaded, Module, ModuleLoader, Property, Synthetic, Tag, Thrown, Value,
};
use crate::{commonjs, host, native_module, sourcemap};

/// Sets how imports are found.
pub fn install() {
    js::set_module_loader(ModuleLoader {
        resolve: |specifier, importer| resolve(specifier, importer, false),
        load,
        check,
    });
}

/// The full name of a module.
pub fn resolve(specifier: &str, importer: &str, require: bool) -> JsResult<String> {
    const FUNCTION: &str = "jsvm:resolve-module";
    if importer == BY_FULL_NAME {
        return Ok(specifier.to_owned());
    }
    if let Some(name) = kept::name(specifier, importer, require)? {
        return Ok(name);
    }
    let mut args = vec![Value::text(specifier)?, Value::text(importer)?];
    if require {
        args.push(Value::boolean(true));
    }
    text(&host::call(FUNCTION, &args)?).ok_or_else(|| misanswered(FUNCTION, "return a string"))
}

/// Imports a module for the embedder. Without an importer it is what the program begins with.
pub fn import(specifier: &str, importer: &str) -> JsResult<Value> {
    if importer.is_empty() {
        match resolve(specifier, importer, false) {
            Ok(name) => {
                commonjs::set_entry(name.clone())?;
                return imported(js::import(&name, BY_FULL_NAME)?);
            }
            Err(thrown) if thrown.is_interrupt() => return Err(thrown),
            Err(thrown) => return Value::settled_promise(Err(thrown)),
        }
    }
    imported(js::import(specifier, importer)?)
}

/// The promise that the embedder gets.
fn imported(promise: Value) -> JsResult<Value> {
    let pass = js::function("", 1, &[], |call| Ok(call.arg(0)))?;
    // The rejection is that of the program, and is reported for this promise alone.
    promise.then(&pass, &Value::UNDEFINED)
}

/// Importer of modules whose full names are known already.
const BY_FULL_NAME: &str = "jsvm:by-full-name";

/// The namespace of an ES module as `require` wants it: now.
///
/// # Errors
/// What the module throws; an `Error` if it awaits something at its top level.
pub fn namespace(name: &str) -> JsResult<Value> {
    let text = format!("export * as namespace from {}", quoted(name)?);
    let (promise, exports) = Module::new(text, BY_FULL_NAME)?.evaluate()?;
    match promise.promise_state() {
        Some(js::PromiseState::Fulfilled) => exports.get("namespace"),
        Some(js::PromiseState::Rejected) => {
            promise.mark_promise_handled();
            Err(Thrown(promise.promise_result()))
        }
        _ => {
            let message = format!("require() cannot be used on {name}: it has a top-level await");
            Err(coded(Thrown::error(&message), "ERR_REQUIRE_ASYNC_MODULE"))
        }
    }
}

/// A string literal.
fn quoted(text: &str) -> JsResult<String> {
    let json = js::global().get("JSON")?.get("stringify")?;
    json.call(&Value::UNDEFINED, &[Value::text(text)?])?
        .to_lossy()
}

fn load(name: &str, attributes: &Value) -> JsResult<Loaded> {
    let source = Source::load(name)?;
    let wants_json = if attributes.is_object() {
        text(&attributes.get("type")?).is_some_and(|kind| kind == "json")
    } else {
        false
    };
    match (&source, wants_json) {
        (Source::Json { .. }, true) => {}
        (Source::Json { .. }, false) => {
            let message = format!("module {name} is JSON: import it with {{ type: \"json\" }}");
            return Err(coded(
                Thrown::type_error(&message),
                "ERR_IMPORT_ATTRIBUTE_MISSING",
            ));
        }
        (_, true) => {
            let message = format!("module {name} is imported as JSON and is not");
            return Err(coded(
                Thrown::type_error(&message),
                "ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE",
            ));
        }
        (_, false) => {}
    }
    match source {
        Source::Es { text, url } => {
            let module = Module::new(text, name)?;
            describe(&module, name, url.as_deref())?;
            Ok(Loaded::Module(module))
        }
        Source::Json { text } => {
            let exports = Value::object()?;
            exports.define("default", js::parse_json(text, name)?, Property::PLAIN)?;
            Ok(Loaded::Synthetic(Synthetic {
                exports: vec!["default".to_owned()],
                evaluate: js::function("", 0, &[exports], |call| Ok(call.data[0].clone()))?,
            }))
        }
        Source::CommonJs { text, exports } => commonjs::synthetic(name, &text, exports),
        Source::Native { exports } => native_module::synthetic(name, &exports),
    }
}

/// Fills `import.meta`.
fn describe(module: &Module, name: &str, url: Option<&str>) -> JsResult<()> {
    let url = url.unwrap_or(name);
    module.set_url(url)?;
    let meta = module.meta()?;
    if url.starts_with("file:") {
        meta.set("filename", Value::text(name)?)?;
        meta.set("dirname", Value::text(folder(name))?)?;
    }
    let resolve = js::function("resolve", 1, &[Value::text(name)?], |call| {
        let (specifier, importer) = (call.arg(0).to_lossy()?, call.data[0].to_lossy()?);
        let resolved = resolve(&specifier, &importer, false)?;
        Value::text(&url_of(&resolved))
    })?;
    meta.set("resolve", resolve)
}

/// The folder of a full name.
pub fn folder(name: &str) -> &str {
    match name.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

/// A path as a `file:` URL, anything else as it is.
fn url_of(name: &str) -> String {
    if !name.starts_with('/') {
        return name.to_owned();
    }
    let mut url = "file://".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~!$&'()*+,;=:@".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

/// Only `type: "json"` is an attribute that means something here.
fn check(attributes: &Value) -> JsResult<()> {
    for key in attributes.own_keys(js::OwnKeys::ENUMERABLE)? {
        let key = key.to_value()?;
        let (name, value) = (key.to_lossy()?, attributes.get(Key::Value(&key))?);
        let value = text(&value).unwrap_or_default();
        let message = match (&*name, &*value) {
            ("type", "json") => continue,
            ("type", _) => {
                format!("import attribute type \"{value}\" is not supported: only \"json\" is")
            }
            _ => format!("import attribute \"{name}\" is not supported: only \"type\" is"),
        };
        return Err(coded(
            Thrown::type_error(&message),
            "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED",
        ));
    }
    Ok(())
}

/// An error with the property `code`.
pub fn coded(thrown: Thrown, code: &str) -> Thrown {
    let set = |Thrown(error): &Thrown| error.set("code", Value::text(code)?);
    match set(&thrown) {
        Ok(()) => thrown,
        Err(other) => other,
    }
}

/// What the embedder has put into the VM, so that it need not answer later: two objects, as
/// `wit/host.wit` says.
mod kept {
    use super::text;
    use crate::js::{JsResult, Value};
    use crate::root;

    /// What a specifier means.
    pub fn name(specifier: &str, importer: &str, require: bool) -> JsResult<Option<String>> {
        let Some(names) = root::get("jsvm:resolved") else {
            return Ok(None);
        };
        let kind = if require { "require" } else { "import" };
        let key = format!("{kind}\n{importer}\n{specifier}");
        Ok(text(&names.get(&*key)?))
    }

    /// A module by its name, as `jsvm:load-module` would answer.
    pub fn module(name: &str) -> JsResult<Option<Value>> {
        let Some(modules) = root::get("jsvm:modules") else {
            return Ok(None);
        };
        let module = modules.get(name)?;
        Ok((!module.is_undefined()).then_some(module))
    }
}

/// A module as the embedder hands it over.
pub enum Source {
    Es { text: String, url: Option<String> },
    CommonJs { text: String, exports: Vec<String> },
    Json { text: String },
    Native { exports: Value },
}

impl Source {
    /// Asks for it.
    pub fn load(name: &str) -> JsResult<Source> {
        const FUNCTION: &str = "jsvm:load-module";
        let answer = match kept::module(name)? {
            Some(module) => module,
            None => host::call(FUNCTION, &[Value::text(name)?])?,
        };
        if let Some(text) = text(&answer) {
            return Ok(Source::Es { text, url: None });
        }
        let wrong = || misanswered(FUNCTION, "return a string or a description of a module");
        if !answer.is_object() {
            return Err(wrong());
        }
        let property = |name: &str| Ok(text(&answer.get(name)?));
        if let Some(mappings) = property("mappings")? {
            sourcemap::set(name, mappings)?;
        }
        let kind = property("kind")?.ok_or_else(wrong)?;
        if kind == "native" {
            let exports = answer.get("exports")?;
            return if exports.is_object() {
                Ok(Source::Native { exports })
            } else {
                Err(wrong())
            };
        }
        let text = property("text")?.ok_or_else(wrong)?;
        match &*kind {
            "module" => Ok(Source::Es {
                text,
                url: property("url")?,
            }),
            "json" => Ok(Source::Json { text }),
            "commonjs" => Ok(Source::CommonJs {
                text,
                exports: list(&answer.get("exports")?)?,
            }),
            _ => Err(wrong()),
        }
    }
}

/// The strings in an array.
fn list(array: &Value) -> JsResult<Vec<String>> {
    if !array.is_object() {
        return Ok(Vec::new());
    }
    let count = array.get("length")?.to_number()? as u32;
    (0..count)
        .map(|index| array.get(index)?.to_lossy())
        .collect()
}

fn text(value: &Value) -> Option<String> {
    (value.tag() == Tag::String).then(|| value.to_lossy().ok())?
}

fn misanswered(function: &str, must: &str) -> Thrown {
    Thrown::type_error(&format!("host function {function} must {must}"))
}
