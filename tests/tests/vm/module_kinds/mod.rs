//! Modules that are not ES modules, or not of plain source: CommonJS, JSON, modules made in Rust,
//! sources with source maps.

mod native;
mod waiting;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jsvm::{
    AsyncModuleLoader, Class, Error, EventLoop, HostError, Import, ImportKind, Module,
    ModuleLoader, NativeModule, Snapshot, Value, VmBuilder,
};
use jsvm_tests::{builder, eval};

/// Modules in memory. The end of the name tells the kind; `asked` notes how they are imported.
#[derive(Clone, Default)]
struct Files {
    files: BTreeMap<String, String>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let files = files.iter();
        Files {
            files: files
                .map(|(name, text)| ((*name).into(), (*text).into()))
                .collect(),
            asked: Arc::default(),
        }
    }
}

impl ModuleLoader for Files {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        let kind = match import.kind {
            ImportKind::Require => "require",
            _ => "import",
        };
        let asked = format!("{kind} {} from {}", import.specifier, import.importer);
        self.asked.lock().unwrap().push(asked);
        let name = import.specifier.replace("./", "/app/");
        if self.files.contains_key(&name) {
            Ok(name)
        } else {
            Err(HostError::new(format!("no module {}", import.specifier)))
        }
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        let text = &self.files[name];
        let url = format!("file://{name}");
        Ok(match name.rsplit_once('.').unwrap().1 {
            "json" => Module::json(text),
            "cjs" => {
                // The first line names what is exported.
                let names = text.lines().next().unwrap_or_default();
                let names = names.strip_prefix("// exports").unwrap_or_default();
                Module::common_js(text, names.split_whitespace()).url(url)
            }
            _ => Module::es(text).url(url),
        })
    }
}

/// The default export of `./main.mjs`.
async fn run(builder: VmBuilder, files: &[(&str, &str)]) -> Result<Value, Error> {
    let vm = builder.modules(Files::new(files)).build().unwrap();
    let namespace = EventLoop::new(&vm).import("./main.mjs").await?;
    namespace.get("default")
}

/// As text, or what was thrown.
async fn text(files: &[(&str, &str)]) -> String {
    match run(builder(), files).await {
        Ok(value) => value.to::<String>().unwrap(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn common_js_is_imported() {
    let files = [
        ("/app/main.mjs", "import all, { two, missing } from './lib.cjs';
            import * as ns from './lib.cjs';
            export default [all.one, two, typeof missing, Object.keys(ns), ns['module.exports'] === all].join()"),
        ("/app/lib.cjs", "// exports one two missing\nexports.one = 1; exports.two = 2; exports.more = 3;"),
    ];
    assert_eq!(
        text(&files).await,
        "1,2,undefined,default,missing,module.exports,one,two,true"
    );
}

#[tokio::test]
async fn common_js_requires() {
    let files = [
        (
            "/app/main.mjs",
            "import result from './a.cjs'; export default result",
        ),
        (
            "/app/a.cjs",
            "#!/usr/bin/env node
             const b = require('./b.cjs');
             const again = require('./b.cjs');
             const data = require('./data.json');
             module.exports = [
                 b.name, b === again, data.n, __filename, __dirname, typeof this, this === exports,
                 module.id, module.loaded, module.children.length, require.resolve('./b.cjs'),
                 Object.keys(require.cache).length, require.main === undefined, typeof globalThis.x,
                 (function () { return this === globalThis })(),
             ].join('|'); // the end",
        ),
        (
            "/app/b.cjs",
            "exports.name = 'b'; exports.parent = module.parent.id",
        ),
        ("/app/data.json", "{\"n\": 7}"),
    ];
    assert_eq!(
        text(&files).await,
        "b|true|7|/app/a.cjs|/app|object|true|/app/a.cjs|false|2|/app/b.cjs|3|true|undefined|true"
    );
}

#[tokio::test]
async fn the_entry_can_be_common_js() {
    let files = [
        ("/app/main.mjs", ""),
        ("/app/entry.cjs", "module.exports = require.main === module"),
    ];
    let vm = builder().modules(Files::new(&files)).build().unwrap();
    let namespace = EventLoop::new(&vm).import("./entry.cjs").await.unwrap();
    assert!(namespace.get("default").unwrap().to::<bool>().unwrap());
}

#[tokio::test]
async fn cycles_see_what_is_exported_so_far() {
    let files = [
        (
            "/app/main.mjs",
            "import a from './a.cjs'; export default a.seen + a.own",
        ),
        (
            "/app/a.cjs",
            "exports.own = 'A'; const b = require('./b.cjs'); exports.seen = b.saw; exports.own = 'done'",
        ),
        (
            "/app/b.cjs",
            "const a = require('./a.cjs'); exports.saw = 'b saw ' + a.own + ', '",
        ),
    ];
    assert_eq!(text(&files).await, "b saw A, done");
}

#[tokio::test]
async fn a_module_that_throws_half_way_can_be_tried_again() {
    let files = [
        (
            "/app/main.mjs",
            "import load from './load.cjs';
             globalThis.tries = 0;
             const first = load();
             export default first + ' ' + load()",
        ),
        (
            "/app/load.cjs",
            "module.exports = () => { try { return require('./flaky.cjs').ok } catch (e) { return e.message } }",
        ),
        (
            "/app/flaky.cjs",
            "exports.ok = 'half'; if (++tries === 1) throw new Error('half-way'); exports.ok = 'whole'",
        ),
    ];
    assert_eq!(text(&files).await, "half-way whole");
    // Imported, it fails with what was thrown, and the place.
    let files = [
        ("/app/main.mjs", "import './bad.cjs'"),
        ("/app/bad.cjs", "\n\n  null.x"),
    ];
    let error = run(builder(), &files).await.unwrap_err();
    let exception = error.exception().unwrap();
    assert_eq!(exception.name, "TypeError");
    assert!(
        exception.stack.contains("/app/bad.cjs:3:"),
        "{}",
        exception.stack
    );
}

#[tokio::test]
async fn syntax_errors_tell_the_place() {
    for (name, import) in [("bad.cjs", "./bad.cjs"), ("bad.mjs", "./bad.mjs")] {
        let main = format!("import '{import}'");
        let path = format!("/app/{name}");
        let files = [
            ("/app/main.mjs", &*main),
            (&*path, "let a = 1;\nlet b = ;\n"),
        ];
        let error = run(builder(), &files).await.unwrap_err();
        let exception = error.exception().unwrap();
        assert_eq!(exception.name, "SyntaxError");
        let at = error.exception().unwrap().location().unwrap();
        assert_eq!((&*at.file, at.line), (&*path, 2), "{}", exception.stack);
    }
    let files = [
        (
            "/app/main.mjs",
            "import data from './bad.json' with { type: 'json' }",
        ),
        ("/app/bad.json", "{\n  \"a\": oops\n}"),
    ];
    let error = run(builder(), &files).await.unwrap_err();
    let exception = error.exception().unwrap();
    assert_eq!(exception.name, "SyntaxError");
    assert!(
        exception.stack.contains("/app/bad.json:2:"),
        "{}",
        exception.stack
    );
}

#[tokio::test]
async fn require_takes_es_modules_that_do_not_wait() {
    let files = [
        (
            "/app/main.mjs",
            "import lib from './lib.cjs'; export default lib",
        ),
        (
            "/app/lib.cjs",
            "const es = require('./es.mjs');
             let late;
             try { require('./late.mjs') } catch (e) { late = e.code }
             let bad;
             try { require('./throws.mjs') } catch (e) { bad = e.message }
             module.exports = [es.default, es.named, require('./own.mjs'), late, bad].join('|')",
        ),
        (
            "/app/es.mjs",
            "export default 'd'; export const named = 'n'",
        ),
        (
            "/app/own.mjs",
            "const value = 'own'; export { value as 'module.exports' }",
        ),
        ("/app/late.mjs", "await 1"),
        ("/app/throws.mjs", "throw new Error('no')"),
    ];
    assert_eq!(text(&files).await, "d|n|own|ERR_REQUIRE_ASYNC_MODULE|no");
}

#[tokio::test]
async fn json_needs_its_attribute() {
    let json = ("/app/x.json", "{\"list\": [1, 2]}");
    let cases = [
        (
            "import x from './x.json' with { type: 'json' }; export default String(x.list)",
            "1,2",
        ),
        (
            "const { default: x } = await import('./x.json', { with: { type: 'json' } }); export default String(x.list)",
            "1,2",
        ),
        (
            "import x from './x.json'",
            "TypeError: module /app/x.json is JSON: import it with { type: \"json\" }",
        ),
        (
            "import * as x from './es.mjs' with { type: 'json' }",
            "TypeError: module /app/es.mjs is imported as JSON and is not",
        ),
        (
            "export default await import('./x.json', { with: { type: 'css' } }).catch(String)",
            "TypeError: import attribute type \"css\" is not supported: only \"json\" is",
        ),
        (
            "export default await import('./x.json', { with: { lazy: 'json' } }).catch((e) => e.code)",
            "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED",
        ),
        ("import { list } from './x.json' with { type: 'json' }", ""),
    ];
    for (main, expected) in cases {
        let files = [("/app/main.mjs", main), ("/app/es.mjs", "export {}"), json];
        let found = text(&files).await;
        if expected.is_empty() {
            assert!(found.contains("list"), "{main}: {found}");
        } else {
            assert_eq!(found, expected, "{main}");
        }
    }
}

#[tokio::test]
async fn import_meta_describes_the_module() {
    let files = [
        (
            "/app/main.mjs",
            "const { url, filename, dirname, resolve } = import.meta;
             export default [url, filename, dirname, resolve('./a b.mjs')].join()",
        ),
        ("/app/a b.mjs", ""),
    ];
    assert_eq!(
        text(&files).await,
        "file:///app/main.mjs,/app/main.mjs,/app,file:///app/a%20b.mjs"
    );
}

#[tokio::test]
async fn the_loader_knows_how_a_module_is_imported() {
    let files = Files::new(&[
        ("/app/main.mjs", "import './a.cjs'; await import('./a.cjs')"),
        ("/app/a.cjs", "require('./b.json')"),
        ("/app/b.json", "1"),
    ]);
    let vm = builder().modules(files.clone()).build().unwrap();
    EventLoop::new(&vm).import("./main.mjs").await.unwrap();
    let asked = files.asked.lock().unwrap().join("\n");
    assert_eq!(
        asked,
        "import ./main.mjs from \nimport ./a.cjs from /app/main.mjs\n\
         require ./b.json from /app/a.cjs\nimport ./a.cjs from /app/main.mjs"
    );
}

#[tokio::test]
async fn positions_are_those_of_the_original() {
    /// `throw` was at line 10, column 5; what calls it at line 20, column 3.
    struct Mapped;
    impl ModuleLoader for Mapped {
        fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
            Ok(import.specifier.to_owned())
        }
        fn load(&self, _: &str) -> Result<Module, HostError> {
            let text = "function f() { throw new Error('x') }\nf();";
            Ok(Module::es(text).mappings("AASIA;AAUFA"))
        }
    }
    let vm = builder().modules(Mapped).build().unwrap();
    let error = EventLoop::new(&vm).import("app.ts").await.unwrap_err();
    let stack = &error.exception().unwrap().stack;
    assert_eq!(
        stack,
        "    at f (app.ts:10:5)\n    at <anonymous> (app.ts:20:3)\n"
    );
    // What has no map keeps its positions, and is written as ever.
    let plain = eval(&vm, "try { null.x } catch (e) { e.stack }")
        .to::<String>()
        .unwrap();
    assert_eq!(plain, "    at <eval> (<eval>:1:12)\n");
    let error = vm.eval("let = ;").unwrap_err();
    let stack = &error.exception().unwrap().stack;
    assert!(stack.starts_with("    at <eval>:1:"), "{stack}");
    // A map survives in a snapshot.
    let bytes = vm.snapshot().unwrap().to_bytes().unwrap();
    let thawed = builder()
        .modules(Mapped)
        .restore(&Snapshot::from_bytes(&bytes).unwrap())
        .unwrap();
    let error = EventLoop::new(&thawed)
        .import("other.ts")
        .await
        .unwrap_err();
    assert!(error.exception().unwrap().stack.contains("other.ts:10:5"));
}
