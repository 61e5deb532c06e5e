//! `fetch` in components for worlds, by `wasi:http`.

use jsvm::{Value, Vm};

use crate::scripts::evaluated;
use crate::{WorldError, WorldSource};

/// A way to carry out `fetch`.
struct Way {
    /// The beginning of the versions of WASI that have it.
    version: &'static str,
    /// The interfaces that it needs: the one that sends, and that of the types.
    interfaces: [&'static str; 2],
    /// A world that imports these, and its name.
    wit: &'static str,
    world: &'static str,
    script: &'static str,
}

/// By `wasi:http` 0.2: the instance waits for the host.
const NOW: Way = Way {
    version: "0.2.",
    interfaces: ["wasi:http/outgoing-handler", "wasi:http/types"],
    wit: include_str!("fetch.wit"),
    world: "fetch",
    script: include_str!("fetch.js"),
};

/// By `wasi:http` 0.3, which needs asynchronous exports.
const LATER: Way = Way {
    version: "0.3.",
    interfaces: ["wasi:http/client", "wasi:http/types"],
    wit: include_str!("fetch_later.wit"),
    world: "fetch-later",
    script: include_str!("fetch_later.js"),
};

/// What both scripts use.
const COMMON: &str = include_str!("fetch_common.js");

impl WorldSource {
    /// Whether the world has the interfaces of WASI by which `fetch` can be carried out.
    pub fn can_fetch(&self) -> bool {
        self.fetch_modules().is_some()
    }

    /// Adds the interfaces of WASI by which `fetch` can be carried out, unless the world has them. Returns their
    /// names.
    ///
    /// # Errors
    /// [`WorldError::Wit`] if the world has a package of the same name with other types.
    pub fn add_fetch(&mut self) -> Result<Vec<String>, WorldError> {
        match self.can_fetch() {
            true => Ok(Vec::new()),
            false => {
                let way = if self.is_async() { LATER } else { NOW };
                self.add_world(way.world, way.wit)
            }
        }
    }

    /// Lets scripts use streams and pollables again, after [`add_wasi`](Self::add_wasi) has kept them for the VM:
    /// [`fetch_requests`](Self::fetch_requests) needs them. Call this before [`define`](Self::define).
    pub fn share_streams(&mut self) {
        self.show_modules("wasi:io/");
    }

    /// Whether a module, by its specifiers, is one of those that `fetch` needs.
    pub fn is_for_fetch(&self, names: &[String]) -> bool {
        let found = self.fetch_modules();
        found.is_some_and(|(_, modules)| modules.iter().any(|module| names.contains(module)))
    }

    /// Returns the script that [`fetch_requests`](Self::fetch_requests) evaluates, whose identifiers a file needs.
    pub fn fetch_script(&self) -> String {
        let found = self.fetch_modules();
        found.map_or_else(String::new, |(way, [handler, types])| {
            let script = way.script.replace("{HANDLER}", &handler);
            format!("{}\n{COMMON}", script.replace("{TYPES}", &types))
        })
    }

    /// Makes the functions in JavaScript that answer the requests of `fetch`, in a VM that has the
    /// [world](Self::define): `fetch`, `read`, `cancel`, `write` and `end`, as the HTTP protocol of this project names
    /// them. Returns `None` if the world lacks the interfaces.
    ///
    /// # Errors
    /// [`WorldError::Vm`].
    pub fn fetch_requests(&self, vm: &Vm) -> Result<Option<Value>, WorldError> {
        match self.can_fetch() {
            true => evaluated(vm, "jsvm:fetch", &self.fetch_script(), "requests").map(Some),
            false => Ok(None),
        }
    }

    /// Whether exports of the world are asynchronous.
    fn is_async(&self) -> bool {
        let description = self.description();
        description.is_ok_and(|description| description.world.has_async_exports())
    }

    /// How `fetch` can be carried out, with the full names of the modules.
    fn fetch_modules(&self) -> Option<(Way, [String; 2])> {
        let later = || Some((LATER, self.modules_of(LATER.version, LATER.interfaces)?));
        let now = || Some((NOW, self.modules_of(NOW.version, NOW.interfaces)?));
        match self.is_async() {
            true => later().or_else(now),
            false => now(),
        }
    }
}
