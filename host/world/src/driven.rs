//! Servers and commands that import what a world imports.

use jsvm::Vm;
use jsvm_abi::Callee;
use jsvm_abi::adapter::DRIVEN;
use jsvm_standalone::{ComponentKind, DRIVER, FileParts, ServiceImports, component_from_parts};
use wit_component::{
    ComponentEncoder, DecodedWasm, LibraryInfo, StringEncoding, embed_component_metadata,
};
use wit_parser::{PackageName, Resolve, Span, WorldId};

use crate::adapter::{NAME, REALLOC, driven_adapter, redirected};
use crate::component::imports;
use crate::describe::{CoreImport, Description};
use crate::{Built, Options, WorldError, WorldSource};

/// The name that the package of a file's own world gets, which no package of a program has.
const PACKAGE: (&str, &str) = ("jsvm", "file");

/// Makes a server or a command of a VM whose program was evaluated with the imports of the world.
///
/// As [`jsvm_standalone::component_of`], and the file also imports what the program uses of the world. What
/// the world exports does not matter: the file exports what its kind does. Of the options only
/// [`inclusion`](Options::inclusion) counts, since the file has the clock, entropy and console of its kind.
///
/// ```
/// use jsvm_standalone::{ComponentKind, ServiceImports};
/// use jsvm_world::{Options, WorldSource, driven_component};
///
/// # let path = std::env::temp_dir().join(format!("jsvm-driven-{}.wit", std::process::id()));
/// std::fs::write(&path, "package acme:app; world app { import now: func() -> u64; }")?;
/// let world = WorldSource::read(&path, None)?;
/// # std::fs::remove_file(&path)?;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// world.define(&vm)?;
/// // Evaluate the program, and register its handler.
/// let (kind, services) = (ComponentKind::Http, ServiceImports::default());
/// let built = driven_component(&vm, &world, kind, services, &Options::default())?;
/// assert!(built.imports.contains(&"now".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`component`](crate::component()); [`WorldError::AsyncImport`] if an import is asynchronous and the file is no
/// service; and
/// [`WorldError::Contradictory`] if the imports contradict those of the server or command.
pub fn driven_component(
    vm: &Vm,
    source: &WorldSource,
    kind: ComponentKind,
    services: ServiceImports,
    options: &Options,
) -> Result<Built, WorldError> {
    let mut source = source.clone();
    source.resolve.worlds[source.world].exports.clear();
    let description = source.description()?;
    let mut imported = description.world.imports.iter().zip(&description.imports);
    if !waits(kind)
        && let Some((_, core)) = imported.find(|(import, _)| is_async(&import.callee))
    {
        let name = name_of(core);
        return Err(WorldError::AsyncImport { name });
    }
    vm.roots().set(DRIVEN, true)?;
    let exports = [REALLOC];
    let built = component_from_parts(vm, kind, services, &exports, &options.inclusion, |parts| {
        encode(parts, &source, &description)
    });
    vm.roots().remove(DRIVEN)?;
    let built = built?;
    Ok(Built {
        imports: imports(&built.component)?,
        component: built.component,
        left_out: built.left_out,
    })
}

/// Whether the driver of a file waits for asynchronous imports: that of a service. The exports of the other kinds are
/// functions that are not asynchronous, as WASI 0.2 has them, so a host traps if they wait.
fn waits(kind: ComponentKind) -> bool {
    matches!(
        kind,
        ComponentKind::Service | ComponentKind::ServiceWithEnvironment
    )
}

/// Whether only an asynchronous world can have an import.
fn is_async(callee: &Callee) -> bool {
    match callee {
        Callee::Function(function) => function.is_async,
        Callee::Future(_) | Callee::Stream(_) => true,
        _ => false,
    }
}

/// The name of the function of WIT that an import calls, or whose type has the future or stream of the import:
/// `acme:app/api#watch` for `[async-lower][stream-read-0]watch`.
fn name_of(import: &CoreImport) -> String {
    let mut function = &*import.name;
    for kind in ["[async-lower]", "[future-", "[stream-"] {
        if function.starts_with(kind) {
            function = function.split_once(']').map_or(function, |(_, rest)| rest);
        }
    }
    match &*import.module {
        "$root" => function.to_owned(),
        interface => format!("{interface}#{function}"),
    }
}

/// Encodes a file that has the imports of the world, too.
fn encode(
    parts: FileParts<'_>,
    source: &WorldSource,
    description: &Description,
) -> Result<Vec<u8>, WorldError> {
    let unfit = |error| WorldError::unfit(format!("{error:#}"));
    let DecodedWasm::Component(mut file, file_world) =
        wit_component::decode(parts.file).map_err(unfit)?
    else {
        return Err(WorldError::unfit("the file is no component"));
    };
    rename_package(&mut file, file_world);
    let (mut resolve, world) = (source.resolve.clone(), source.world);
    let contradictory = |error| WorldError::Contradictory {
        reason: format!("{error:#}"),
    };
    let merged = resolve.merge(file).map_err(contradictory)?;
    let file_world = merged
        .map_world(file_world, Span::default())
        .map_err(WorldError::unfit)?;
    // Merging takes the types of the source for those of the driver, and does not compare them.
    wit_component::targets(&resolve, file_world, parts.file).map_err(contradictory)?;
    let system = source.system();
    let redirected = redirected(parts.vm, &system)?;
    let mut driver = parts.driver.to_vec();
    embed_component_metadata(&mut driver, &resolve, file_world, StringEncoding::UTF8)
        .map_err(unfit)?;
    let mut adapter = driven_adapter(description, &system, &redirected);
    embed_component_metadata(&mut adapter, &resolve, world, StringEncoding::UTF8).map_err(unfit)?;
    // A library, unlike an adapter, may have data and tables.
    let library = LibraryInfo {
        instantiate_after_shims: false,
        arguments: Vec::new(),
    };
    ComponentEncoder::default()
        .module(&redirected.module)
        .and_then(|encoder| encoder.library(DRIVER, &driver, library))
        .and_then(|encoder| encoder.adapter(NAME, &adapter))
        .and_then(|mut encoder| encoder.encode())
        .map_err(unfit)
}

/// Renames the package of a decoded component: the name is the same for all of them.
fn rename_package(resolve: &mut Resolve, world: WorldId) {
    let Some(package) = resolve.worlds[world].package else {
        return;
    };
    let name = PackageName {
        namespace: PACKAGE.0.to_owned(),
        name: PACKAGE.1.to_owned(),
        version: None,
    };
    let old = std::mem::replace(&mut resolve.packages[package].name, name.clone());
    resolve.package_names.shift_remove(&old);
    resolve.package_names.insert(name, package);
}
