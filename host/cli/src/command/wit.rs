//! Reads the world that options name.

use std::path::Path;

use jsvm_world::WorldSource;

use super::usage::Usage;

/// Reads a world. Without a name it is the only one.
pub fn read_world(wit: &Path, name: Option<&str>) -> Result<WorldSource, Usage> {
    WorldSource::read(wit, name).map_err(|error| Usage(error.to_string()))
}
