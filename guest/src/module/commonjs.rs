//! CommonJS modules: `require`, `module` and `exports`, as Node defines them.

use std::cell::RefCell;

use super::builtin;
use super::namespace::namespace;
use super::resolve::{folder, resolve};
use super::source::ModuleSource;
use crate::js::{self, Call, JsResult, Key, Loaded, Property, Synthetic, Thrown, Value};
use crate::tick;

struct State {
    /// `require.cache`: the module objects by full name.
    cache: Value,
    /// Full name of the program's entry module.
    entry: Option<String>,
    /// `require.main`: its module object, if it is a CommonJS module.
    main: Value,
}

thread_local! {
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// A CommonJS module for `import`. It runs when it is evaluated, unless it was required before.
pub fn synthetic(name: &str, text: &str, mut exports: Vec<String>) -> JsResult<Loaded> {
    exports.retain(|export| export != "default" && export != "module.exports");
    let mut names = vec!["default".to_owned(), "module.exports".to_owned()];
    names.extend(exports);
    let data = [Value::text(name)?, Value::text(text)?];
    let evaluate = js::function("", 0, &data, |call| {
        let (name, text) = (call.data[0].to_lossy()?, call.data[1].to_lossy()?);
        let module = match cached(&name)? {
            Some(module) => module,
            None => run(&name, &text, &Value::UNDEFINED)?,
        };
        imported(&module.get("exports")?)
    })?;
    Ok(Loaded::Synthetic(Synthetic {
        exports: names,
        evaluate,
    }))
}

/// Converts the exports of a module to the object whose properties can be imported.
fn imported(exports: &Value) -> JsResult<Value> {
    let object = Value::object()?;
    object.define("module.exports", exports.clone(), Property::PLAIN)?;
    object.define("default", exports.clone(), Property::PLAIN)?;
    if exports.is_object() {
        // Names are looked up as they are: accessors run once, here.
        object.set_prototype(exports)?;
    }
    Ok(object)
}

fn state<T>(use_it: impl FnOnce(&mut State) -> T) -> JsResult<T> {
    let missing = STATE.with_borrow(Option::is_none);
    if missing {
        let cache = Value::object()?;
        cache.set_prototype(&Value::NULL)?;
        STATE.set(Some(State {
            cache,
            entry: None,
            main: Value::UNDEFINED,
        }));
    }
    #[expect(clippy::expect_used, reason = "it was made above")]
    STATE.with_borrow_mut(|state| Ok(use_it(state.as_mut().expect("there is a state"))))
}

/// Sets the full name of the program's entry module.
pub fn set_entry(name: String) -> JsResult<()> {
    state(|state| state.entry = Some(name))
}

/// `require.cache`
fn cache() -> JsResult<Value> {
    state(|state| state.cache.clone())
}

fn cached(name: &str) -> JsResult<Option<Value>> {
    let module = cache()?.get(name)?;
    Ok(module.is_object().then_some(module))
}

/// `require(specifier)`
fn require(specifier: &Value, parent: &Value) -> JsResult<Value> {
    if specifier.tag() != js::Tag::String {
        return Err(Thrown::type_error("require() needs a string"));
    }
    let importer = parent.get("id")?.to_lossy()?;
    let name = resolve(&specifier.to_lossy()?, &importer, true)?;
    if let Some(exports) = builtin::load(&name)? {
        return Ok(exports);
    }
    if let Some(module) = cached(&name)? {
        // In a cycle these are the exports so far.
        return module.get("exports");
    }
    match ModuleSource::load(&name)? {
        ModuleSource::CommonJs { text, .. } => run(&name, &text, parent)?.get("exports"),
        ModuleSource::Json { text } => {
            let module = new_module(&name, parent)?;
            module.set("exports", js::parse_json(text, &name)?)?;
            module.set("loaded", Value::boolean(true))?;
            keep(&name, &module)?;
            module.get("exports")
        }
        ModuleSource::Es { .. } | ModuleSource::Native { .. } | ModuleSource::World(_) => {
            let namespace = namespace(&name)?;
            // An ES module chooses by this export what `require` returns.
            let own = namespace.get("module.exports")?;
            Ok(if own.is_undefined() { namespace } else { own })
        }
    }
}

fn keep(name: &str, module: &Value) -> JsResult<()> {
    cache()?.define(name, module.clone(), Property::PLAIN)
}

/// `module`
fn new_module(name: &str, parent: &Value) -> JsResult<Value> {
    let module = Value::object()?;
    let properties = [
        ("id", Value::text(name)?),
        ("path", Value::text(folder(name))?),
        ("filename", Value::text(name)?),
        ("exports", Value::object()?),
        ("loaded", Value::boolean(false)),
        ("children", Value::array()?),
    ];
    for (key, value) in properties {
        module.define(key, value, Property::PLAIN)?;
    }
    if parent.is_object() {
        module.define("parent", parent.clone(), Property::HIDDEN)?;
        let children = parent.get("children")?;
        if children.is_array() {
            let count = children.get("length")?;
            children.set(Key::Value(&count), module.clone())?;
        }
    }
    Ok(module)
}

/// Runs a module. One that throws is forgotten, so that it can be tried again.
fn run(name: &str, text: &str, parent: &Value) -> JsResult<Value> {
    let module = new_module(name, parent)?;
    let (is_entry, main) = state(|state| {
        let is_entry = state.entry.as_deref() == Some(name);
        if is_entry {
            state.main = module.clone();
        }
        (is_entry, state.main.clone())
    })?;
    keep(name, &module)?;
    let result = execute(name, text, &module, main);
    if is_entry {
        // Node.js runs it outside of any job.
        tick::make_due();
    }
    if result.is_err() {
        cache()?.delete(name)?;
        return result.map(|()| module);
    }
    module.set("loaded", Value::boolean(true))?;
    Ok(module)
}

fn execute(name: &str, text: &str, module: &Value, main: Value) -> JsResult<()> {
    const PARAMETERS: &str = "exports, require, module, __filename, __dirname";
    let text = match text.strip_prefix("#!") {
        // The line stays, so that the others keep their numbers.
        Some(rest) => &format!("//{rest}"),
        None => text,
    };
    let body = js::compile_function(text, PARAMETERS, name)?;
    let require = require_of(module, main)?;
    module.define("require", require.clone(), Property::HIDDEN)?;
    let exports = module.get("exports")?;
    let args = [
        exports.clone(),
        require,
        module.clone(),
        Value::text(name)?,
        Value::text(folder(name))?,
    ];
    body.call(&exports, &args).map(drop)
}

/// `createRequire(filename)`: a function `require` that resolves as a module in that file does.
pub fn create_require(name: &str) -> JsResult<Value> {
    let main = state(|state| state.main.clone())?;
    require_of(&new_module(name, &Value::UNDEFINED)?, main)
}

/// The function `require` of a module.
fn require_of(module: &Value, main: Value) -> JsResult<Value> {
    let data = std::slice::from_ref(module);
    let function = js::function("require", 1, data, |call: Call<'_>| {
        require(&call.arg(0), &call.data[0])
    })?;
    let resolve = js::function("resolve", 1, data, |call: Call<'_>| {
        let importer = call.data[0].get("id")?.to_lossy()?;
        let name = resolve(&call.arg(0).to_lossy()?, &importer, true)?;
        Value::text(&name)
    })?;
    function.define("resolve", resolve, Property::PLAIN)?;
    function.define("cache", cache()?, Property::PLAIN)?;
    function.define("main", main, Property::PLAIN)?;
    Ok(function)
}
