//! Opens the folder of a program's modules.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jsvm_node::NodeModules;

use super::reason::reason;
use super::usage::Usage;

/// The folder whose files a program can import.
#[derive(Args)]
pub struct ModuleOptions {
    /// The folder whose modules the program can import [default: the nearest folder at or above the
    /// program with a package.json, a node_modules or a .git, but not the home folder]
    #[arg(long, value_name = "FOLDER")]
    modules: Option<PathBuf>,

    /// Which builds of packages are used: for Node.js, or for edge runtimes [default: node; edge with
    /// build --host spin]
    #[arg(long, value_name = "BUILDS")]
    conditions: Option<Conditions>,
}

/// The runtime that packages are built for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Conditions {
    /// With the modules of Node.js
    Node,
    /// With the web platform alone
    Edge,
}

impl ModuleOptions {
    /// Whether a folder is named.
    pub fn is_given(&self) -> bool {
        self.modules.is_some()
    }

    /// Returns the modules of the program in a folder.
    pub fn of(&self, folder: &Path) -> Result<NodeModules, Usage> {
        self.of_with(folder, Conditions::Node)
    }

    /// Returns the modules of the program in a folder, with other builds of packages by default.
    pub fn of_with(&self, folder: &Path, default: Conditions) -> Result<NodeModules, Usage> {
        let modules = self.open(folder)?;
        Ok(match self.conditions.unwrap_or(default) {
            Conditions::Node => modules.for_node(),
            Conditions::Edge => modules,
        })
    }

    fn open(&self, folder: &Path) -> Result<NodeModules, Usage> {
        match &self.modules {
            Some(root) => {
                let modules = NodeModules::with_root(root, folder);
                modules.map_err(|error| cannot_open(root, &error))
            }
            None => NodeModules::around(folder).map_err(|error| cannot_open(folder, &error)),
        }
    }
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
