//! Makes the description of a world.

mod exports;
mod imports;
mod transfers;
mod types;

use std::collections::HashMap;

use jsvm_abi::{Layouts, World};
use wit_parser::{
    Function, FunctionKind, LiftLowerAbi, ManglingAndAbi, Resolve, ResourceIntrinsic, Span,
    WasmImport, WorldId, WorldKey,
};

use crate::{WorldError, WorldSource};

pub(crate) use self::imports::module_names;

/// How core functions are named.
pub(crate) const MANGLING: ManglingAndAbi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);

/// How core functions of asynchronous functions are named.
pub(crate) const ASYNC_MANGLING: ManglingAndAbi =
    ManglingAndAbi::Legacy(LiftLowerAbi::AsyncCallback);

/// The description of a world, and the names that its functions have in core modules.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    pub world: World,
    pub layouts: Layouts,
    /// For each import of the description, the module and the name.
    pub imports: Vec<CoreImport>,
    /// For each export of the description.
    pub exports: Vec<CoreExport>,
    /// Names of the exports that are destructors, and the indices of their resources.
    pub destructors: Vec<(String, u32)>,
}

/// The names of a core import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CoreImport {
    pub module: String,
    pub name: String,
}

/// The names of a core export, and its place in WIT.
#[derive(Clone, Debug)]
pub(crate) struct CoreExport {
    pub name: String,
    /// The function that is called once the result was read, or with events of an asynchronous function.
    pub after: String,
    pub place: String,
}

/// A function whose description is made.
#[derive(Clone)]
struct Described<'a> {
    function: &'a Function,
    /// The interface that it is in.
    interface: Option<WorldKey>,
    is_exported: bool,
    /// The name in messages.
    name: String,
}

/// The world that is described, and the description so far.
struct Describer<'a> {
    resolve: &'a Resolve,
    description: Description,
    types: HashMap<wit_parser::TypeId, u32>,
    resources: HashMap<wit_parser::TypeId, u32>,
    /// The function that is described now.
    at: Option<Described<'a>>,
    /// The key of the exported or imported interface of each interface, and whether it is exported.
    keys: HashMap<wit_parser::InterfaceId, (WorldKey, bool)>,
}

impl WorldSource {
    /// Describes the world. The numbers of the description are those that the adapter uses.
    pub(crate) fn description(&self) -> Result<Description, WorldError> {
        let mut resolve = self.resolve.clone();
        // An interface that is imported and exported has the types of both sides apart.
        resolve.generate_nominal_type_ids(self.world);
        Describer::new(&resolve, self.world).describe(self.world, &|names| self.has_module(names))
    }
}

impl<'a> Describer<'a> {
    fn new(resolve: &'a Resolve, world: WorldId) -> Self {
        let mut keys = HashMap::new();
        let world = &resolve.worlds[world];
        for (items, is_exported) in [(&world.imports, false), (&world.exports, true)] {
            for (key, item) in items {
                if let wit_parser::WorldItem::Interface { id, .. } = item {
                    keys.insert(*id, (key.clone(), is_exported));
                }
            }
        }
        Describer {
            resolve,
            description: Description {
                world: World::default(),
                layouts: Layouts::default(),
                imports: Vec::new(),
                exports: Vec::new(),
                destructors: Vec::new(),
            },
            types: HashMap::new(),
            resources: HashMap::new(),
            at: None,
            keys,
        }
    }

    fn describe(
        mut self,
        world: WorldId,
        has_module: &dyn Fn(&[String]) -> bool,
    ) -> Result<Description, WorldError> {
        self.modules(world, has_module)?;
        self.exports(world)?;
        self.description.layouts = Layouts::of(&self.description.world.types)?;
        Ok(self.description)
    }

    /// Fails because of a feature of the function that is described.
    fn unsupported(&self, feature: &'static str) -> WorldError {
        let (span, function) = match &self.at {
            Some(at) => (at.function.span, at.name.clone()),
            None => (Span::default(), String::new()),
        };
        WorldError::Unsupported {
            place: place(self.resolve, span, &function),
            function,
            feature,
        }
    }

    fn function(&mut self, described: Described<'a>) -> Result<jsvm_abi::Function, WorldError> {
        let function = described.function;
        let name = crate::names::camel(function.item_name());
        self.at = Some(described);
        let is_static = matches!(
            function.kind,
            FunctionKind::Static(_) | FunctionKind::AsyncStatic(_)
        );
        if is_static && name == "prototype" {
            return Err(self.unsupported("has a name that classes keep for their prototype"));
        }
        let mut parameters = Vec::with_capacity(function.params.len());
        for parameter in &function.params {
            parameters.push(jsvm_abi::Parameter {
                name: crate::names::camel(&parameter.name),
                ty: self.ty(parameter.ty)?,
            });
        }
        let result = match function.result {
            Some(ty) => Some(self.ty(ty)?),
            None => None,
        };
        Ok(jsvm_abi::Function {
            name,
            parameters,
            result,
            is_async: function.kind.is_async(),
        })
    }

    /// Adds an import, and returns its number.
    fn import(&mut self, name: String, callee: jsvm_abi::Callee, core: (String, String)) -> u32 {
        let (module, field) = core;
        let imports = &mut self.description.world.imports;
        imports.push(jsvm_abi::Import { name, callee });
        self.description.imports.push(CoreImport {
            module,
            name: field,
        });
        (self.description.imports.len() - 1) as u32
    }

    /// The module and name of a function of a resource that the component model provides.
    fn intrinsic(
        &self,
        interface: Option<&WorldKey>,
        resource: wit_parser::TypeId,
        intrinsic: ResourceIntrinsic,
    ) -> (String, String) {
        let import = WasmImport::ResourceIntrinsic {
            interface,
            resource,
            intrinsic,
        };
        self.resolve.wasm_import_name(MANGLING, import)
    }

    /// The name of a function in messages.
    fn full_name(&self, interface: Option<&WorldKey>, function: &Function) -> String {
        match interface {
            Some(key) => format!("{}#{}", self.resolve.name_world_key(key), function.name),
            None => function.name.clone(),
        }
    }
}

/// The file, line and column of a function, or its name if it was read from a binary package.
pub(crate) fn place(resolve: &Resolve, span: Span, name: &str) -> String {
    if span == Span::default() {
        return name.to_owned();
    }
    resolve.render_location(span)
}
