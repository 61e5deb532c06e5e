//! Reads a world.

use std::collections::BTreeSet;
use std::path::Path;

use jsvm::{Value, ValueKind, Vm};
use wit_parser::{Resolve, WorldId};

use crate::WorldError;
use crate::error::MissingExport;
use crate::lock::{Lock, push_path};
use crate::mismatch::{message, missing_export};
use crate::retain::unused_modules;

/// A WIT world and everything that it refers to.
///
/// ```
/// use jsvm_world::{Options, WorldSource, component};
///
/// # let folder = std::env::temp_dir().join(format!("jsvm-world-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("world.wit");
/// std::fs::write(
///     &path,
///     "package acme:greeter; world greeter { export greet: func(name: string) -> string; }",
/// )?;
/// let world = WorldSource::read(&path, None)?;
/// assert_eq!(world.name(), "acme:greeter/greeter");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct WorldSource {
    pub(crate) resolve: Resolve,
    pub(crate) world: WorldId,
    /// The full names of imported modules that the component does not need.
    unused: BTreeSet<String>,
}

/// The gates of WIT that are open: items marked `@unstable(feature = …)` are there only then.
///
/// ```
/// use jsvm_world::Features;
/// let features = Features::Some(vec!["active-wires".to_owned()]);
/// assert_ne!(features, Features::default());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Features {
    /// All features.
    All,
    /// These features.
    Some(Vec<String>),
}

impl Default for Features {
    fn default() -> Self {
        Features::Some(Vec::new())
    }
}

impl WorldSource {
    /// Reads a world from a WIT file, from a folder with WIT files and its folder `deps`, or from a WIT
    /// package in the binary format. Without a name it is the only world of the package.
    ///
    /// If a file `wkg.lock` is beside a folder, packages that the WIT uses must be those of this file.
    ///
    /// # Errors
    /// [`WorldError::NoWit`] if there is nothing to read, [`WorldError::Wit`] with the parser's message,
    /// [`WorldError::Lock`] if a package in `deps` is not the locked one, or [`WorldError::NoWorld`] with the names
    /// of the worlds.
    pub fn read(path: &Path, world: Option<&str>) -> Result<WorldSource, WorldError> {
        WorldSource::read_with(path, world, Features::default())
    }

    /// As [`read`](Self::read), with features.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with(
        path: &Path,
        world: Option<&str>,
        features: Features,
    ) -> Result<WorldSource, WorldError> {
        if !path.exists() {
            let path = path.to_owned();
            return Err(WorldError::NoWit { path });
        }
        let mut resolve = Resolve::default();
        match features {
            Features::All => resolve.all_features = true,
            Features::Some(names) => resolve.features = names.into_iter().collect(),
        }
        let package = match Lock::of(path)? {
            Some(lock) => lock.push(&mut resolve)?,
            None => push_path(&mut resolve, path)?,
        };
        let world =
            resolve
                .select_world(&[package], world)
                .map_err(|error| WorldError::NoWorld {
                    message: no_world(&resolve, package, world, &error),
                })?;
        Ok(WorldSource::new(resolve, world))
    }

    pub(crate) fn new(resolve: Resolve, world: WorldId) -> WorldSource {
        WorldSource {
            resolve,
            world,
            unused: BTreeSet::new(),
        }
    }

    /// Returns the name of the world with its package.
    pub fn name(&self) -> String {
        let world = &self.resolve.worlds[self.world];
        match world.package {
            Some(package) => self.resolve.id_of_name(package, &world.name),
            None => world.name.clone(),
        }
    }

    /// Returns the specifiers of each module that the program may import.
    ///
    /// # Errors
    /// [`WorldError::Unsupported`] and [`WorldError::TooLarge`] if the world cannot be implemented.
    pub fn modules(&self) -> Result<Vec<Vec<String>>, WorldError> {
        let modules = self.description()?.world.modules;
        Ok(modules.into_iter().map(|module| module.names).collect())
    }

    /// Leaves out modules that the program does not import, so that the component does not import them
    /// either. The program cannot import them by a computed name.
    ///
    /// `is_used` gets the specifiers of each module that the world has. Modules with resources that the program
    /// can get without importing them stay. Call this before [`define`](Self::define).
    pub fn retain_modules(&mut self, is_used: impl FnMut(&[String]) -> bool) {
        let unused = unused_modules(&self.resolve, self.world, is_used);
        self.unused.extend(unused);
    }

    /// Leaves out modules by their full names.
    pub(crate) fn hide_modules(&mut self, names: &[String]) {
        self.unused.extend(names.iter().cloned());
    }

    /// Leaves in modules again whose full names begin so.
    pub(crate) fn show_modules(&mut self, prefix: &str) {
        self.unused.retain(|name| !name.starts_with(prefix));
    }

    pub(crate) fn has_module(&self, names: &[String]) -> bool {
        !names.first().is_some_and(|name| self.unused.contains(name))
    }

    /// Gives a VM the world: its program can import the world's modules from now on. Call this before the
    /// program is evaluated.
    ///
    /// # Errors
    /// [`WorldError::Unsupported`] and [`WorldError::TooLarge`] if the world cannot be implemented, or
    /// [`WorldError::Vm`].
    pub fn define(&self, vm: &Vm) -> Result<(), WorldError> {
        vm.define_world(&self.description()?.world.to_bytes())?;
        Ok(())
    }

    /// Finds the exports of the world in the namespace of the program's module, and keeps them in the VM.
    ///
    /// # Errors
    /// [`WorldError::Exports`] with each export that is missing or of another kind, or [`WorldError::Vm`].
    pub fn bind(&self, vm: &Vm, namespace: &Value) -> Result<(), WorldError> {
        let description = self.description()?;
        let problems = vm.bind_world(namespace)?;
        let mut missing: Vec<MissingExport> = Vec::new();
        let mut known = BTreeSet::new();
        for problem in problems {
            let index = problem.export as usize;
            let exports = description.world.exports.get(index);
            let Some((export, core)) = exports.zip(description.exports.get(index)) else {
                return Err(WorldError::unfit(
                    "the VM names an export that is not there",
                ));
            };
            let (mut wrong, shape) = message(&problem, export, &description.world);
            let name = export.interface.first().unwrap_or(&export.function.name);
            if wrong == missing_export(name) && has_by_default(namespace, name) {
                wrong = format!("only the default export has {name}");
            }
            // An interface or a class that is missing is missing for each of its functions.
            if known.insert(wrong.clone()) {
                missing.push(MissingExport {
                    place: core.place.clone(),
                    function: export.name.clone(),
                    message: format!("{wrong}. Write: {shape}"),
                });
            }
        }
        match missing.is_empty() {
            true => Ok(()),
            false => Err(WorldError::Exports { missing }),
        }
    }
}

/// Whether an object that is the default export has a property. Other runtimes look for exports there.
fn has_by_default(namespace: &Value, name: &str) -> bool {
    let default = namespace.get("default");
    let property = default.and_then(|default| match default.kind()? {
        ValueKind::Object => default.get(name),
        _ => Ok(Value::UNDEFINED),
    });
    property.is_ok_and(|property| !property.is_undefined())
}

/// Says which worlds there are.
fn no_world(
    resolve: &Resolve,
    package: wit_parser::PackageId,
    wanted: Option<&str>,
    error: &dyn std::fmt::Display,
) -> String {
    let package = &resolve.packages[package];
    let names: Vec<&str> = package.worlds.keys().map(|name| &**name).collect();
    let there_are = match &names[..] {
        [] => format!("the package {} has no world", package.name),
        names => format!("the package {} has: {}", package.name, names.join(", ")),
    };
    match wanted {
        None if names.is_empty() => there_are,
        None => format!("several worlds to choose from: {there_are}. Name one with --world"),
        Some(name) if name.contains(['/', ':']) => format!("no world {name}: {error}; {there_are}"),
        Some(name) => format!("no world {name}: {there_are}"),
    }
}
