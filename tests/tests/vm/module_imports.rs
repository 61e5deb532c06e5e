//! Imports that the embedder answers ahead of time or later.

use std::sync::{Arc, Mutex};

use jsvm::{
    Engine, EngineConfig, Error, EventLoop, HostError, Import, ImportAnswer, ImportRequest, Module,
    ModuleLoader, NativeCache, PromiseState, Request, Source, Vm,
};
use jsvm_tests::{altered, assert_usable, builder, eval, exception, vm};

fn imports(vm: &Vm, text: &str) -> Vec<String> {
    let imports = vm.module_imports(Source::module(text)).unwrap().into_iter();
    imports.map(|import| import.specifier).collect()
}

#[test]
fn imports_are_listed_and_nothing_is_loaded() {
    let vm = vm();
    let text = "import a from './a.js';
                import { b } from 'b';
                import './a.js';
                export * from '\u{4e2d}';
                export { c } from 'c';
                import('dynamic');
                throw new Error('it ran')";
    assert_eq!(imports(&vm, text), ["./a.js", "b", "\u{4e2d}", "c"]);
    assert_eq!(imports(&vm, "export default 1"), Vec::<String>::new());
    let text = "import data from './a.json' with { type: 'json' }; import other from './a.json'";
    let listed = vm.module_imports(Source::module(text)).unwrap();
    assert_eq!(
        listed[0].attributes,
        [("type".to_owned(), "json".to_owned())]
    );
    assert_eq!(listed[0].specifier, listed[1].specifier);
    assert!(listed[1].attributes.is_empty());
    assert_usable(&vm);
}

#[test]
fn listed_modules_leave_nothing_behind() {
    let vm = vm();
    let text = "import './a.js'; export const x = 1; export function f() { return x }";
    imports(&vm, text);
    vm.heap().collect_garbage().unwrap();
    let before = vm.heap().usage().unwrap();
    for _ in 0..100 {
        imports(&vm, text);
    }
    vm.heap().collect_garbage().unwrap();
    assert_eq!(vm.heap().usage().unwrap().used, before.used);
}

#[test]
fn a_module_that_does_not_parse_has_no_list() {
    let vm = vm();
    let error = vm.module_imports(Source::module("import from 'a'").file_name("broken.js"));
    let error = exception(error);
    assert_eq!(error.name, "SyntaxError");
    assert!(error.stack.contains("broken.js"), "{}", error.stack);
    let text = "import a from 'a' with { type: 'css' }";
    assert_eq!(
        exception(vm.module_imports(Source::module(text))).name,
        "TypeError"
    );
    assert_usable(&vm);
}

/// Modules that a loader has; it notes what it is asked for.
#[derive(Clone, Default)]
struct Loader(Arc<Mutex<Vec<String>>>);

impl ModuleLoader for Loader {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        self.0
            .lock()
            .unwrap()
            .push(format!("resolve {}", import.specifier));
        Ok(import.specifier.to_owned())
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        self.0.lock().unwrap().push(format!("load {name}"));
        Ok(Module::es(format!("export default 'loaded {name}'")))
    }
}

fn requesting() -> Vm {
    builder().import_requests().build().unwrap()
}

/// Runs jobs, and takes what was requested.
fn requested(vm: &Vm) -> Vec<(Request, ImportRequest)> {
    vm.run_jobs().unwrap();
    let requests = vm.take_requests().unwrap().into_iter();
    let requests = requests.map(|request| {
        assert_eq!(request.name, ImportRequest::NAME);
        let (import,) = request.args.to().unwrap();
        (request, import)
    });
    requests.collect()
}

fn answer(vm: &Vm, request: &Request, answer: ImportAnswer) {
    assert!(vm.settle(request.id, Ok::<_, HostError>(answer)).unwrap());
    vm.run_jobs().unwrap();
}

#[test]
fn a_call_of_import_is_a_request() {
    let vm = requesting();
    let source = Source::script("import('./a.json', { with: { type: 'json' } })");
    vm.eval(source.file_name("main.js")).unwrap();
    let requests = requested(&vm);
    let [(_, import)] = &*requests else {
        panic!("{requests:?}");
    };
    assert_eq!(
        (&*import.specifier, &*import.importer),
        ("./a.json", "main.js")
    );
    assert_eq!(
        import.attributes.get("type").map(String::as_str),
        Some("json")
    );
    assert!(requested(&vm).is_empty());
    assert!(vm.has_import_requests().unwrap());
}

#[test]
fn an_answer_brings_modules_that_are_imported_once() {
    let vm = requesting();
    let source = "var log = [], runs = 0;
                  const load = () => import('app').then(app => log.push(app.value));
                  load(); load()";
    eval(&vm, source);
    let requests = requested(&vm);
    assert_eq!(requests.len(), 2);
    let app = |value: &str| {
        let text = format!("runs += 1; export {{ value }} from './{value}.js'");
        ImportAnswer::new("/app.js")
            .module("/app.js", Module::es(text))
            .module("/one.js", Module::es("export const value = 'one'"))
            .module("/two.js", Module::es("export const value = 'two'"))
            .resolved("./one.js", "/app.js", "/one.js")
            .resolved("./two.js", "/app.js", "/two.js")
    };
    answer(&vm, &requests[0].0, app("one"));
    // The module is there, so this source is not read.
    answer(&vm, &requests[1].0, app("two"));
    eval(&vm, "load()");
    assert!(requested(&vm).is_empty());
    let log = eval(&vm, "[...log, runs].join()");
    assert_eq!(log.to::<String>().unwrap(), "one,one,one,1");
}

#[test]
fn a_module_of_the_loader_needs_only_its_name() {
    let loader = Loader::default();
    let vm = builder()
        .modules(loader.clone())
        .import_requests()
        .build()
        .unwrap();
    let promise = eval(&vm, "import('x').then(x => x.default)");
    let requests = requested(&vm);
    assert!(loader.0.lock().unwrap().is_empty());
    answer(&vm, &requests[0].0, ImportAnswer::new("/x.js"));
    assert_eq!(
        promise.promise_value().unwrap().to::<String>().unwrap(),
        "loaded /x.js"
    );
    // It is loaded now.
    eval(&vm, "import('x')");
    assert!(requested(&vm).is_empty());
    assert_eq!(*loader.0.lock().unwrap(), ["load /x.js"]);
    // Declarations ask the loader as ever.
    let promise = vm
        .eval(Source::module("export { default } from 'y'"))
        .unwrap();
    vm.run_jobs().unwrap();
    let value = promise.promise_value().unwrap().get("default").unwrap();
    assert_eq!(value.to::<String>().unwrap(), "loaded y");
}

#[test]
fn a_waiting_import_goes_on_after_a_restore() {
    let vm = requesting();
    eval(&vm, "var got; import('a').then(a => { got = a.default })");
    requested(&vm);
    let snapshot = vm.snapshot().unwrap();
    drop(vm);
    let vm = builder().restore(&snapshot).unwrap();
    assert!(vm.has_import_requests().unwrap());
    let requests = vm.unsettled_requests().unwrap();
    let (import,): (ImportRequest,) = requests[0].args.to().unwrap();
    let text = format!("export default '{} at last'", import.specifier);
    answer(
        &vm,
        &requests[0],
        ImportAnswer::new("a").module("a", Module::es(text)),
    );
    assert_eq!(eval(&vm, "got").to::<String>().unwrap(), "a at last");
    // The sources are part of it, too: of a module that nothing has imported yet.
    eval(&vm, "import('b')");
    let requests = requested(&vm);
    let b = ImportAnswer::new("b")
        .module("b", Module::es("export const later = () => import('c')"))
        .module("c", Module::es("export default 'c'"))
        .resolved("c", "b", "c");
    answer(&vm, &requests[0].0, b);
    let vm = builder().restore(&vm.snapshot().unwrap()).unwrap();
    eval(
        &vm,
        "import('b').then(b => b.later()).then(c => { got = c.default })",
    );
    assert!(requested(&vm).is_empty());
    assert_eq!(eval(&vm, "got").to::<String>().unwrap(), "c");
}

#[test]
fn what_cannot_be_imported_rejects_the_promise() {
    let vm = requesting();
    let reason = |script: &str, settle: &dyn Fn(u64)| {
        let promise = eval(&vm, script);
        settle(requested(&vm)[0].0.id);
        vm.run_jobs().unwrap();
        match promise.promise_state().unwrap() {
            Some(PromiseState::Rejected(reason)) => reason.to_text().unwrap(),
            state => panic!("{script}: {state:?}"),
        }
    };
    let refuse = |id| {
        let error = HostError::range_error("not today");
        assert!(vm.settle::<()>(id, Err(error)).unwrap());
    };
    assert_eq!(reason("import('a')", &refuse), "RangeError: not today");
    let nothing = |id| assert!(vm.settle(id, Ok::<_, HostError>(1)).unwrap());
    let text = reason("import('a')", &nothing);
    assert!(
        text.starts_with("TypeError: the answer to a request jsvm:import"),
        "{text}"
    );
    let broken = |id| {
        let answer = ImportAnswer::new("a").module("a", Module::es("export default"));
        assert!(vm.settle(id, Ok::<_, HostError>(answer)).unwrap());
    };
    assert!(reason("import('a')", &broken).starts_with("SyntaxError"));
    let alone = |id| {
        let text = "import 'nowhere'";
        let answer = ImportAnswer::new("b").module("b", Module::es(text));
        assert!(vm.settle(id, Ok::<_, HostError>(answer)).unwrap());
    };
    assert!(reason("import('b')", &alone).contains("cannot find module 'nowhere'"));
    // Names that every object has are names of modules like any other.
    let own = |id| {
        let answer = ImportAnswer::new("constructor");
        assert!(vm.settle(id, Ok::<_, HostError>(answer)).unwrap());
    };
    assert!(reason("import('c')", &own).contains("there is no module constructor"));
    assert_usable(&vm);
}

#[test]
fn requests_can_be_turned_off() {
    let loader = Loader::default();
    let vm = builder().modules(loader).build().unwrap();
    assert!(!vm.has_import_requests().unwrap());
    vm.set_import_requests(true).unwrap();
    eval(&vm, "import('a')");
    assert_eq!(requested(&vm).len(), 1);
    vm.set_import_requests(false).unwrap();
    let promise = eval(&vm, "import('a').then(a => a.default)");
    assert!(requested(&vm).is_empty());
    assert_eq!(
        promise.promise_value().unwrap().to::<String>().unwrap(),
        "loaded a"
    );
}

/// A graph that is fetched before anything is imported.
#[test]
fn a_graph_is_fetched_ahead() {
    let sources = [
        (
            "main",
            "import { b } from 'b'; import { c } from 'c'; export const all = b + c",
        ),
        ("b", "import { c } from 'c'; export const b = 'b' + c"),
        ("c", "export const c = 'c'"),
    ];
    let vm = vm();
    let (names, modules) = (vm.create_object().unwrap(), vm.create_object().unwrap());
    let mut waiting = vec!["main".to_owned()];
    while let Some(name) = waiting.pop() {
        if modules.has(&*name).unwrap() {
            continue;
        }
        let (_, text) = sources.iter().find(|(known, _)| *known == name).unwrap();
        for import in vm.module_imports(Source::module(text)).unwrap() {
            let key = format!("import\n{name}\n{}", import.specifier);
            names.set(&*key, &*import.specifier).unwrap();
            waiting.push(import.specifier);
        }
        modules.set(&*name, *text).unwrap();
    }
    names.set("import\n\nmain", "main").unwrap();
    vm.roots().set("jsvm:resolved", &names).unwrap();
    vm.roots().set("jsvm:modules", &modules).unwrap();
    let promise = vm.import_module("main").unwrap();
    vm.run_jobs().unwrap();
    let all = promise.promise_value().unwrap().get("all").unwrap();
    assert_eq!(all.to::<String>().unwrap(), "bcc");
}

#[tokio::test]
async fn an_event_loop_answers() {
    let vm = builder()
        .import_requests()
        .async_handler(ImportRequest::NAME, |import: ImportRequest| async move {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            let text = format!("export default '{}'", import.specifier);
            let answer = ImportAnswer::new(&*import.specifier);
            Ok::<_, HostError>(answer.module(import.specifier, Module::es(text)))
        })
        .build()
        .unwrap();
    let source = "Promise.all(['a', 'b', 'a'].map(name => import(name)))
                      .then(all => all.map(module => module.default).join())";
    let joined = EventLoop::new(&vm).eval(source).await.unwrap();
    assert_eq!(joined.to::<String>().unwrap(), "a,b,a");
}

/// The functions came after others: an engine without them does all else.
#[test]
fn an_older_engine_lacks_the_functions() {
    let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("engines");
    let config = EngineConfig::new()
        .max_vms(4)
        .native_cache(NativeCache::open(cache).unwrap());
    let older = altered::without_interface("module-imports");
    let engine = config.build_from_component(&older).unwrap();
    assert_ne!(engine.id(), Engine::global().unwrap().id());
    let vm = engine.vm().build().unwrap();
    let lacks = |result: Result<(), Error>, function: &str| match result {
        Err(error @ Error::MissingFunction(_)) => {
            assert!(error.to_string().contains(function), "{error}");
        }
        other => panic!("{function}: {other:?}"),
    };
    lacks(
        vm.module_imports("import 'a'").map(drop),
        "module-imports.get-module-imports",
    );
    lacks(
        vm.set_import_requests(true),
        "module-imports.set-import-requests",
    );
    lacks(
        vm.has_import_requests().map(drop),
        "module-imports.get-import-requests",
    );
    lacks(
        engine.vm().import_requests().build().map(drop),
        "set-import-requests",
    );
    assert_usable(&vm);
    let vm = engine.restore(&vm.snapshot().unwrap()).unwrap();
    assert_usable(&vm);
}
