//! Where the program's modules come from.

use std::path::Path;

use jsvm::program::NodeModules;

use super::Usage;
use super::usage::reason;

/// The modules of the program in a folder.
pub fn around(folder: &Path) -> Result<NodeModules, Usage> {
    NodeModules::around(folder).map_err(|error| cannot_open(folder, &error))
}

/// Modules in a folder and below, whatever program it belongs to.
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
