//! Adds up the parts of a component.
//!
//! A component defines core modules and components, and instantiates them. The compiler reads each
//! module once, but handles the parts of a component each time that it is instantiated: some lines
//! can make billions of instances. A component can instantiate its own modules and components and
//! those of the components around it, which all end before: one pass knows their costs. It can also
//! instantiate ones that it imports. Their costs are not known here, so that is refused; tools that
//! compose components make none.

use std::num::NonZero;
use std::thread;

use wasmparser::{
    BinaryReaderError, CanonicalFunction, CanonicalOption, ComponentAlias, ComponentDefinedType,
    ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, ComponentType,
    ComponentTypeRef, Encoding, Instance, InstanceTypeDeclaration, Parser, Payload,
};

use super::module::{CodeCosts, ModuleCosts};
use super::{CompileLimits, Cost, WORK};

/// Bytes that the compiler keeps for each item of a component, each time that it is instantiated.
const ITEM: u64 = 512;

/// Bytes that the compiler keeps for each byte of a description of types.
const TYPE_BYTE: u64 = 64;

/// The costs of one instance of a component.
#[derive(Clone, Copy, Debug, Default)]
struct InstanceCost {
    /// Aliases, exports and all else that the compiler handles.
    items: u64,
    /// Core instances, and functions between components.
    parts: u64,
    /// Bytes that the host keeps for the core instances.
    bytes: u64,
}

impl InstanceCost {
    fn add(&mut self, other: InstanceCost) {
        self.items = self.items.saturating_add(other.items);
        self.parts = self.parts.saturating_add(other.parts);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// The cost of an instance whose definition is elsewhere.
    const UNKNOWN: InstanceCost = InstanceCost {
        items: u64::MAX,
        parts: u64::MAX,
        bytes: u64::MAX,
    };

    fn of(costs: &[InstanceCost], index: u32) -> InstanceCost {
        let known = costs.get(index as usize);
        known.copied().unwrap_or(InstanceCost::UNKNOWN)
    }
}

/// A component that is being read.
#[derive(Debug, Default)]
struct ComponentCosts {
    /// The costs of the modules and components that it can instantiate, by their indices.
    modules: Vec<InstanceCost>,
    components: Vec<InstanceCost>,
    own: InstanceCost,
}

#[derive(Debug)]
enum Part {
    Module(ModuleCosts),
    Component(ComponentCosts),
}

/// Reads a component.
struct Reader {
    /// The component and the parts that are nested in it, down to the current one.
    nested: Vec<Part>,
    code: CodeCosts,
    whole: InstanceCost,
    is_concurrent: bool,
}

/// Estimates the cost of a component.
pub(super) fn read(bytes: &[u8], limits: &CompileLimits) -> Result<Cost, BinaryReaderError> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let limit = limits.memory.saturating_mul(WORK);
    let mut reader = Reader {
        nested: Vec::new(),
        code: CodeCosts::new(limit, workers),
        whole: InstanceCost::default(),
        is_concurrent: false,
    };
    // The file itself, and the compiled form of it.
    reader.code.keep(2, bytes.len() as u64);
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        reader.is_concurrent = reader.is_concurrent || is_concurrent(&payload)?;
        reader.add(&payload)?;
    }
    let Reader {
        code,
        whole,
        is_concurrent,
        ..
    } = reader;
    let items = whole.items.saturating_mul(ITEM);
    Ok(Cost {
        memory: code.peak().saturating_add(items).max(code.work / WORK),
        parts: whole.parts,
        instance_bytes: whole.bytes,
        is_concurrent,
    })
}

/// Whether a part of a component has asynchronous functions, streams or futures.
fn is_concurrent(payload: &Payload<'_>) -> Result<bool, BinaryReaderError> {
    fn of_type(ty: &ComponentType<'_>) -> bool {
        match ty {
            ComponentType::Func(ty) => ty.async_,
            ComponentType::Defined(ty) => matches!(
                ty,
                ComponentDefinedType::Future(_) | ComponentDefinedType::Stream(_)
            ),
            ComponentType::Instance(items) => items.iter().any(|item| match item {
                InstanceTypeDeclaration::Type(ty) => of_type(ty),
                _ => false,
            }),
            ComponentType::Component(_) | ComponentType::Resource { .. } => false,
        }
    }
    match payload {
        Payload::ComponentTypeSection(section) => {
            for ty in section.clone() {
                if of_type(&ty?) {
                    return Ok(true);
                }
            }
        }
        Payload::ComponentCanonicalSection(section) => {
            for function in section.clone() {
                let options = match function? {
                    CanonicalFunction::Lift { options, .. }
                    | CanonicalFunction::Lower { options, .. } => options,
                    _ => continue,
                };
                if options.contains(&CanonicalOption::Async) {
                    return Ok(true);
                }
            }
        }
        _ => {}
    }
    Ok(false)
}

impl Reader {
    fn add(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } => self.nested.push(Part::Module(ModuleCosts::default())),
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => self.nested.push(Part::Component(ComponentCosts::default())),
            Payload::End(_) => self.end(),
            Payload::ComponentAliasSection(section) => {
                if let Some(Part::Component(component)) = self.nested.last_mut() {
                    component.items(section.count());
                }
                for alias in section.clone() {
                    self.alias(&alias?);
                }
            }
            payload => match self.nested.last_mut() {
                Some(Part::Module(module)) => module.add(payload, &mut self.code)?,
                Some(Part::Component(component)) => component.add(payload, &mut self.code)?,
                None => {}
            },
        }
        Ok(())
    }

    /// The innermost part ends.
    fn end(&mut self) {
        let Some(ended) = self.nested.pop() else {
            return;
        };
        let (cost, is_module) = match &ended {
            Part::Module(module) => {
                let bytes = module.instance_bytes();
                let (items, parts) = (1, 1);
                let cost = InstanceCost {
                    items,
                    parts,
                    bytes,
                };
                (cost, true)
            }
            Part::Component(component) => (component.own, false),
        };
        match self.nested.last_mut() {
            Some(Part::Component(around)) if is_module => around.modules.push(cost),
            Some(Part::Component(around)) => around.components.push(cost),
            _ => self.whole = cost,
        }
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) {
        let (is_module, cost) = match alias {
            ComponentAlias::InstanceExport { kind, .. } => match kind {
                ComponentExternalKind::Module => (true, InstanceCost::UNKNOWN),
                ComponentExternalKind::Component => (false, InstanceCost::UNKNOWN),
                _ => return,
            },
            ComponentAlias::Outer { kind, count, index } => {
                let mut around = self.nested.iter().rev().skip(*count as usize);
                let around = match around.next() {
                    Some(Part::Component(around)) => Some(around),
                    _ => None,
                };
                let cost = |costs: fn(&ComponentCosts) -> &[InstanceCost]| {
                    around.map_or(InstanceCost::UNKNOWN, |around| {
                        InstanceCost::of(costs(around), *index)
                    })
                };
                match kind {
                    ComponentOuterAliasKind::CoreModule => (true, cost(|around| &around.modules)),
                    ComponentOuterAliasKind::Component => {
                        (false, cost(|around| &around.components))
                    }
                    _ => return,
                }
            }
            ComponentAlias::CoreInstanceExport { .. } => return,
        };
        if let Some(Part::Component(component)) = self.nested.last_mut() {
            component.define(is_module, cost);
        }
    }
}

impl ComponentCosts {
    fn add(
        &mut self,
        payload: &Payload<'_>,
        code: &mut CodeCosts,
    ) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::InstanceSection(section) => {
                self.items(section.count());
                for instance in section.clone() {
                    if let Instance::Instantiate { module_index, .. } = instance? {
                        self.own.add(InstanceCost::of(&self.modules, module_index));
                    }
                }
            }
            Payload::ComponentInstanceSection(section) => {
                self.items(section.count());
                for instance in section.clone() {
                    if let ComponentInstance::Instantiate {
                        component_index, ..
                    } = instance?
                    {
                        // An instance without core instances is work for the compiler, too.
                        self.own.parts = self.own.parts.saturating_add(1);
                        let cost = InstanceCost::of(&self.components, component_index);
                        self.own.add(cost);
                    }
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                self.items(section.count());
                self.own.parts = self.own.parts.saturating_add(section.count().into());
            }
            Payload::ComponentImportSection(section) => {
                self.items(section.count());
                for import in section.clone() {
                    match import?.ty {
                        ComponentTypeRef::Module(_) => self.define(true, InstanceCost::UNKNOWN),
                        ComponentTypeRef::Component(_) => self.define(false, InstanceCost::UNKNOWN),
                        _ => {}
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                self.items(section.count());
                for export in section.clone() {
                    let export = export?;
                    match export.kind {
                        ComponentExternalKind::Module => {
                            self.define(true, InstanceCost::of(&self.modules, export.index));
                        }
                        ComponentExternalKind::Component => {
                            self.define(false, InstanceCost::of(&self.components, export.index));
                        }
                        _ => {}
                    }
                }
            }
            Payload::ComponentTypeSection(section) => {
                self.items(section.count());
                code.keep(TYPE_BYTE, section.range().len() as u64);
            }
            Payload::CoreTypeSection(section) => {
                self.items(section.count());
                code.keep(TYPE_BYTE, section.range().len() as u64);
            }
            Payload::CustomSection(section) => code.keep(2, section.data().len() as u64),
            _ => {}
        }
        Ok(())
    }

    fn items(&mut self, count: u32) {
        self.own.items = self.own.items.saturating_add(count.into());
    }

    /// Adds a module or component that can be instantiated by its index.
    fn define(&mut self, is_module: bool, cost: InstanceCost) {
        match is_module {
            true => self.modules.push(cost),
            false => self.components.push(cost),
        }
    }
}
