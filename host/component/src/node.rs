//! The modules of Node.js.

use std::collections::HashMap;

use crate::constants;

/// Returns the modules of Node.js for VMs of this version: bytecode by the names of modules and of what they
/// are made of. The interface `realm` of the WIT package says how a VM runs it.
///
/// Decompressing takes some milliseconds. The result is `None` only if the package is damaged.
///
/// ```
/// let modules = jsvm_component::node_modules().expect("the package is whole");
/// assert!(modules.contains_key("path"));
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "node")))]
pub fn node_modules() -> Option<HashMap<String, Vec<u8>>> {
    let compressed = include_bytes!("../artefacts/node.zst");
    let bytes = zstd::bulk::decompress(compressed, constants::NODE_SIZE).ok()?;
    let modules: Vec<(String, Vec<u8>)> = postcard::from_bytes(&bytes).ok()?;
    Some(modules.into_iter().collect())
}
