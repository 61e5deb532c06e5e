//! The exports of a component, as scripts see them.

use wasmtime::component::types::{ComponentFunc, ComponentItem, ResourceType, Type};
use wasmtime::component::{Component, ComponentExportIndex};

use super::names::{InterfaceName, Role, camel, pascal};
use super::room::underestimation;
use super::shape::{ResourceId, Shape, TransferId, TransferShape, TypeTable, Unsupported};

/// The exports of a component.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    /// The interfaces. The first is the root, if there are exports without an interface.
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) functions: Vec<Function>,
    pub(crate) resources: Vec<Resource>,
    /// The types of streams and futures.
    pub(crate) transfers: Vec<TransferShape>,
}

/// An interface.
#[derive(Debug)]
pub(crate) struct Interface {
    /// The name in the component; empty for the root.
    pub(crate) export: String,
    pub(crate) name: InterfaceName,
    /// The indices of its functions.
    pub(crate) functions: Vec<usize>,
    /// Its resource types, by the names of their classes.
    pub(crate) classes: Vec<(String, ResourceId)>,
    /// Its other types.
    pub(crate) types: Vec<(String, Type)>,
}

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    /// The name in the component.
    pub(crate) export: String,
    pub(crate) index: ComponentExportIndex,
    /// The name in JavaScript; for a constructor, that of its class.
    pub(crate) name: String,
    pub(crate) kind: FunctionKind,
    /// Whether the function is asynchronous in WIT.
    pub(crate) is_async: bool,
    /// The parameters, without a method's own instance.
    pub(crate) params: Vec<(String, Shape)>,
    pub(crate) result: Option<Shape>,
    /// How many times more the result takes in the host than wasmtime counts.
    pub(crate) underestimation: u64,
    /// A type that JavaScript lacks, so that the function cannot be called.
    pub(crate) unsupported: Option<Unsupported>,
    /// The type, for declarations.
    pub(crate) ty: ComponentFunc,
}

/// The kind of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    Free,
    Constructor(ResourceId),
    Method(ResourceId),
    Static(ResourceId),
}

impl FunctionKind {
    /// Returns the class that the function is a member of.
    pub(crate) fn class(self) -> Option<ResourceId> {
        match self {
            FunctionKind::Free => None,
            FunctionKind::Constructor(id) | FunctionKind::Method(id) | FunctionKind::Static(id) => {
                Some(id)
            }
        }
    }
}

/// A resource type.
#[derive(Debug)]
pub(crate) struct Resource {
    ty: ResourceType,
    /// The interface of its class; `None` if the component does not export the type.
    pub(crate) interface: Option<usize>,
    /// The name of the class.
    pub(crate) class: String,
}

impl Function {
    /// Whether JavaScript around the function converts resources, streams and futures, or waits.
    pub(crate) fn needs_glue(&self) -> bool {
        self.kind != FunctionKind::Free
            || self.is_async
            || self.result.as_ref().is_some_and(Shape::has_handles)
            || self.takes_transfers()
    }

    /// Whether a parameter contains streams or futures.
    pub(crate) fn takes_transfers(&self) -> bool {
        self.params.iter().any(|(_, shape)| shape.has_transfers())
    }
}

impl Interface {
    /// Whether this is the root: the exports without an interface.
    pub(crate) fn is_root(&self) -> bool {
        self.export.is_empty()
    }
}

impl TypeTable for Exports {
    fn resource(&mut self, ty: ResourceType) -> ResourceId {
        let known = self.resources.iter().position(|known| known.ty == ty);
        ResourceId(known.unwrap_or_else(|| {
            self.resources.push(Resource {
                ty,
                interface: None,
                class: "Resource".into(),
            });
            self.resources.len() - 1
        }))
    }

    fn transfer(&mut self, shape: TransferShape) -> TransferId {
        let known = self.transfers.iter().position(|known| *known == shape);
        TransferId(known.unwrap_or_else(|| {
            self.transfers.push(shape);
            self.transfers.len() - 1
        }))
    }
}

/// An exported function whose types are not read yet.
struct ExportedFunction {
    interface: usize,
    export: String,
    index: ComponentExportIndex,
    ty: ComponentFunc,
}

impl Exports {
    /// Reads the exports of a component.
    pub(crate) fn read(component: &Component) -> Exports {
        let mut reader = ExportReader {
            component,
            exports: Exports::default(),
            found: Vec::new(),
        };
        reader
            .exports
            .interfaces
            .push(Interface::new(String::new()));
        let ty = component.component_type();
        let engine = component.engine();
        for (name, item) in ty.exports(engine) {
            reader.item(0, "", None, name, item.ty);
        }
        reader.functions();
        reader.exports
    }

    /// Returns the resource type of a type of the component.
    pub(crate) fn resource_of(&self, ty: ResourceType) -> Option<&Resource> {
        self.resources.iter().find(|known| known.ty == ty)
    }

    /// Whether there is no function that can be called.
    pub(crate) fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }
}

impl Interface {
    fn new(export: String) -> Self {
        Interface {
            name: InterfaceName::parse(&export),
            export,
            functions: Vec::new(),
            classes: Vec::new(),
            types: Vec::new(),
        }
    }
}

/// Reads the exports of a component.
struct ExportReader<'a> {
    component: &'a Component,
    exports: Exports,
    found: Vec<ExportedFunction>,
}

impl ExportReader<'_> {
    /// Reads an export of an interface. Functions are read later, when all resource types are
    /// known.
    fn item(
        &mut self,
        interface: usize,
        path: &str,
        parent: Option<&ComponentExportIndex>,
        name: &str,
        item: ComponentItem,
    ) {
        match item {
            ComponentItem::ComponentInstance(instance) => {
                let path = match path {
                    "" => name.to_owned(),
                    path => format!("{path}/{name}"),
                };
                let Some(index) = self.component.get_export_index(parent, name) else {
                    return;
                };
                self.exports.interfaces.push(Interface::new(path.clone()));
                let interface = self.exports.interfaces.len() - 1;
                let engine = self.component.engine();
                for (name, item) in instance.exports(engine) {
                    self.item(interface, &path, Some(&index), name, item.ty);
                }
            }
            ComponentItem::ComponentFunc(ty) => {
                if let Some(index) = self.component.get_export_index(parent, name) {
                    self.found.push(ExportedFunction {
                        interface,
                        export: name.to_owned(),
                        index,
                        ty,
                    });
                }
            }
            ComponentItem::Resource(ty) => {
                let id = self.exports.resource(ty);
                let class = pascal(name);
                let resource = &mut self.exports.resources[id.0];
                if resource.interface.is_none() {
                    resource.interface = Some(interface);
                    resource.class.clone_from(&class);
                }
                self.exports.interfaces[interface].classes.push((class, id));
            }
            ComponentItem::Type(ty) => {
                let types = &mut self.exports.interfaces[interface].types;
                types.push((pascal(name), ty));
            }
            // Scripts cannot use these.
            ComponentItem::CoreFunc(_) | ComponentItem::Module(_) | ComponentItem::Component(_) => {
            }
        }
    }

    fn functions(&mut self) {
        for found in std::mem::take(&mut self.found) {
            let interface = found.interface;
            if let Some(function) = self.function(found) {
                let functions = &mut self.exports.interfaces[interface].functions;
                functions.push(self.exports.functions.len());
                self.exports.functions.push(function);
            }
        }
    }

    /// Reads a function. Returns `None` if the form of its name is not known.
    fn function(&mut self, found: ExportedFunction) -> Option<Function> {
        let ExportedFunction {
            interface,
            export,
            index,
            ty,
        } = found;
        let class = |reader: &Self, name: &str| {
            let class = pascal(name);
            let classes = &reader.exports.interfaces[interface].classes;
            let found = classes.iter().find(|(known, _)| *known == class);
            found.map(|(_, id)| *id)
        };
        let (name, kind) = match Role::parse(&export)? {
            Role::Free(name) => (camel(name), FunctionKind::Free),
            Role::Constructor(of) => (pascal(of), FunctionKind::Constructor(class(self, of)?)),
            Role::Method(of, name) => (camel(name), FunctionKind::Method(class(self, of)?)),
            Role::Static(of, name) => (camel(name), FunctionKind::Static(class(self, of)?)),
        };
        let mut unsupported = None::<Unsupported>;
        let mut shape = |ty: &Type| {
            let shape = Shape::from_type(ty, &mut self.exports);
            shape.unwrap_or_else(|reason| {
                unsupported = Some(reason);
                Shape::Bool
            })
        };
        let skip = usize::from(matches!(kind, FunctionKind::Method(_)));
        let params = ty.params().skip(skip);
        let params = params
            .map(|(name, ty)| (name.to_owned(), shape(&ty)))
            .collect();
        let result = ty.results().next().map(|ty| shape(&ty));
        let underestimation = result.as_ref().map_or(1, underestimation);
        Some(Function {
            export,
            index,
            name,
            kind,
            is_async: ty.async_(),
            params,
            result,
            underestimation,
            unsupported,
            ty,
        })
    }
}
