//! The modules that the imports of the world are.

use jsvm_abi::{Item, ItemKind, Module};

use super::described::described;
use super::{class, import};
use crate::js::{JsResult, Property, Value};
use crate::module::{ReadyModule, WorldModules};

/// How `module` finds them.
pub const WORLD_MODULES: WorldModules = WorldModules { resolve, load };

fn find(specifier: &str) -> Option<&'static Module> {
    let modules = described()?.world.modules.iter();
    modules
        .into_iter()
        .find(|module| module.names.iter().any(|name| name == specifier))
}

fn resolve(specifier: &str) -> Option<&'static str> {
    find(specifier)?.names.first().map(|name| &**name)
}

fn load(name: &str) -> Option<JsResult<ReadyModule>> {
    find(name).map(make)
}

fn make(module: &'static Module) -> JsResult<ReadyModule> {
    let world = import::world()?;
    let exports = Value::object()?;
    let mut names = Vec::with_capacity(module.items.len());
    let mut functions: Vec<(u32, Value)> = Vec::new();
    for Item { name, kind } in &module.items {
        let value = match kind {
            ItemKind::Function(number) => {
                // A function of the world itself is the default export, too.
                let known = functions.iter().find(|(known, _)| known == number);
                match known {
                    Some((_, function)) => function.clone(),
                    None => {
                        let function = import::function(world, *number)?;
                        functions.push((*number, function.clone()));
                        function
                    }
                }
            }
            ItemKind::Class(resource, _) => class::of(world, *resource)?,
        };
        exports.define(&**name, value, Property::PLAIN)?;
        names.push(name.clone());
    }
    Ok(ReadyModule { names, exports })
}
