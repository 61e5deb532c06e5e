//! `fetch` in components for worlds, by `wasi:http/outgoing-handler`.

use jsvm::{Value, Vm};

use crate::scripts::evaluated;
use crate::{WorldError, WorldSource};

/// The interfaces that `fetch` uses, and a world that imports them.
const WIT: &str = include_str!("fetch.wit");

/// Makes the requests of `fetch`.
const SCRIPT: &str = include_str!("fetch.js");

const HANDLER: &str = "wasi:http/outgoing-handler";
const TYPES: &str = "wasi:http/types";

impl WorldSource {
    /// Whether the world has the interfaces of WASI 0.2 by which `fetch` can be carried out.
    pub fn can_fetch(&self) -> bool {
        self.http_modules().is_some()
    }

    /// Adds the interfaces of WASI 0.2 by which `fetch` can be carried out, unless the world has them. Returns their
    /// names.
    ///
    /// # Errors
    /// [`WorldError::Wit`] if the world has a package of the same name with other types.
    pub fn add_fetch(&mut self) -> Result<Vec<String>, WorldError> {
        match self.can_fetch() {
            true => Ok(Vec::new()),
            false => self.add_world("fetch", WIT),
        }
    }

    /// Lets scripts use streams and pollables again, after [`add_wasi`](Self::add_wasi) has kept them for the VM:
    /// [`fetch_requests`](Self::fetch_requests) needs them. Call this before [`define`](Self::define).
    pub fn share_streams(&mut self) {
        self.show_modules("wasi:io/");
    }

    /// Whether a module, by its specifiers, is one of those that `fetch` needs.
    pub fn is_for_fetch(&self, names: &[String]) -> bool {
        let modules = self.http_modules();
        modules.is_some_and(|modules| modules.iter().any(|module| names.contains(module)))
    }

    /// Returns the script that [`fetch_requests`](Self::fetch_requests) evaluates, whose identifiers a file needs.
    pub fn fetch_script() -> &'static str {
        SCRIPT
    }

    /// Makes the functions in JavaScript that answer the requests of `fetch`, in a VM that has the
    /// [world](Self::define): `fetch`, `read`, `cancel`, `write` and `end`, as the HTTP protocol of this project names
    /// them. Returns `None` if the world lacks the interfaces.
    ///
    /// # Errors
    /// [`WorldError::Vm`].
    pub fn fetch_requests(&self, vm: &Vm) -> Result<Option<Value>, WorldError> {
        let Some([handler, types]) = self.http_modules() else {
            return Ok(None);
        };
        let script = SCRIPT
            .replace("{HANDLER}", &handler)
            .replace("{TYPES}", &types);
        evaluated(vm, "jsvm:fetch", &script, "requests").map(Some)
    }

    /// The full names of the modules of the newest `wasi:http` 0.2 with both interfaces.
    fn http_modules(&self) -> Option<[String; 2]> {
        self.modules_of([HANDLER, TYPES])
    }
}
