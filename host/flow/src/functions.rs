//! Functions of the embedder that flows call within a turn.

use std::collections::BTreeMap;
use std::sync::Arc;

use jsvm::{HostFunction, VmBuilder};

type Add = dyn Fn(VmBuilder) -> VmBuilder + Send + Sync;

/// Functions that are pure by declaration, by name. Recovery calls them again.
#[derive(Clone, Default)]
pub(crate) struct PureFunctions(BTreeMap<String, Arc<Add>>);

impl PureFunctions {
    pub(crate) fn insert<Args>(&mut self, name: String, function: impl HostFunction<Args> + Clone) {
        let handled = name.clone();
        let add = move |builder: VmBuilder| builder.handler(&*handled, function.clone());
        self.0.insert(name, Arc::new(add));
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Has a VM call them.
    pub(crate) fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        self.0.values().fold(builder, |builder, add| add(builder))
    }
}

impl std::fmt::Debug for PureFunctions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
