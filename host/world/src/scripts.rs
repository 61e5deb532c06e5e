//! Scripts that do by interfaces of the world what a VM has from its driver elsewhere.

use jsvm::{PromiseState, Source, Value, Vm};
use wit_parser::{CloneMaps, Resolve, Span};

use crate::names::without_version;
use crate::{WorldError, WorldSource};

impl WorldSource {
    /// Adds the imports of the world of this name in a WIT file. Returns the names of those that are new.
    ///
    /// # Errors
    /// [`WorldError::Wit`] if the world has a package of the same name with other types.
    pub(crate) fn add_world(&mut self, name: &str, text: &str) -> Result<Vec<String>, WorldError> {
        let wit = |message: String| WorldError::Wit { message };
        let before = self.import_names();
        let (added, world) = parsed(name, text)?;
        let merged = self
            .resolve
            .merge(added)
            .map_err(|error| wit(format!("{error:#}")))?;
        let world = merged
            .map_world(world, Span::default())
            .map_err(WorldError::unfit)?;
        self.resolve
            .merge_worlds(world, self.world, &mut CloneMaps::default())
            .map_err(|error| wit(format!("{error:#}")))?;
        let names = self.import_names().into_iter();
        Ok(names.filter(|name| !before.contains(name)).collect())
    }

    /// Makes a world of the one of this name in a WIT file.
    pub(crate) fn of_text(name: &str, text: &str) -> Result<WorldSource, WorldError> {
        let (resolve, world) = parsed(name, text)?;
        Ok(WorldSource::new(resolve, world))
    }

    /// The full names of modules of one package, in the newest version that begins so and that the world has of both.
    pub(crate) fn modules_of(&self, version: &str, interfaces: [&str; 2]) -> Option<[String; 2]> {
        let begins = version;
        let names = self.import_names();
        let versions = |interface: &str| {
            let names = names
                .iter()
                .filter(|name| without_version(name) == interface);
            let versions = names.filter_map(|name| Some(name.split_once('@')?.1.to_owned()));
            versions
                .filter(|version| version.starts_with(begins))
                .collect::<Vec<_>>()
        };
        let [one, other] = interfaces;
        let known = versions(other);
        let version = versions(one).into_iter().rfind(|it| known.contains(it))?;
        Some(interfaces.map(|interface| format!("{interface}@{version}")))
    }
}

fn parsed(name: &str, text: &str) -> Result<(Resolve, wit_parser::WorldId), WorldError> {
    let mut resolve = Resolve::default();
    let package = resolve
        .push_str(format!("{name}.wit"), text)
        .map_err(|error| WorldError::Wit {
            message: resolve.render_error(&error),
        })?;
    let world = resolve.packages[package].worlds.get(name).copied();
    let world = world.ok_or_else(|| WorldError::unfit(format!("no world {name}")))?;
    Ok((resolve, world))
}

/// Evaluates a module, and returns one of its exports.
pub(crate) fn evaluated(
    vm: &Vm,
    name: &str,
    source: &str,
    export: &str,
) -> Result<Value, WorldError> {
    let promise = vm.eval(Source::module(source).file_name(name))?;
    vm.run_jobs()?;
    match promise.promise_state()? {
        Some(PromiseState::Fulfilled(exports)) => Ok(exports.get(export)?),
        _ => Err(WorldError::unfit(format!("{name} cannot be evaluated"))),
    }
}
