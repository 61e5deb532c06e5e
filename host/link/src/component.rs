//! A component that VMs can be linked to.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre};

use super::concurrent::{Bridges, EndCall};
use super::cost::{self, CompileLimits, Cost};
use super::declare;
use super::error::LinkError;
use super::exports::Exports;
use super::glue;
use super::linker::Linker;
use super::names::{InterfaceName, is_link_name};
use super::rights::LinkRights;
use super::runtime::Runtime;
use super::state::LinkState;
use jsvm::extension::ExtensionModule;

/// A compiled component that VMs can be linked to, from
/// [`Linker::compile`](crate::Linker::compile).
///
/// It is cheap to clone and can be linked to any number of VMs. Each VM has its own instance.
#[derive(Clone)]
pub struct LinkedComponent {
    pub(crate) linked: Arc<Linked>,
    pub(crate) rights: Arc<LinkRights>,
}

/// The parts of a linked component that all VMs share.
pub(crate) struct Linked {
    /// The name in imports.
    pub(crate) name: String,
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) exports: Exports,
    pub(crate) bridges: Bridges,
    /// Modules by their full names.
    pub(crate) modules: BTreeMap<String, ExtensionModule>,
    /// Functions by the names of their host calls.
    pub(crate) calls: FxHashMap<String, Call>,
}

/// The compiled component, shared by all names it is linked under.
pub(crate) struct Compiled {
    pub(crate) runtime: Arc<Runtime>,
    component: Component,
    pub(crate) pre: InstancePre<LinkState>,
    /// Whether the component imports functions that can wait.
    pub(crate) may_wait: bool,
    /// Whether the component has asynchronous functions, streams or futures.
    pub(crate) is_concurrent: bool,
    /// The memory that the host keeps for each instance, without linear memories and tables.
    pub(crate) instance_bytes: u64,
}

/// The action of a host call of a linked component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Function(usize),
    Drop,
    End(EndCall),
}

/// The first bytes of WebAssembly, and the version of a core module.
const MAGIC: &[u8] = b"\0asm";
const CORE: &[u8] = &[1, 0, 0, 0];

/// The interfaces of WASI that every component can import.
const WASI: [&str; 6] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// The interfaces whose functions can wait.
const WAITING: [&str; 4] = ["wasi:cli/", "wasi:filesystem/", "wasi:io/", "wasi:sockets/"];

impl LinkedComponent {
    /// Compiles a component.
    pub(crate) fn new(linker: &Linker, name: &str, bytes: &[u8]) -> Result<Self, LinkError> {
        let cost = check(name, bytes, linker.limits())?;
        let runtime = linker.runtime(cost.is_concurrent)?;
        let compiled = Component::from_binary(&runtime.engine, bytes);
        Self::link(&runtime, name, compiled, cost)
    }

    /// Links a component that is compiled, or that the compiler refused.
    pub(crate) fn link(
        runtime: &Arc<Runtime>,
        name: &str,
        compiled: wasmtime::Result<Component>,
        cost: Cost,
    ) -> Result<Self, LinkError> {
        let owned = || name.to_owned();
        let component = compiled.map_err(|error| LinkError::Invalid {
            name: owned(),
            reason: format!("{error:#}"),
        })?;
        let imports = imports(&component);
        let is_given = |name: &String| WASI.iter().any(|given| name.starts_with(given));
        let missing: Vec<_> = imports
            .iter()
            .filter(|name| !is_given(name))
            .cloned()
            .collect();
        if !missing.is_empty() {
            return Err(LinkError::MissingImports {
                name: owned(),
                imports: missing,
            });
        }
        let pre = runtime.linker.instantiate_pre(&component);
        let pre = pre.map_err(|error| LinkError::Imports {
            name: owned(),
            reason: format!("{error:#}"),
        })?;
        let compiled = Compiled {
            runtime: runtime.clone(),
            pre,
            instance_bytes: cost.instance_bytes,
            may_wait: imports
                .iter()
                .any(|name| WAITING.iter().any(|waits| name.starts_with(waits))),
            is_concurrent: cost.is_concurrent,
            component,
        };
        let linked = Linked::new(name, Arc::new(compiled));
        if linked.exports.is_empty() {
            return Err(LinkError::NoExports { name: owned() });
        }
        Ok(LinkedComponent {
            linked: Arc::new(linked),
            rights: Arc::default(),
        })
    }

    /// Returns the component under another name.
    ///
    /// # Errors
    /// [`LinkError::Name`] if the name is not possible in an import.
    pub fn named(self, name: &str) -> Result<Self, LinkError> {
        if !is_link_name(name) {
            return Err(LinkError::Name { name: name.into() });
        }
        Ok(LinkedComponent {
            linked: Arc::new(Linked::new(name, self.linked.compiled.clone())),
            rights: self.rights,
        })
    }

    /// Sets the rights of the component; none by default.
    ///
    /// # Errors
    /// [`LinkError::Folder`] if a folder cannot be opened.
    pub fn rights(mut self, rights: LinkRights) -> Result<Self, LinkError> {
        rights.apply(&mut wasmtime_wasi::WasiCtxBuilder::new())?;
        self.rights = Arc::new(rights);
        Ok(self)
    }

    /// Returns the name in imports.
    pub fn name(&self) -> &str {
        &self.linked.name
    }

    /// Returns the package of the first exported interface, such as `acme:image`.
    pub fn package(&self) -> Option<&str> {
        let interfaces = self.linked.exports.interfaces.iter();
        interfaces
            .filter_map(|interface| interface.name.package())
            .find(|package| !package.starts_with("wasi:"))
    }

    /// Returns the specifiers of its modules: its name, and each of its interfaces.
    pub fn specifiers(&self) -> Vec<String> {
        self.linked.specifiers()
    }

    /// Returns TypeScript declarations of its modules, as the text of a `.d.ts` file.
    pub fn declarations(&self) -> String {
        declare::declarations(&self.linked)
    }
}

/// Checks what can be known about a component without compiling it, the cost of that included.
pub(crate) fn check(name: &str, bytes: &[u8], limits: &CompileLimits) -> Result<Cost, LinkError> {
    let owned = || name.to_owned();
    if !is_link_name(name) {
        return Err(LinkError::Name { name: owned() });
    }
    match bytes.strip_prefix(MAGIC) {
        None => return Err(LinkError::NotWebAssembly { name: owned() }),
        Some(rest) if rest.starts_with(CORE) => {
            return Err(LinkError::CoreModule { name: owned() });
        }
        Some(_) => {}
    }
    let cost = cost::estimate(bytes, limits).map_err(|error| LinkError::Invalid {
        name: name.to_owned(),
        reason: error.to_string(),
    })?;
    if cost.parts > limits.parts {
        return Err(LinkError::TooManyParts {
            name: name.to_owned(),
            limit: limits.parts,
        });
    }
    if cost.memory > limits.memory {
        return Err(LinkError::TooCostly {
            name: name.to_owned(),
            bytes: cost.memory,
            limit: limits.memory,
        });
    }
    Ok(cost)
}

/// Returns the names of the imports of a component, without interfaces that only have types.
fn imports(component: &Component) -> Vec<String> {
    let ty = component.component_type();
    let engine = component.engine();
    let mut names = Vec::new();
    for (name, item) in ty.imports(engine) {
        let is_needed = match &item.ty {
            ComponentItem::Type(_) => false,
            ComponentItem::ComponentInstance(instance) => instance
                .exports(engine)
                .any(|(_, item)| !matches!(item.ty, ComponentItem::Type(_))),
            _ => true,
        };
        if is_needed {
            names.push(name.to_owned());
        }
    }
    names
}

impl Linked {
    fn new(name: &str, compiled: Arc<Compiled>) -> Self {
        let exports = Exports::read(&compiled.component);
        let mut linked = Linked {
            name: name.to_owned(),
            bridges: Bridges::new(&exports.transfers),
            exports,
            compiled,
            modules: BTreeMap::new(),
            calls: FxHashMap::default(),
        };
        for interface in &linked.exports.interfaces {
            for index in &interface.functions {
                let function = &linked.exports.functions[*index];
                let call = linked.call_name(&interface.export, &function.export);
                linked.calls.insert(call, Call::Function(*index));
            }
        }
        linked.calls.insert(linked.drop_name(), Call::Drop);
        if linked.compiled.is_concurrent {
            for (call, name) in EndCall::ALL {
                linked.calls.insert(linked.end_name(name), Call::End(call));
            }
        }
        linked.modules = glue::modules(&linked);
        linked
    }

    /// Returns the name of the host call of a function.
    pub(crate) fn call_name(&self, interface: &str, function: &str) -> String {
        format!("{CALL}{}#{interface}#{function}", self.name)
    }

    /// Returns the name of the host call that drops a resource.
    pub(crate) fn drop_name(&self) -> String {
        format!("{CALL}{}#drop", self.name)
    }

    /// Returns the name of a host call that handles a stream or future.
    pub(crate) fn end_name(&self, name: &str) -> String {
        format!("{CALL}{}{name}", self.name)
    }

    /// Returns the full name of the module of an interface.
    pub(crate) fn module_name(&self, interface: &str) -> String {
        format!("{}#{interface}", self.name)
    }

    /// Resolves a specifier to an interface.
    pub(crate) fn interface(&self, specifier: &str) -> Resolution<'_> {
        let (base, version) = super::names::split_version(specifier);
        let interfaces = &self.exports.interfaces;
        if base == self.name {
            return match interfaces.first() {
                Some(root) if version.is_none() => Resolution::One(&root.export),
                _ => self
                    .newest(version, |name| name.package() == Some(base))
                    .root(),
            };
        }
        let local = base
            .strip_prefix(&*self.name)
            .and_then(|rest| rest.strip_prefix('/'));
        self.newest(version, |name| {
            let is_own = name.package().is_some() && name.base == base;
            is_own || local.is_some_and(|local| name.local() == local || name.base == local)
        })
    }

    /// Finds the newest of the matching interfaces.
    fn newest(
        &self,
        version: Option<&str>,
        is_meant: impl Fn(&InterfaceName) -> bool,
    ) -> Resolution<'_> {
        let interfaces = self.exports.interfaces.iter();
        let mut meant: Vec<_> = interfaces
            .filter(|interface| !interface.is_root())
            .filter(|interface| is_meant(&interface.name))
            .collect();
        if meant.is_empty() {
            return Resolution::None;
        }
        let known = meant.iter().map(|interface| interface.export.clone());
        let known = known.collect();
        meant.retain(|interface| interface.name.is_version(version));
        meant.sort_by(|a, b| b.name.version.cmp(&a.name.version));
        match &*meant {
            [] => Resolution::OtherVersions(known),
            [first, rest @ ..] if rest.iter().all(|other| other.name.base == first.name.base) => {
                Resolution::One(&first.export)
            }
            _ => Resolution::Several(known),
        }
    }

    pub(crate) fn specifiers(&self) -> Vec<String> {
        let interfaces = self.exports.interfaces.iter();
        interfaces
            .filter(|interface| interface.is_root() || !interface.functions.is_empty())
            .map(|interface| match () {
                () if interface.is_root() => self.name.clone(),
                () if interface.name.package().is_some() => interface.export.clone(),
                () => format!("{}/{}", self.name, interface.export),
            })
            .collect()
    }
}

/// The prefix of the names of host calls of linked components.
pub(crate) const CALL: &str = "jsvm:link:";

/// The result of resolving a specifier in one component.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resolution<'a> {
    /// The component has no such interface.
    None,
    /// An interface.
    One(&'a str),
    /// The component has other versions: these.
    OtherVersions(Vec<String>),
    /// The specifier is ambiguous between these.
    Several(Vec<String>),
}

impl Resolution<'_> {
    /// Turns a match into the root module, which has the functions without an interface.
    fn root(self) -> Self {
        match self {
            Resolution::One(_) | Resolution::Several(_) => Resolution::One(""),
            other => other,
        }
    }
}

impl std::fmt::Debug for LinkedComponent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkedComponent")
            .field("name", &self.linked.name)
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}
