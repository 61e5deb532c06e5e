//! The components that the VMs of a builder are linked to.

use jsvm::extension::{Extension, ExtensionInstance, ExtensionModule, ExtensionVm};
use jsvm::{HostError, Import};

use super::component::{CALL, LinkedComponent, Resolution};
use super::error::LinkError;
use super::links::VmLinks;

/// The components that the VMs of a builder are linked to.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinkTable {
    pub(crate) components: Vec<LinkedComponent>,
}

impl LinkTable {
    /// Checks that no two components have the same name.
    pub(crate) fn check(&self) -> Result<(), LinkError> {
        for (index, component) in self.components.iter().enumerate() {
            let name = component.name();
            if self.components[..index]
                .iter()
                .any(|other| other.name() == name)
            {
                return Err(LinkError::NameTaken { name: name.into() });
            }
        }
        Ok(())
    }

    /// Resolves an import to the full name of a module, if it names one of a linked component.
    pub(crate) fn resolve(&self, specifier: &str) -> Option<Result<String, HostError>> {
        let mut found = Vec::new();
        let mut failure = None;
        for component in &self.components {
            let linked = &component.linked;
            if linked.modules.contains_key(specifier) {
                return Some(Ok(specifier.to_owned()));
            }
            match linked.interface(specifier) {
                Resolution::None => {}
                Resolution::One(interface) => found.push((linked, interface)),
                Resolution::OtherVersions(known) => {
                    failure = Some(format!(
                        "cannot find module '{specifier}': the linked component `{}` has {}",
                        linked.name,
                        known.join(", ")
                    ));
                }
                Resolution::Several(known) => {
                    failure = Some(format!(
                        "'{specifier}' can mean several interfaces of the linked component `{}`: \
                         import one of {}",
                        linked.name,
                        known.join(", ")
                    ));
                }
            }
        }
        match &*found {
            [(linked, interface)] => return Some(Ok(linked.module_name(interface))),
            [] => {}
            several => {
                // The name of a component takes precedence over the exports of others.
                let named = several.iter().find(|(linked, _)| {
                    specifier
                        .strip_prefix(&*linked.name)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '@']))
                });
                if let Some((linked, interface)) = named
                    && several
                        .iter()
                        .filter(|(other, _)| specifier.starts_with(&*other.name))
                        .count()
                        == 1
                {
                    return Some(Ok(linked.module_name(interface)));
                }
                let names: Vec<_> = several
                    .iter()
                    .map(|(linked, _)| format!("`{}`", linked.name))
                    .collect();
                failure = Some(format!(
                    "'{specifier}' is exported by several linked components, {}: import it by the \
                     name of one of them, such as '{}/{}'",
                    names.join(" and "),
                    several[0].0.name,
                    super::names::InterfaceName::parse(specifier).local(),
                ));
            }
        }
        failure.map(|message| Err(HostError::new(message)))
    }

    /// Returns a module by its full name.
    pub(crate) fn load(&self, name: &str) -> Option<ExtensionModule> {
        let mut modules = self
            .components
            .iter()
            .map(|component| &component.linked.modules);
        modules.find_map(|modules| modules.get(name)).cloned()
    }
}

impl Extension for LinkTable {
    fn call_prefix(&self) -> &str {
        CALL
    }

    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.check().map_err(Into::into)
    }

    fn resolve(&self, import: &Import<'_>) -> Option<Result<String, HostError>> {
        self.resolve(import.specifier)
    }

    fn load(&self, name: &str) -> Option<ExtensionModule> {
        self.load(name)
    }

    fn instantiate(&self, vm: ExtensionVm) -> Box<dyn ExtensionInstance> {
        Box::new(VmLinks::new(self, vm))
    }
}
