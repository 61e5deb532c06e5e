//! Servers and commands that import interfaces by name, with WIT that packages bring.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use wasmtime::component::{ComponentType, Lift, Linker, Lower, Resource, ResourceType};

use crate::make::jsvm_build;
use crate::run::Server;

use super::together::{bodies, request};

const STORE_WIT: &str = "package acme:store@1.0.0;

interface kv {
  variant error {
    no-such-store,
    other(string),
  }
  resource bucket {
    open: static func(name: string) -> result<bucket, error>;
    get: func(key: string) -> option<list<u8>>;
    set: func(key: string, value: list<u8>);
  }
}

interface unused {
  nothing: func();
}

world imports {
  import kv;
  import unused;
}
";

const QUEUE_WIT: &str = "package acme:queue;

interface inbound {
  handle-message: func(message: list<u8>) -> result<u32, string>;
}

world trigger {
  export inbound;
}
";

/// A project with two packages that bring WIT.
pub(super) struct Project(TempDir);

impl Project {
    pub(super) fn new(dependencies: &str) -> Project {
        let project = Project(TempDir::new().unwrap());
        for (name, text) in [
            (
                "package.json",
                &*format!(r#"{{"type":"module","dependencies":{dependencies}}}"#),
            ),
            (
                "node_modules/acme-store/package.json",
                r#"{"type":"module","main":"index.js","config":{"witDependencies":[
                    {"witPath":"./wit","package":"acme:store@1.0.0","world":"imports"}]}}"#,
            ),
            ("node_modules/acme-store/wit/store.wit", STORE_WIT),
            (
                "node_modules/acme-store/index.js",
                r#"import { Bucket } from "acme:store/kv@1.0.0";
                export const open = (name) => Bucket.open(name);"#,
            ),
            (
                "node_modules/acme-queue/package.json",
                r#"{"type":"module","main":"index.js","config":{"witDependencies":[
                    {"witPath":"./queue.wit","package":"acme:queue","world":"trigger"}]}}"#,
            ),
            ("node_modules/acme-queue/queue.wit", QUEUE_WIT),
            (
                "node_modules/acme-queue/index.js",
                "export class QueueHandler {}",
            ),
        ] {
            project.write(name, text);
        }
        project
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Builds a program, and returns the file.
    pub(super) fn build(&self, source: &str, args: &[&str]) -> PathBuf {
        self.write("src/app.ts", source);
        let file = self.path("app.wasm");
        let output = jsvm_build(&self.path("src/app.ts"), &file, args);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        file
    }

    /// What is said about a program that cannot be built.
    pub(super) fn refused(&self, source: &str, args: &[&str]) -> String {
        self.write("src/app.ts", source);
        let output = jsvm_build(&self.path("src/app.ts"), &self.path("no.wasm"), args);
        assert!(!output.status.success(), "it was built: {source}");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// The error of `acme:store/kv`.
#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StoreError {
    #[component(name = "no-such-store")]
    NoSuchStore,
    #[component(name = "other")]
    Other(#[allow(dead_code, reason = "part of the interface")] String),
}

/// A bucket of the host.
struct Bucket;

#[derive(Clone, Default)]
struct Buckets {
    values: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    /// How many handles are open.
    open: Arc<Mutex<u32>>,
}

impl Buckets {
    fn add_to<T: 'static>(&self, linker: &mut Linker<T>) {
        let mut kv = linker.instance("acme:store/kv@1.0.0").unwrap();
        let open = self.open.clone();
        kv.resource("bucket", ResourceType::host::<Bucket>(), move |_, _| {
            *open.lock().unwrap() -= 1;
            Ok(())
        })
        .unwrap();
        let open = self.open.clone();
        kv.func_wrap("[static]bucket.open", move |_, (name,): (String,)| {
            Ok((match &*name {
                "default" => {
                    *open.lock().unwrap() += 1;
                    Ok(Resource::<Bucket>::new_own(1))
                }
                _ => Err(StoreError::NoSuchStore),
            },))
        })
        .unwrap();
        let values = self.values.clone();
        kv.func_wrap(
            "[method]bucket.get",
            move |_, (_, key): (Resource<Bucket>, String)| {
                Ok((values.lock().unwrap().get(&key).cloned(),))
            },
        )
        .unwrap();
        let values = self.values.clone();
        kv.func_wrap(
            "[method]bucket.set",
            move |_, (_, key, value): (Resource<Bucket>, String, Vec<u8>)| {
                values.lock().unwrap().insert(key, value);
                Ok(())
            },
        )
        .unwrap();
    }
}

pub(super) const COUNTER: &str = r#"
    import { open } from "acme-store";
    export default {
      async fetch(request: Request) {
        const body = await request.text();
        try {
          using bucket = open(body || "default");
          const old = bucket.get("n");
          const n = old ? Number(new TextDecoder().decode(old)) + 1 : 1;
          bucket.set("n", new TextEncoder().encode(String(n)));
          return new Response(`n is ${n}`);
        } catch (error) {
          return new Response(`${error.name}: ${error.payload.tag}`, { status: 500 });
        }
      },
    };
"#;

async fn counts(kind: &str) {
    let project = Project::new(r#"{"acme-store":"1"}"#);
    let file = project.build(COUNTER, &["--kind", kind]);
    let buckets = Buckets::default();
    let server = Server::with(&file, |linker| buckets.add_to(linker));
    for expected in ["n is 1", "n is 2"] {
        let answer = server.serve(request("/", "")).await;
        assert_eq!(
            (answer.status, answer.text()),
            (200, expected),
            "{}",
            answer.stderr
        );
    }
    let answer = server.serve(request("/", "nowhere")).await;
    assert_eq!(bodies(&[answer]), ["500 ComponentError: no-such-store"]);
    assert_eq!(*buckets.open.lock().unwrap(), 0, "handles stay open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_imports_what_its_packages_bring() {
    counts("http").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_imports_what_its_packages_bring() {
    counts("service").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_a_service_share_what_they_import() {
    let project = Project::new(r#"{"acme-store":"1"}"#);
    let file = project.build(COUNTER, &["--kind", "service"]);
    let buckets = Buckets::default();
    let server = Server::with(&file, |linker| buckets.add_to(linker));
    let requests = (0..3).map(|_| request("/", "")).collect();
    let answers = server
        .serve_all(requests, std::time::Duration::from_millis(100))
        .await;
    assert_eq!(bodies(&answers), ["n is 1", "n is 2", "n is 3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_names_the_world_of_a_server() {
    let project = Project::new("{}");
    project.write("wit/world.wit", STORE_WIT);
    let file = project.build(
        r#"import { Bucket } from "acme:store/kv";
        addEventListener("fetch", (event) => {
          Bucket.open("default").set("a", new Uint8Array([1]));
          event.respondWith(new Response("set"));
        });
        export {};"#,
        &["--wit", project.path("wit").to_str().unwrap()],
    );
    let buckets = Buckets::default();
    let server = Server::with(&file, |linker| buckets.add_to(linker));
    assert_eq!(bodies(&[server.serve(request("/", "")).await]), ["set"]);
    assert_eq!(buckets.values.lock().unwrap()["a"], [1]);
}

/// The names of a component's imports and exports.
pub(super) fn names(file: &Path) -> (Vec<String>, Vec<String>) {
    let engine = wasmtime::Engine::default();
    let component = wasmtime::component::Component::from_file(&engine, file).unwrap();
    let ty = component.component_type();
    (
        ty.imports(&engine)
            .map(|(name, _)| name.to_owned())
            .collect(),
        ty.exports(&engine)
            .map(|(name, _)| name.to_owned())
            .collect(),
    )
}

#[test]
fn a_command_imports_what_its_packages_bring() {
    let project = Project::new(r#"{"acme-store":"1"}"#);
    let file = project.build(
        r#"import { open } from "acme-store"; export default () => open("default").get("a");"#,
        &[],
    );
    let (imports, exports) = names(&file);
    assert!(imports.iter().any(|name| name == "acme:store/kv@1.0.0"));
    assert!(!imports.iter().any(|name| name.contains("unused")));
    assert_eq!(exports, ["wasi:cli/run@0.2.0"]);
}

#[test]
fn a_program_that_uses_none_of_it_is_as_without() {
    let source = "export default { fetch: () => new Response('hello') };";
    let built = |dependencies| {
        let project = Project::new(dependencies);
        fs::read(project.build(source, &[])).unwrap()
    };
    assert!(built(r#"{"acme-store":"1","acme-queue":"1"}"#) == built("{}"));
}

#[test]
fn a_trigger_is_an_export_that_a_package_names() {
    let project = Project::new(r#"{"acme-queue":"1","acme-store":"1"}"#);
    let file = project.build(
        r#"import { QueueHandler } from "acme-queue";
        import { open } from "acme-store";
        class Handler extends QueueHandler {
          async handleMessage(message: Uint8Array) {
            if (message.length > 3) throw new Error("too long");
            open("default").set("last", message);
            return message.length;
          }
        }
        export const inbound = new Handler();"#,
        &["--stub-wasi"],
    );
    let engine = wasmtime::Engine::default();
    let component = wasmtime::component::Component::from_file(&engine, &file).unwrap();
    let (imports, exports) = names(&file);
    assert_eq!(imports, ["acme:store/kv@1.0.0"]);
    assert_eq!(exports, ["acme:queue/inbound"]);
    let mut linker = Linker::new(&engine);
    let mut store = wasmtime::Store::new(&engine, ());
    let buckets = Buckets::default();
    buckets.add_to(&mut linker);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let interface = instance
        .get_export_index(&mut store, None, "acme:queue/inbound")
        .unwrap();
    let function = instance
        .get_export_index(&mut store, Some(&interface), "handle-message")
        .unwrap();
    let handle = instance
        .get_typed_func::<(Vec<u8>,), (Result<u32, String>,)>(&mut store, function)
        .unwrap();
    assert_eq!(handle.call(&mut store, (vec![1, 2],)).unwrap(), (Ok(2),));
    assert_eq!(buckets.values.lock().unwrap()["last"], [1, 2]);
    let refused = handle.call(&mut store, (vec![0; 4],)).unwrap();
    assert_eq!(refused, (Err("too long".to_owned()),));
}

#[test]
fn dependencies_of_spin_are_in_a_file_of_their_own() {
    let project = Project::new("{}");
    project.write(
        "spin-dependencies.wit",
        "package root:component;
        world root { import acme:greeter/greeter; }
        package acme:greeter { interface greeter { greet: func(name: string) -> string; } }",
    );
    let file = project.build(
        r#"import { greet } from "acme:greeter/greeter";
        addEventListener("fetch", (event) => event.respondWith(new Response(greet("Ada"))));"#,
        &["--host", "spin"],
    );
    let (imports, _) = names(&file);
    assert!(
        imports.iter().any(|name| name == "acme:greeter/greeter"),
        "{imports:?}"
    );
}

#[test]
fn what_is_wrong_is_said() {
    let project = Project::new(r#"{"acme-store":"1","acme-queue":"1"}"#);
    let early = project.refused(
        r#"import { open } from "acme-store"; open("default"); export default { fetch() {} };"#,
        &[],
    );
    assert!(
        early.contains("cannot be called while the program is built"),
        "{early}"
    );
    let trigger = "export const inbound = { handleMessage: () => 1 };";
    let option = project.refused(trigger, &["--kind", "http"]);
    assert!(
        option.contains("--kind is for servers and commands"),
        "{option}"
    );
    project.write(
        "node_modules/acme-queue/package.json",
        r#"{"config":{"witDependencies":[{"witPath":"./gone","package":"a:b","world":"w"}]}}"#,
    );
    let gone = project.refused(trigger, &[]);
    assert!(gone.contains("gone: there is no WIT"), "{gone}");
    project.write(
        "node_modules/acme-queue/package.json",
        r#"{"config":{"witDependencies":[{"witPath":"./queue.wit","package":"acme:queue","world":"w"}]}}"#,
    );
    let world = project.refused(trigger, &[]);
    assert!(
        world.contains("the package acme:queue has: trigger"),
        "{world}"
    );
}
