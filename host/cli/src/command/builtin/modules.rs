//! Native code for the WebAssembly modules that programs load.

use std::sync::{Arc, LazyLock};

use jsvm::{ModuleCompiler, ModuleRunner, VmBuilder};
use jsvm_modules::Modules;

use crate::command::link::cache_folder;
use crate::command::permissions::Permissions;

/// Bytes of native code that are kept in files.
const KEPT: u64 = 256 << 20;

/// One compiler for all VMs of this process: what one has compiled, all have. It is made when a program first calls
/// a module, and creates the folder.
static MODULES: LazyLock<Modules> = LazyLock::new(|| {
    let modules = Modules::new();
    match cache_folder("modules") {
        Some(folder) => modules.cache(folder, KEPT),
        None => modules,
    }
});

struct Compiler;

impl ModuleCompiler for Compiler {
    fn runner(&self) -> Box<dyn ModuleRunner> {
        MODULES.runner()
    }
}

/// Has modules run as native code, if the permissions allow that.
pub fn add_to(builder: VmBuilder, permissions: &Permissions) -> VmBuilder {
    match permissions.compiles {
        true => builder.module_compiler(Arc::new(Compiler)),
        false => builder,
    }
}
