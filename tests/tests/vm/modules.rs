//! Modules: evaluated, imported, resolved and loaded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsvm::{
    Error, FolderModules, HostError, Import, Module, ModuleLoader, PromiseState, Source, Value, Vm,
};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

/// Modules in memory; notes what is asked for.
#[derive(Clone, Default)]
struct Memory {
    files: HashMap<String, String>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Memory {
    fn new(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Memory {
            files: files.collect(),
            asked: Arc::default(),
        }
    }

    fn vm(&self) -> Vm {
        builder().modules(self.clone()).build().unwrap()
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl ModuleLoader for Memory {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        let Import {
            specifier,
            importer,
            ..
        } = *import;
        self.asked
            .lock()
            .unwrap()
            .push(format!("resolve {specifier} from {importer}"));
        let name = specifier.trim_start_matches("./").to_owned();
        if self.files.contains_key(&name) {
            Ok(name)
        } else {
            Err(HostError::type_error(format!("no {specifier}")))
        }
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        self.asked.lock().unwrap().push(format!("load {name}"));
        match self.files.get(name) {
            Some(text) if text == "<unreadable>" => Err(HostError::new("unreadable")),
            Some(text) => Ok(Module::es(text)),
            None => Err(HostError::new("gone")),
        }
    }
}

fn module(vm: &Vm, source: &str) -> Result<Value, Error> {
    let promise = vm.eval(Source::module(source).file_name("main.js"))?;
    vm.run_jobs()?;
    Ok(promise)
}

fn fulfilled(vm: &Vm, source: &str) -> Value {
    let promise = module(vm, source).unwrap();
    match promise.promise_state().unwrap() {
        Some(PromiseState::Fulfilled(namespace)) => namespace,
        state => panic!("{source}: {state:?}"),
    }
}

#[test]
fn the_value_of_a_module_is_a_promise_for_its_namespace() {
    let vm = vm();
    let namespace = fulfilled(
        &vm,
        "export const a = 1; export default function f() {} export { a as 'any name' }",
    );
    assert_eq!(namespace.get("a").unwrap().to::<i32>().unwrap(), 1);
    assert_eq!(namespace.get("any name").unwrap().to::<i32>().unwrap(), 1);
    assert_eq!(
        namespace
            .get("default")
            .unwrap()
            .get("name")
            .unwrap()
            .to::<String>()
            .unwrap(),
        "f"
    );
    assert_eq!(exception(namespace.set("a", 2)).name, "TypeError");
    let keys = eval(&vm, "Object.keys").call((&namespace,)).unwrap();
    assert_eq!(
        keys.to::<Vec<String>>().unwrap(),
        ["a", "any name", "default"]
    );
}

#[test]
fn a_namespace_with_a_then_is_no_thenable_trap() {
    let vm = vm();
    let promise = module(&vm, "export function then(resolve) { resolve('hijacked') }").unwrap();
    // As for `import()`: the language itself calls `then`.
    assert!(!promise.promise_state().unwrap().unwrap().is_pending());
    assert_usable(&vm);
}

#[test]
fn modules_are_strict_and_have_their_own_scope() {
    let vm = vm();
    fulfilled(
        &vm,
        "let local = 1; globalThis.seen = [typeof this, (function () { return this === undefined })()]",
    );
    assert_eq!(
        eval(&vm, "seen.join()").to::<String>().unwrap(),
        "undefined,true"
    );
    assert_eq!(
        eval(&vm, "typeof local").to::<String>().unwrap(),
        "undefined"
    );
    assert_eq!(exception(module(&vm, "with ({}) {}")).name, "SyntaxError");
}

#[test]
fn a_top_level_await_delays_the_module() {
    let vm = vm();
    let promise = vm
        .eval(Source::module("export const x = await globalThis.later"))
        .unwrap();
    assert!(promise.is_pending().unwrap());
    vm.run_jobs().unwrap();
    assert!(
        promise
            .promise_value()
            .unwrap()
            .get("x")
            .unwrap()
            .is_undefined()
    );
    let deferred = vm.create_promise().unwrap();
    vm.global()
        .unwrap()
        .set("later", &deferred.promise)
        .unwrap();
    let promise = module(&vm, "export const x = await later").unwrap();
    assert!(promise.is_pending().unwrap());
    deferred.resolve.call((8,)).unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(
        promise
            .promise_value()
            .unwrap()
            .get("x")
            .unwrap()
            .to::<i32>()
            .unwrap(),
        8
    );
}

/// Otherwise an embedder that checks names would check another than it loads.
#[test]
fn a_zero_in_a_specifier_is_refused() {
    let memory = Memory::new(&[("x.js", "export default 1")]);
    let vm = memory.vm();
    let mut promises = Vec::new();
    for source in [
        "import('x.js\\0y')",
        "import('x.js\\0')",
        "import('\\0x.js')",
    ] {
        promises.push(eval(&vm, source));
    }
    vm.run_jobs().unwrap();
    for promise in promises {
        let state = promise.promise_state().unwrap();
        assert!(
            matches!(state, Some(PromiseState::Rejected(_))),
            "{state:?}"
        );
    }
    let error = vm.eval(Source::module("import x from 'x.js\\0y'").file_name("main.js"));
    assert!(exception(error).message.contains("NUL"));
    assert_eq!(memory.asked(), Vec::<String>::new());
}

#[test]
fn imports_are_resolved_and_loaded_once() {
    let memory = Memory::new(&[
        (
            "a.js",
            "import { b } from './b.js'; export const a = b + 1; export * from './b.js'",
        ),
        (
            "b.js",
            "export let b = 1; export function bump() { b++ }; globalThis.runs = (globalThis.runs ?? 0) + 1",
        ),
    ]);
    let vm = memory.vm();
    let namespace = fulfilled(
        &vm,
        "import { a } from './a.js'; import * as b from './b.js'; b.bump(); export { a }; export const live = b.b",
    );
    assert_eq!(namespace.get("a").unwrap().to::<i32>().unwrap(), 2);
    assert_eq!(namespace.get("live").unwrap().to::<i32>().unwrap(), 2);
    assert_eq!(eval(&vm, "runs").to::<i32>().unwrap(), 1);
    let asked = memory.asked();
    for (question, times) in [
        ("resolve ./a.js from main.js", 1),
        ("load a.js", 1),
        ("load b.js", 1),
    ] {
        assert_eq!(
            asked.iter().filter(|asked| *asked == question).count(),
            times,
            "{asked:?}"
        );
    }
    assert!(
        asked.contains(&"resolve ./b.js from a.js".to_owned()),
        "{asked:?}"
    );
}

#[test]
fn modules_are_imported_dynamically_from_scripts_too() {
    let memory = Memory::new(&[("m.js", "export default import.meta.url")]);
    let vm = memory.vm();
    let promise = vm
        .eval(Source::script("import('./m.js').then(m => m.default)").file_name("script.js"))
        .unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(
        promise.promise_value().unwrap().to::<String>().unwrap(),
        "m.js"
    );
    assert_eq!(memory.asked()[0], "resolve ./m.js from script.js");
    let promise = eval(
        &vm,
        "import('./missing.js').catch(e => `${e.name}: ${e.message}`)",
    );
    vm.run_jobs().unwrap();
    assert_eq!(
        promise.promise_value().unwrap().to::<String>().unwrap(),
        "TypeError: no ./missing.js"
    );
    assert!(vm.take_unhandled_rejections().unwrap().is_empty());
}

#[test]
fn import_meta_names_the_module() {
    let vm = vm();
    let namespace = fulfilled(&vm, "export const url = import.meta.url");
    assert_eq!(
        namespace.get("url").unwrap().to::<String>().unwrap(),
        "main.js"
    );
}

#[test]
fn cycles_of_modules_work() {
    let memory = Memory::new(&[
        (
            "odd.js",
            "import { even } from './even.js'; export function odd(n) { return n !== 0 && even(n - 1) }",
        ),
        (
            "even.js",
            "import { odd } from './odd.js'; export function even(n) { return n === 0 || odd(n - 1) }",
        ),
    ]);
    let namespace = fulfilled(
        &memory.vm(),
        "import { even } from './even.js'; export const answer = even(100)",
    );
    assert!(namespace.get("answer").unwrap().to::<bool>().unwrap());
}

#[test]
fn what_a_loader_refuses_is_what_the_import_throws() {
    let memory = Memory::new(&[
        ("bad.js", "let = ;"),
        ("unreadable.js", "<unreadable>"),
        ("throws.js", "throw new EvalError('inside')"),
        ("empty.js", ""),
    ]);
    for (source, name, message) in [
        ("import './missing.js'", "TypeError", "no ./missing.js"),
        ("import './unreadable.js'", "Error", "unreadable"),
        ("import './bad.js'", "SyntaxError", ""),
        ("import { x } from './empty.js'", "SyntaxError", ""),
        ("export { x } from './empty.js'", "SyntaxError", ""),
        ("import x from './empty.js'", "SyntaxError", ""),
        ("import './throws.js'", "EvalError", "inside"),
    ] {
        let vm = memory.vm();
        let (found_name, found_message) = match module(&vm, source) {
            Err(Error::Exception(error)) => (error.name, error.message),
            Ok(promise) => {
                let Some(PromiseState::Rejected(reason)) = promise.promise_state().unwrap() else {
                    panic!("{source}: not rejected");
                };
                let text = |key: &str| reason.get(key).unwrap().to::<String>().unwrap();
                (text("name"), text("message"))
            }
            Err(error) => panic!("{source}: {error}"),
        };
        assert_eq!(found_name, name, "{source}: {found_message}");
        assert!(found_message.contains(message), "{source}: {found_message}");
        assert_usable(&vm);
    }
}

#[test]
fn a_module_that_failed_can_be_tried_again() {
    let memory = Memory::new(&[("ok.js", "export default 1")]);
    let vm = memory.vm();
    assert!(module(&vm, "import './missing.js'; import ok from './ok.js'").is_err());
    let namespace = fulfilled(&vm, "import ok from './ok.js'; export { ok }");
    assert_eq!(namespace.get("ok").unwrap().to::<i32>().unwrap(), 1);
}

#[test]
fn without_a_loader_nothing_can_be_imported() {
    let vm = vm();
    let error = exception(module(&vm, "import './x.js'"));
    assert_eq!(
        error.message,
        "cannot find module './x.js' imported from main.js: there are no modules but those made by the embedder"
    );
    assert_usable(&vm);
}

#[test]
fn a_folder_gives_only_what_is_in_it() {
    let folder = std::env::temp_dir().join(format!("jsvm-modules-{}", std::process::id()));
    let inside = folder.join("root/sub");
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::write(folder.join("secret.js"), "export default 'secret'").unwrap();
    std::fs::write(
        folder.join("root/top.js"),
        "export { default } from './sub/leaf.js'",
    )
    .unwrap();
    std::fs::write(inside.join("leaf.js"), "export default 'leaf'").unwrap();
    let loader = FolderModules::new(folder.join("root")).unwrap();
    let vm = builder().modules(loader).build().unwrap();
    let namespace = fulfilled(&vm, "import leaf from './top.js'; export { leaf }");
    assert_eq!(
        namespace.get("leaf").unwrap().to::<String>().unwrap(),
        "leaf"
    );
    let secret = folder.join("secret.js").display().to_string();
    for specifier in [
        "../secret.js",
        "./sub/../../secret.js",
        &secret,
        "bare",
        "http://example.org/x.js",
        "./missing.js",
        "./sub",
    ] {
        let vm = vm.clone();
        let source = format!("import x from {specifier:?}");
        let error = exception(module(&vm, &source));
        assert_eq!(error.name, "Error", "{specifier}: {error}");
        assert!(!error.message.contains("export default 'secret'"));
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("secret.js"), folder.join("root/link.js")).unwrap();
        let error = exception(module(&vm, "import x from './link.js'"));
        assert!(error.message.contains("outside"), "{error}");
    }
    assert!(FolderModules::new(folder.join("missing")).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_module_whose_dependency_waited_can_be_imported_later() {
    let memory = Memory::new(&[
        ("waits", "await 0; export const name = 'waits'"),
        ("parent", "export * from './waits'"),
        ("grandparent", "export * from './parent'"),
    ]);
    let vm = memory.vm();
    let main = "import './parent'; export const { name } = await import('./grandparent')";
    let namespace = vm.eval(Source::module(main)).unwrap();
    vm.run_jobs().unwrap();
    let namespace = namespace.promise_value().unwrap();
    assert_eq!(
        namespace.get("name").unwrap().to::<String>().unwrap(),
        "waits"
    );
    // The parent itself was no entry before.
    let again = vm.import_module("./parent").unwrap();
    vm.run_jobs().unwrap();
    assert!(again.promise_value().is_ok());
}

#[test]
fn a_module_is_rejected_before_those_that_import_it() {
    let memory = Memory::new(&[
        ("fails", "await 0; throw new Error('no')"),
        ("parent", "import './fails'"),
    ]);
    let vm = memory.vm();
    let order = "globalThis.order = [];\
        import('./parent').catch(() => order.push('parent'));\
        import('./fails').catch(() => order.push('fails'));";
    eval(&vm, order);
    vm.run_jobs().unwrap();
    assert_eq!(
        eval(&vm, "order.join()").to::<String>().unwrap(),
        "fails,parent"
    );
}
