//! What cannot be made, and why.

use jsvm_world::{Options, WorldError};

use crate::make::{made, world};

fn refused(wit: &str, program: &str) -> String {
    let result = world(wit, None).and_then(|source| made(&source, program, &Options::default()));
    match result {
        Ok(_) => panic!("it was made: {wit}"),
        // The folder of the test has another name each time.
        Err(error) => {
            let text = error.to_string();
            let at = text.find("world.wit").map_or(0, |at| {
                text[..at].rfind([' ', '\n']).map_or(0, |before| before + 1)
            });
            let end = text.find("world.wit").unwrap_or(0);
            let folder = text[at..end].to_owned();
            text.replace(&folder, "")
        }
    }
}

#[test]
fn each_export_that_is_missing_is_named_with_its_place() {
    let wit = "package a:b;
world x {
  export greet: func(name: string) -> string;
  export api: interface {
    run: func();
    stop: func(now: bool);
  }
  export carts: interface {
    resource cart {
      constructor(owner: string);
      add: func(item: string);
      open: static func() -> cart;
    }
  }
}";
    for (program, expected) in [
        (
            "",
            "the program does not have the exports of the world:
  world.wit:3:10: the program does not export greet. Write: export function greet(name) { … }
  world.wit:5:5: the program does not export api. Write: export const api = { run() { … }, stop(now) \
             { … } }
  world.wit:10:7: the program does not export carts. Write: export const carts = { Cart: class { \
             constructor(owner) { … } add(item) { … } static open() { … } } }",
        ),
        (
            "export const greet = 5, api = { run() {} }, carts = { Cart: class {} }",
            "the program does not have the exports of the world:
  world.wit:3:10: the export greet is no function. Write: export function greet(name) { … }
  world.wit:6:5: the program does not export api.stop. Write: export const api = { stop(now) { … } }
  world.wit:11:7: the program does not export carts.Cart.add. Write: export const carts = { Cart: class { \
             add(item) { … } } }
  world.wit:12:7: the program does not export carts.Cart.open. Write: export const carts = { Cart: class { \
             static open() { … } } }",
        ),
        (
            "export function greet() {}; export const api = 1, carts = { Cart: {} }",
            "the program does not have the exports of the world:
  world.wit:5:5: the export api is no object. Write: export const api = { run() { … }, stop(now) { … } }
  world.wit:10:7: the export carts.Cart is no class. Write: export const carts = { Cart: class { \
             constructor(owner) { … } add(item) { … } static open() { … } } }",
        ),
        (
            "export default { greet() {}, api: { run() {} } }; export const carts = { Cart: class { add() {} static \
             open() {} } };",
            "the program does not have the exports of the world:
  world.wit:3:10: only the default export has greet. Write: export function greet(name) { … }
  world.wit:5:5: only the default export has api. Write: export const api = { run() { … }, stop(now) { … } }",
        ),
    ] {
        assert_eq!(refused(wit, program), expected, "{program}");
    }
}

#[test]
fn interfaces_without_a_short_name_are_exported_by_their_full_name() {
    let wit = "package a:b@1.0.0;
interface one { f: func(); }
package c:d@1.0.0 { interface one { f: func(); } }
world x { export one; export c:d/one@1.0.0; }";
    let text = refused(wit, "export const one = { f() {} }");
    assert!(
        text.contains("the program does not export a:b/one@1.0.0. Write: const implementation = { f() { … } }; export { implementation as \"a:b/one@1.0.0\" }"),
        "{text}"
    );
}

#[test]
fn worlds_that_programs_cannot_implement_are_refused() {
    for (world, expected) in [
        (
            "export f: func(a: error-context);",
            "world.wit:1:31: f has an error-context",
        ),
        (
            "import f: async func(a: list<stream<error-context>>);",
            "f has an error-context",
        ),
        (
            "export f: func(a: list<u64, 100000000>) -> list<list<u64, 100000000>, 100>;",
            "the world has a type that is larger than a memory",
        ),
    ] {
        let text = refused(&format!("package a:b; world x {{ {world} }}"), "");
        assert!(text.contains(expected), "{world}: {text}");
    }
}

#[test]
fn errors_in_wit_have_the_message_of_the_parser() {
    for (wit, expected) in [
        (
            "package a:b; world x { export f: func(a: strin); }",
            "world.wit:1:42",
        ),
        (
            "package a:b; world x { import c:d/e; }",
            "package 'c:d' not found",
        ),
        ("package a:b; world x {", "expected"),
        (
            "package a:b; interface i {}",
            "the package a:b has no world",
        ),
        (
            "package a:b; world x {} world y {}",
            "the package a:b has: x, y. Name one with --world",
        ),
    ] {
        let text = refused(wit, "");
        assert!(text.contains(expected), "{wit}: {text}");
    }
    let error = world("package a:b; world x {}", Some("y")).unwrap_err();
    assert!(matches!(error, WorldError::NoWorld { .. }));
    assert_eq!(error.to_string(), "no world y: the package a:b has: x");
}

#[test]
fn imports_cannot_be_called_before_the_component_runs() {
    let wit = "package a:b; world x { import f: func(); }";
    let text = refused(wit, "import f from 'f'; f()");
    assert!(
        text.contains("f cannot be called while the program is built"),
        "{text}"
    );
}

#[test]
fn a_vm_has_one_world() {
    let source = world("package a:b; world x {}", None).unwrap();
    let vm = jsvm::Engine::global().unwrap().vm().build().unwrap();
    source.define(&vm).unwrap();
    let again = source.define(&vm).unwrap_err();
    assert!(
        matches!(again, WorldError::Vm(jsvm::Error::World(_))),
        "{again}"
    );
}

#[test]
fn no_class_has_a_static_function_with_the_name_of_its_prototype() {
    let wit = "package a:b;
world x {
  export carts: interface {
    resource cart {
      prototype: static func() -> cart;
    }
  }
}";
    let text = refused(wit, "export const carts = { Cart: class {} }");
    assert_eq!(
        text,
        "world.wit:5:7: carts#[static]cart.prototype has a name that classes keep for their prototype, which \
         components made of JavaScript do not support yet. Remove it from the world"
    );
}
