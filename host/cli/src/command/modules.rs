//! Opens the folder of a program's modules.

use std::path::Path;

use jsvm_node::NodeModules;

use super::reason::reason;
use super::usage::Usage;

/// Returns the modules of the program in a folder.
pub fn around(folder: &Path) -> Result<NodeModules, Usage> {
    NodeModules::around(folder).map_err(|error| cannot_open(folder, &error))
}

/// Returns the modules in a folder and below, without looking for the root of a program.
pub fn below(folder: &Path) -> Result<NodeModules, Usage> {
    NodeModules::new(folder).map_err(|error| cannot_open(folder, &error))
}

fn cannot_open(folder: &Path, error: &std::io::Error) -> Usage {
    Usage(format!(
        "cannot open {}: {}",
        folder.display(),
        reason(error)
    ))
}
