//! The component that is shipped has exactly the interface that `wit/` describes.

use std::collections::BTreeMap;
use std::path::Path;

use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Resolve, WorldId, WorldItem};

/// Interfaces by name, each with its functions and types.
type Interfaces = BTreeMap<String, Vec<String>>;

fn interfaces<'a>(
    resolve: &Resolve,
    items: impl Iterator<Item = (&'a wit_parser::WorldKey, &'a WorldItem)>,
) -> Interfaces {
    let describe = |item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => {
            let interface = &resolve.interfaces[*id];
            let functions = interface.functions.values().map(|function| {
                let params: Vec<_> = function.params.iter().map(|param| &*param.name).collect();
                let result = if function.result.is_some() {
                    " -> .."
                } else {
                    ""
                };
                format!("{}({}){result}", function.name, params.join(", "))
            });
            let types = interface
                .types
                .iter()
                .map(|(name, id)| format!("{} {name}", resolve.types[*id].kind.as_str()));
            let mut all: Vec<_> = functions.chain(types).collect();
            all.sort();
            all
        }
        WorldItem::Function(function) => vec![format!("function {}", function.name)],
        WorldItem::Type { .. } => vec!["type".to_owned()],
    };
    items
        .map(|(key, item)| (resolve.name_world_key(key), describe(item)))
        .collect()
}

fn world(resolve: &Resolve, world: WorldId) -> (Interfaces, Interfaces) {
    let world = &resolve.worlds[world];
    (
        interfaces(resolve, world.imports.iter()),
        interfaces(resolve, world.exports.iter()),
    )
}

fn described() -> (Interfaces, Interfaces) {
    let mut resolve = Resolve {
        all_features: true,
        ..Resolve::default()
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let (package, _) = resolve.push_path(folder).unwrap();
    let id = resolve.select_world(&[package], Some("js-vm")).unwrap();
    world(&resolve, id)
}

fn shipped() -> (Interfaces, Interfaces) {
    match decode(jsvm::COMPONENT).unwrap() {
        DecodedWasm::Component(resolve, id) => world(&resolve, id),
        DecodedWasm::WitPackage(..) => panic!("it is no component"),
    }
}

#[test]
fn it_exports_what_the_world_says() {
    let (_, described) = described();
    let (_, shipped) = shipped();
    assert!(
        described
            .keys()
            .any(|name| name.starts_with("jsvm:engine/values@")),
        "{described:?}"
    );
    assert_eq!(shipped, described);
}

#[test]
fn it_imports_what_the_world_says_and_nothing_else() {
    let (described, _) = described();
    let (shipped, _) = shipped();
    // The package of the clocks names a resource of this interface, which the component does not use.
    let is_used = |name: &&String| !name.starts_with("wasi:io/poll@");
    assert_eq!(
        shipped.keys().collect::<Vec<_>>(),
        described.keys().filter(is_used).collect::<Vec<_>>()
    );
    for (name, items) in &shipped {
        // What the component does not use of an interface it need not import.
        for item in items {
            assert!(
                described[name].contains(item),
                "{name} has no {item}: {:?}",
                described[name]
            );
        }
    }
}

#[test]
fn nothing_of_it_can_reach_outside_but_through_these() {
    let (imports, exports) = shipped();
    let without_version = |name: &String| name.split('@').next().unwrap_or_default().to_owned();
    let imports: Vec<_> = imports.keys().map(without_version).collect();
    // No file, no socket, no environment, no standard stream.
    assert_eq!(
        imports,
        [
            "jsvm:engine/console",
            "jsvm:engine/host",
            "jsvm:engine/modules",
            "jsvm:engine/types",
            "wasi:clocks/monotonic-clock",
            "wasi:clocks/wall-clock",
            "wasi:random/random",
        ]
    );
    let exports: Vec<_> = exports.keys().map(without_version).collect();
    let ours = |name: &&String| !name.starts_with("jsvm:engine/");
    assert_eq!(exports.iter().find(ours), None, "all of it is ours");
}

/// Tools show the comment of the world: `wasm-tools component wit js-vm.wasm`.
#[test]
fn the_component_says_what_it_is() {
    let DecodedWasm::Component(resolve, world) = decode(jsvm::COMPONENT).unwrap() else {
        panic!("it is no component");
    };
    let docs = resolve.worlds[world]
        .docs
        .contents
        .clone()
        .unwrap_or_default();
    for part in [
        "a live JavaScript virtual machine",
        "the imports and exports of `js-vm.wasm`",
    ] {
        assert!(docs.contains(part), "{docs}");
    }
}

/// The package as registries take it has every comment.
#[test]
fn the_package_has_its_documentation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let bytes = jsvm_build::package::wit_package(&folder).unwrap();
    let DecodedWasm::WitPackage(resolve, package) = decode(&bytes).unwrap() else {
        panic!("it is no WIT package");
    };
    let package = &resolve.packages[package];
    assert_eq!(package.name.to_string(), "jsvm:engine@0.2.0");
    assert!(package.docs.contents.is_some());
    for world in package.worlds.values().map(|id| &resolve.worlds[*id]) {
        assert!(world.docs.contents.is_some(), "{}", world.name);
    }
    let (mut functions, mut types) = (0, 0);
    for interface in package
        .interfaces
        .values()
        .map(|id| &resolve.interfaces[*id])
    {
        assert!(interface.docs.contents.is_some(), "{:?}", interface.name);
        for function in interface.functions.values() {
            assert!(function.docs.contents.is_some(), "{}", function.name);
            functions += 1;
        }
        // Names that `use` brings are types without a comment of their own.
        for id in interface.types.values() {
            types += usize::from(resolve.types[*id].docs.contents.is_some());
        }
    }
    assert!(
        functions > 100 && types > 50,
        "{functions} functions, {types} types"
    );
}

#[test]
fn a_folder_that_is_no_package_is_an_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let error = jsvm_build::package::wit_package(&folder)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("cannot write the documentation of wit/"),
        "{error}"
    );
}
