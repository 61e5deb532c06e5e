//! Modules: compiling, and what they import and export.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use wasmi::{Engine, Error, ExternType, Module};

use super::convert::name_of;
use super::hidden;
use super::outline::{ModuleExport, Outline, Role, described};
use super::world;
use crate::js::{self, Call, JsResult, Value};
use crate::memory;
use crate::web::bytes;

/// The limit of the interface for modules from the web.
const MAX_BYTES: usize = 1 << 30;

/// How much memory compiling may take, at most, for each byte of a module.
const MEMORY_PER_BYTE: usize = 3;

/// A module that was compiled.
pub struct Compiled {
    pub module: Module,
    /// What has the code of the module, which does not keep it alive.
    _engine: Engine,
    /// Bytes of the memories and tables that it defines, at first.
    pub size: usize,
    /// For each import in the interpreter's order, its place in the order of the module.
    pub places: Vec<u32>,
    /// What it exports, in its order.
    pub exports: Vec<ModuleExport>,
    /// What the module does not export, but the store must know.
    pub hidden: Vec<Hidden>,
    /// What native code is made of, if that can be.
    pub native: Option<Native>,
}

/// What the embedder is told of a module.
#[derive(Clone)]
pub struct Native {
    pub bytes: Rc<[u8]>,
    /// How many functions it has of its own.
    pub functions: u32,
    /// Functions that are called once and run for long.
    pub mains: Rc<[u32]>,
}

/// What is exported by a name that no script can see.
pub struct Hidden {
    pub role: Role,
    pub name: String,
}

/// `compile(bytes)`: a module, or why it is none.
pub fn compile(call: Call<'_>) -> JsResult<Value> {
    let bytes = bytes::to_vec(&call.arg(0))?;
    match read(&bytes) {
        Ok(compiled) => js::hold(compiled),
        Err(message) => Value::text(&message),
    }
}

/// `validate(bytes)`
pub fn validate(call: Call<'_>) -> JsResult<Value> {
    let bytes = bytes::to_vec(&call.arg(0))?;
    Ok(Value::boolean(read(&bytes).is_ok()))
}

fn read(bytes: &[u8]) -> Result<Compiled, String> {
    if bytes.len() > MAX_BYTES || !memory::has_room(bytes.len().saturating_mul(MEMORY_PER_BYTE)) {
        return Err(format!(
            "the module has {} bytes, too many for the memory limit of this VM",
            bytes.len()
        ));
    }
    let engine = world::engine();
    let outline = Outline::read(bytes)?;
    let describe = |error: Error| error.to_string();
    let mut known = Vec::new();
    let module = if outline.hidden.is_empty() {
        Module::new(&engine, bytes).map_err(describe)?
    } else {
        // What is taken out or added would not be checked.
        Module::validate(&engine, bytes).map_err(describe)?;
        let names = hidden::names(&outline);
        let changed = hidden::with_exports(bytes, &outline.hidden, &names).map_err(described)?;
        let named = outline.hidden.iter().zip(names);
        known.extend(named.map(|((role, ..), name)| Hidden { role: *role, name }));
        unchecked(&engine, &changed).map_err(describe)?
    };
    let native = (outline.is_native && memory::has_room(bytes.len())).then(|| Native {
        bytes: bytes.into(),
        functions: outline.functions,
        mains: outline.mains().into(),
    });
    Ok(Compiled {
        places: places(&module, &outline.imports),
        module,
        _engine: engine,
        size: outline.size,
        exports: outline.exports,
        hidden: known,
        native,
    })
}

/// A module that was checked, but for what it exports.
#[expect(unsafe_code, reason = "a module need not be checked twice")]
fn unchecked(engine: &Engine, bytes: &[u8]) -> Result<Module, Error> {
    // SAFETY: `read` has validated all of it but the exports that `with_exports` has added: their names are new, and
    // their indices are of what there is.
    unsafe { Module::new_unchecked(engine, bytes) }
}

/// The interpreter groups imports by their kinds, and keeps the order within each.
fn places(module: &Module, kinds: &[&'static str]) -> Vec<u32> {
    let mut by_kind: HashMap<&str, VecDeque<u32>> = HashMap::new();
    for (place, kind) in (0..).zip(kinds) {
        by_kind.entry(kind).or_default().push_back(place);
    }
    let imports = module.imports();
    let places = imports.map(|import| {
        let left = by_kind.get_mut(kind_of(import.ty()));
        left.and_then(VecDeque::pop_front).unwrap_or(0)
    });
    places.collect()
}

fn kind_of(ty: &ExternType) -> &'static str {
    match ty {
        ExternType::Func(_) => "function",
        ExternType::Table(_) => "table",
        ExternType::Memory(_) => "memory",
        ExternType::Global(_) => "global",
    }
}

/// `moduleImports(module)`: arrays `[module, name, kind, type, mutable]`.
pub fn imports(call: Call<'_>) -> JsResult<Value> {
    let held = call.arg(0);
    let list = held.with_held(|compiled: &mut Compiled| {
        let imports = compiled.module.imports();
        let imports = imports.zip(&compiled.places).map(|(import, place)| {
            let mut parts = vec![Value::text(import.module())?, Value::text(import.name())?];
            parts.push(Value::text(kind_of(import.ty()))?);
            if let ExternType::Global(ty) = import.ty() {
                parts.push(Value::text(name_of(ty.content()))?);
                parts.push(Value::boolean(ty.mutability().is_mut()));
            }
            Ok((*place, Value::array_of(parts)?))
        });
        imports.collect::<JsResult<Vec<_>>>()
    })??;
    let mut list = list;
    list.sort_by_key(|(place, _)| *place);
    Value::array_of(list.into_iter().map(|(_, import)| import).collect())
}

/// `moduleExports(module)`: arrays `[name, kind]`.
pub fn exports(call: Call<'_>) -> JsResult<Value> {
    let held = call.arg(0);
    let list = held.with_held(|compiled: &mut Compiled| {
        let exports = compiled.exports.iter().map(|export| {
            Value::array_of(vec![Value::text(&export.name)?, Value::text(export.kind)?])
        });
        exports.collect::<JsResult<Vec<_>>>()
    })??;
    Value::array_of(list)
}

/// `customSections(module, name)`: copies of the sections of that name.
pub fn custom_sections(call: Call<'_>) -> JsResult<Value> {
    let name = call.arg(1).to_lossy()?;
    let held = call.arg(0);
    let list = held.with_held(|compiled: &mut Compiled| {
        let sections = compiled.module.custom_sections();
        let sections = sections.filter(|section| section.name() == name);
        let buffers = sections.map(|section| Value::array_buffer(section.data()));
        buffers.collect::<JsResult<Vec<_>>>()
    })??;
    Value::array_of(list)
}
