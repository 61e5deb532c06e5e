//! Adds WASI to a world.

use wit_parser::{CloneMaps, Resolve, Span};

use crate::{WorldError, WorldSource};

/// The interfaces that a VM uses, and for each part a world that imports them.
const WIT: &str = include_str!("wasi.wit");

impl WorldSource {
    /// Adds those interfaces of WASI 0.2 that give the VM a clock, entropy and a console, unless the world has
    /// them. Returns their names. The program cannot import them. A world with asynchronous exports gets a clock of
    /// WASI 0.3 besides, so that timers run while other calls are waited for.
    ///
    /// # Errors
    /// [`WorldError::Wit`] if the world has a package of the same name with other types, or
    /// [`WorldError::Unsupported`] and [`WorldError::TooLarge`] if the world cannot be implemented.
    pub fn add_wasi(&mut self) -> Result<Vec<String>, WorldError> {
        let wit = |message: String| WorldError::Wit { message };
        let before = self.import_names();
        let system = self.system();
        let is_async = self.description()?.world.has_async_exports();
        let wanted = [
            (system.wall.is_none() || system.sleep.is_none(), "clock"),
            (is_async && system.wait_for.is_none(), "timers"),
            (system.random.is_none(), "entropy"),
            (system.output.is_none() && system.log.is_none(), "console"),
        ];
        if !wanted.iter().any(|(is_missing, _)| *is_missing) {
            return Ok(Vec::new());
        }
        let mut added = Resolve::default();
        let package = added
            .push_str("wasi.wit", WIT)
            .map_err(|error| wit(added.render_error(&error)))?;
        let worlds = added.packages[package].worlds.clone();
        let merged = self
            .resolve
            .merge(added)
            .map_err(|error| wit(format!("{error:#}")))?;
        for (_, name) in wanted.iter().filter(|(is_missing, _)| *is_missing) {
            let world = worlds.get(*name).copied();
            let world = world.ok_or_else(|| WorldError::unfit(format!("no world {name}")))?;
            let world = merged
                .map_world(world, Span::default())
                .map_err(WorldError::unfit)?;
            self.resolve
                .merge_worlds(world, self.world, &mut CloneMaps::default())
                .map_err(|error| wit(format!("{error:#}")))?;
        }
        let names = self.import_names();
        let names: Vec<String> = names
            .into_iter()
            .filter(|name| !before.contains(name))
            .collect();
        self.hide_modules(&names);
        Ok(names)
    }

    pub(crate) fn import_names(&self) -> Vec<String> {
        let imports = self.resolve.worlds[self.world].imports.keys();
        imports
            .map(|key| self.resolve.name_world_key(key))
            .collect()
    }
}
