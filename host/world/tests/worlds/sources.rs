//! Where worlds are read from.

use jsvm_world::{Features, WorldError, WorldSource};
use tempfile::TempDir;

const STORE: &str = "package acme:store@1.2.0;

interface kv {
  get: func(key: string) -> string;

  @unstable(feature = lists)
  list-keys: func() -> list<string>;

  @since(version = 1.1.0)
  set: func(key: string);
}";

const APP: &str = "package acme:app;

world app {
  import acme:store/kv@1.2.0;
  export run: func();
}";

/// A folder with a package in the binary format in `deps`, as `wkg wit fetch` makes it.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("deps")).unwrap();
    std::fs::write(folder.path().join("world.wit"), APP).unwrap();
    std::fs::write(
        folder.path().join("deps/acme-store-1.2.0.wasm"),
        binary("store.wit", STORE),
    )
    .unwrap();
    folder
}

/// A package in the binary format.
fn binary(name: &str, text: &str) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve {
        all_features: true,
        ..wit_parser::Resolve::default()
    };
    let package = resolve.push_str(name, text).unwrap();
    wit_component::encode(&resolve, package).unwrap()
}

#[test]
fn dependencies_are_text_or_binary() {
    let folder = folder();
    let source = WorldSource::read(folder.path(), None).unwrap();
    assert_eq!(source.name(), "acme:app/app");
    assert_eq!(
        source.modules().unwrap(),
        [["acme:store/kv@1.2.0", "acme:store/kv"]]
    );
}

#[test]
fn a_binary_package_has_worlds() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("app.wasm");
    let text =
        "package acme:app@0.1.0; world one { export f: func(); } world two { import g: func(); }";
    std::fs::write(&path, binary("app.wit", text)).unwrap();
    let source = WorldSource::read(&path, Some("two")).unwrap();
    assert_eq!(source.name(), "acme:app/two@0.1.0");
    assert_eq!(source.modules().unwrap(), [["g"]]);
    let source = WorldSource::read(&path, Some("acme:app/one@0.1.0")).unwrap();
    assert_eq!(source.name(), "acme:app/one@0.1.0");
    let error = WorldSource::read(&path, None).unwrap_err();
    assert!(matches!(error, WorldError::NoWorld { .. }), "{error}");
}

#[test]
fn gates_are_open_on_request() {
    let folder = TempDir::new().unwrap();
    let deps = folder.path().join("deps/store");
    std::fs::create_dir_all(&deps).unwrap();
    std::fs::write(folder.path().join("world.wit"), APP).unwrap();
    std::fs::write(deps.join("store.wit"), STORE).unwrap();
    let lists = Features::Some(vec!["lists".to_owned()]);
    let other = Features::Some(vec!["other".to_owned()]);
    let program = "import * as kv from 'acme:store/kv';
        export const run = () => {}; globalThis.names = Object.keys(kv).join()";
    for (features, expected) in [
        (Features::default(), "get,set"),
        (other, "get,set"),
        (lists, "get,listKeys,set"),
        (Features::All, "get,listKeys,set"),
    ] {
        let source = WorldSource::read_with(folder.path(), None, features).unwrap();
        let (vm, _) = crate::make::made(&source, program, &Default::default()).unwrap();
        let names = vm.eval("names").unwrap().to::<String>().unwrap();
        assert_eq!(names, expected);
    }
}

#[test]
fn what_is_no_wit_is_refused() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("none");
    let error = WorldSource::read(&missing, None).unwrap_err();
    assert!(matches!(error, WorldError::NoWit { .. }), "{error}");
    for (name, bytes) in [
        ("module.wasm", wat::parse_str("(module)").unwrap()),
        ("component.wasm", wat::parse_str("(component)").unwrap()),
        ("cut.wasm", binary("store.wit", STORE)[..60].to_vec()),
        ("text.wit", b"\xff\xfe".to_vec()),
        ("empty.wit", Vec::new()),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = WorldSource::read(&path, None).unwrap_err();
        assert!(
            matches!(error, WorldError::Wit { .. } | WorldError::NoWorld { .. }),
            "{name}: {error}"
        );
    }
}
