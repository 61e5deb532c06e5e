//! The union of several worlds.

use std::path::PathBuf;

use wit_parser::{CloneMaps, Resolve, Span};

use crate::source::Features;
use crate::{WorldError, WorldSource};

/// The package of the union.
const WIT: &str = "package jsvm:program;\n\nworld program {}\n";

/// A world that is a part of a union, and where its WIT is.
///
/// ```
/// use jsvm_world::WorldPart;
/// let part = WorldPart::new("node_modules/store/wit", "acme:store@1.2.0", "imports");
/// assert_eq!(part.full_name(), "acme:store/imports@1.2.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorldPart {
    /// A WIT file, a folder with WIT files, or a package in the binary format.
    pub path: PathBuf,
    /// The package of the world, such as `acme:store@1.2.0`.
    pub package: String,
    /// The world, such as `imports`.
    pub world: String,
}

impl WorldPart {
    /// Names a world.
    pub fn new(
        path: impl Into<PathBuf>,
        package: impl Into<String>,
        world: impl Into<String>,
    ) -> Self {
        WorldPart {
            path: path.into(),
            package: package.into(),
            world: world.into(),
        }
    }

    /// Returns the name of the world with its package, as WIT has it.
    pub fn full_name(&self) -> String {
        match self.package.split_once('@') {
            Some((package, version)) => format!("{package}/{}@{version}", self.world),
            None => format!("{}/{}", self.package, self.world),
        }
    }
}

impl WorldSource {
    /// Reads worlds and makes one world of them, `jsvm:program/program`, which imports and exports what
    /// any of them does. Their packages may have parts of the same package.
    ///
    /// ```
    /// use jsvm_world::{Features, WorldPart, WorldSource};
    ///
    /// # let folder = std::env::temp_dir().join(format!("jsvm-union-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let (a, b) = (folder.join("a.wit"), folder.join("b.wit"));
    /// std::fs::write(&a, "package acme:a; world w { import get: func() -> u32; }")?;
    /// std::fs::write(&b, "package acme:b; world w { export run: func(); }")?;
    /// let parts = [WorldPart::new(a, "acme:a", "w"), WorldPart::new(b, "acme:b", "w")];
    /// let world = WorldSource::read_union(&parts, Features::default())?;
    /// assert_eq!(world.export_names(), ["run"]);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`WorldError::Wit`] if two worlds contradict each other.
    pub fn read_union(parts: &[WorldPart], features: Features) -> Result<WorldSource, WorldError> {
        let wit = |message: String| WorldError::Wit { message };
        let mut resolve = Resolve::default();
        let package = resolve
            .push_str("program.wit", WIT)
            .map_err(|error| wit(resolve.render_error(&error)))?;
        let world = resolve
            .select_world(&[package], None)
            .map_err(WorldError::unfit)?;
        for part in parts {
            let failed = |error: &dyn std::fmt::Display| {
                let (name, path) = (part.full_name(), part.path.display());
                wit(format!("cannot add the world {name} of {path}: {error}"))
            };
            let read = WorldSource::read_part(part, features.clone())?;
            let merged = resolve
                .merge(read.resolve)
                .map_err(|error| failed(&format!("{error:#}")))?;
            let added = merged
                .map_world(read.world, Span::default())
                .map_err(|error| failed(&error))?;
            resolve
                .merge_worlds(added, world, &mut CloneMaps::default())
                .map_err(|error| failed(&format!("{error:#}")))?;
        }
        Ok(WorldSource::new(resolve, world))
    }

    fn read_part(part: &WorldPart, features: Features) -> Result<WorldSource, WorldError> {
        // A plain name is one of the package that the path is for.
        match WorldSource::read_with(&part.path, Some(&part.full_name()), features.clone()) {
            Err(WorldError::NoWorld { message }) => {
                let plain = WorldSource::read_with(&part.path, Some(&part.world), features);
                match plain {
                    Ok(read) if read.name() == part.full_name() => Ok(read),
                    _ => Err(WorldError::NoWorld {
                        message: format!("{}: {message}", part.path.display()),
                    }),
                }
            }
            read => read,
        }
    }

    /// Returns the names of what the world exports, such as `wasi:http/incoming-handler@0.2.0`.
    pub fn export_names(&self) -> Vec<String> {
        let exports = self.resolve.worlds[self.world].exports.keys();
        exports
            .map(|key| self.resolve.name_world_key(key))
            .collect()
    }

    /// Leaves out what the world exports. Call this before [`define`](Self::define).
    pub fn remove_exports(&mut self) {
        self.resolve.worlds[self.world].exports.clear();
    }
}
