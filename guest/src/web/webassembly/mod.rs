//! `WebAssembly` (WebAssembly JavaScript Interface) by the interpreter `wasmi`.
//!
//! The classes are in `guest/web/webassembly.js`. Here are modules, and the one store in which all of
//! their instances live, as long as a script has anything of it. Everything in it is memory of the VM, so
//! that snapshots, forks and limits have it without further code.
//!
//! JavaScript names what is in the store by numbers, which only the part sees. The store is borrowed
//! only while a module runs: a call of an imported function suspends the module ([`run`]), JavaScript
//! runs without a borrow and may call modules itself, and then the module is resumed. An embedder may run calls as native
//! code ([`native`]).

mod convert;
mod entities;
mod externs;
mod hidden;
mod link;
mod module;
mod native;
mod outline;
mod run;
mod world;

use super::{blob, functions, parts};
use crate::js::{JsResult, Value};

/// The helpers of the part.
pub fn natives(object: &Value) -> JsResult<()> {
    blob::natives(object)?;
    functions! { object;
        // `start({ RuntimeError, tick, list })`
        "start" 1 => world::start,
        "store" 1 => world::store,
        "compile" 1 => module::compile,
        "validate" 1 => module::validate,
        "moduleImports" 1 => module::imports,
        "moduleExports" 1 => module::exports,
        "customSections" 2 => module::custom_sections,
        "moduleSize" 1 => link::module_size,
        "instantiate" 2 => link::instantiate,
        "newMemory" 2 => entities::new_memory,
        "memoryBuffer" 1 => entities::memory_buffer,
        "growMemory" 2 => entities::grow_memory,
        "newTable" 4 => entities::new_table,
        "tableLength" 1 => entities::table_length,
        "tableGet" 2 => entities::table_get,
        "tableSet" 3 => entities::table_set,
        "tableGrow" 3 => entities::table_grow,
        "newGlobal" 3 => entities::new_global,
        "globalType" 1 => entities::global_type,
        "globalGet" 1 => entities::global_get,
        "globalSet" 2 => entities::global_set,
        "tableElement" 1 => entities::table_element,
        // What `fetch` has, if anything has used it.
        "loadedResponse" 0 => |_| Ok(parts::loaded("response")),
        "isExportedFunction" 1 => world::is_exported_function,
    }
    Ok(())
}
