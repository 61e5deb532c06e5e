//! The packages `@spinframework/spin-*` as they are, in a host with the interfaces of Spin.
//!
//! The packages are those of a checkout of the repository `spinframework/spin-js-sdk`:
//! `SPIN_JS_SDK=path cargo test --workspace --test program -- --ignored spin::`

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use wasmtime::component::{Linker, Resource, ResourceType, Val};

use crate::make::jsvm_build;
use crate::run::{Server, State};

use super::together::{bodies, request};

const PACKAGES: [&str; 6] = [
    "spin-kv",
    "spin-variables",
    "spin-redis",
    "spin-sqlite",
    "spin-postgres",
    "spin-llm",
];

const PROGRAM: &str = r#"
import * as kv from "@spinframework/spin-kv";
import * as variables from "@spinframework/spin-variables";
import * as redis from "@spinframework/spin-redis";
import * as sqlite from "@spinframework/spin-sqlite";
import * as postgres from "@spinframework/spin-postgres";
import * as llm from "@spinframework/spin-llm";

const routes = {
  "/kv"() {
    const store = kv.openDefault();
    store.setJson("user", { name: "Ada" });
    store.set("text", "hi");
    store.delete("text");
    return [store.getJson("user"), store.exists("user"), store.get("none"), store.getKeys()];
  },
  "/kv-error": () => kv.open("nowhere"),
  "/variables": () => variables.get("color"),
  "/redis"() {
    const connection = redis.open("redis://localhost");
    connection.set("a", new TextEncoder().encode("b"));
    return [new TextDecoder().decode(connection.get("a")), Number(connection.incr("n"))];
  },
  "/sqlite"() {
    const connection = sqlite.openDefault();
    const { columns, rows } = connection.execute("select ?", [3]);
    return [columns, rows.map((row) => ({ id: Number(row.id), name: row.name }))];
  },
  "/postgres"() {
    const { rows } = postgres.open("host=db").query("select 1", ["x", null]);
    return rows.map((row) => ({ ...row, day: row.day.toISOString() }));
  },
  "/llm"() {
    const { text, usage } = llm.infer("llama2-chat", "Hello");
    return [text, usage, llm.generateEmbeddings("all", ["a"]).embeddings.map((list) => [...list])];
  },
};

addEventListener("fetch", (event) => {
  try {
    const value = routes[new URL(event.request.url).pathname]();
    event.respondWith(Response.json(value));
  } catch (error) {
    event.respondWith(Response.json(error.payload ?? String(error), { status: 500 }));
  }
});
"#;

fn ok(value: Val) -> Val {
    Val::Result(Ok(Some(Box::new(value))))
}

fn text(text: &str) -> Val {
    Val::String(text.to_owned())
}

fn bytes(bytes: &[u8]) -> Val {
    Val::List(bytes.iter().copied().map(Val::U8).collect())
}

fn record(fields: &[(&str, Val)]) -> Val {
    let fields = fields.iter();
    Val::Record(
        fields
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

fn case(name: &str, value: Option<Val>) -> Val {
    Val::Variant(name.to_owned(), value.map(Box::new))
}

/// A resource of the host.
struct Handle;

/// Defines a function by what it returns for its arguments.
fn answer(
    linker: &mut Linker<State>,
    interface: &str,
    name: &str,
    answer: impl Fn(&[Val]) -> Val + Send + Sync + 'static,
) {
    linker
        .instance(interface)
        .unwrap()
        .func_new_async(name, move |mut store, _, args, results| {
            results[0] = answer(args);
            Box::new(async move {
                for arg in args {
                    if let Val::Resource(borrowed) = arg {
                        borrowed.resource_drop_async(&mut store).await?;
                    }
                }
                Ok(())
            })
        })
        .unwrap();
}

/// Defines a resource and the function that opens one.
fn opens(linker: &mut Linker<State>, interface: &str, resource: &str) {
    let mut instance = linker.instance(interface).unwrap();
    instance
        .resource(resource, ResourceType::host::<Handle>(), |_, _| Ok(()))
        .unwrap();
    let open = format!("[static]{resource}.open");
    instance
        .func_new(&open, |mut store, _, args, results| {
            results[0] = match &args[0] {
                Val::String(name) if name == "nowhere" => {
                    Val::Result(Err(Some(Box::new(case("no-such-store", None)))))
                }
                _ => {
                    let handle = Resource::<Handle>::new_own(1);
                    ok(Val::Resource(handle.try_into_resource_any(&mut store)?))
                }
            };
            Ok(())
        })
        .unwrap();
}

/// Defines a store of values by their keys.
fn stores(linker: &mut Linker<State>, interface: &str, resource: &str) {
    let values: Arc<Mutex<HashMap<String, Val>>> = Arc::default();
    let key = |args: &[Val]| match &args[1] {
        Val::String(key) => key.clone(),
        other => panic!("{other:?} is no key"),
    };
    let method = |name: &str| format!("[method]{resource}.{name}");
    let all = values.clone();
    answer(linker, interface, &method("get"), move |args| {
        let value = all.lock().unwrap().get(&key(args)).cloned();
        ok(Val::Option(value.map(Box::new)))
    });
    let all = values.clone();
    answer(linker, interface, &method("set"), move |args| {
        all.lock().unwrap().insert(key(args), args[2].clone());
        Val::Result(Ok(None))
    });
    let all = values.clone();
    answer(linker, interface, &method("exists"), move |args| {
        ok(Val::Bool(all.lock().unwrap().contains_key(&key(args))))
    });
    let all = values.clone();
    answer(linker, interface, &method("delete"), move |args| {
        all.lock().unwrap().remove(&key(args));
        Val::Result(Ok(None))
    });
    answer(linker, interface, &method("get-keys"), move |_| {
        let keys = values.lock().unwrap();
        ok(Val::List(keys.keys().map(|key| text(key)).collect()))
    });
}

fn add_spin(linker: &mut Linker<State>) {
    // Functions that the program does not call are there, too, since it imports their interfaces.
    linker.allow_shadowing(true);
    let kv = "fermyon:spin/key-value@2.0.0";
    opens(linker, kv, "store");
    stores(linker, kv, "store");
    answer(linker, "fermyon:spin/variables@2.0.0", "get", |args| {
        assert_eq!(args, [text("color")]);
        ok(text("blue"))
    });
    let redis = "fermyon:spin/redis@2.0.0";
    opens(linker, redis, "connection");
    for name in ["publish", "del", "sadd", "smembers", "srem", "execute"] {
        answer(linker, redis, &format!("[method]connection.{name}"), |_| {
            unreachable!("the program does not call it")
        });
    }
    answer(linker, redis, "[method]connection.get", |_| {
        ok(Val::Option(Some(Box::new(bytes(b"b")))))
    });
    answer(linker, redis, "[method]connection.set", |args| {
        assert_eq!(args[1..], [text("a"), bytes(b"b")]);
        Val::Result(Ok(None))
    });
    answer(linker, redis, "[method]connection.incr", |_| {
        ok(Val::S64(7))
    });
    let sqlite = "fermyon:spin/sqlite@2.0.0";
    opens(linker, sqlite, "connection");
    answer(linker, sqlite, "[method]connection.execute", |args| {
        let parameter = case("integer", Some(Val::S64(3)));
        assert_eq!(
            args[1..],
            [text("select ?"), Val::List(vec![parameter.clone()])]
        );
        let values = Val::List(vec![parameter, case("text", Some(text("tea")))]);
        let row = record(&[("values", values)]);
        let columns = Val::List(vec![text("id"), text("name")]);
        ok(record(&[
            ("columns", columns),
            ("rows", Val::List(vec![row])),
        ]))
    });
    let postgres = "spin:postgres/postgres@3.0.0";
    opens(linker, postgres, "connection");
    answer(linker, postgres, "[method]connection.execute", |_| {
        ok(Val::U64(1))
    });
    answer(linker, postgres, "[method]connection.query", |args| {
        let parameters = vec![case("str", Some(text("x"))), case("db-null", None)];
        assert_eq!(args[2], Val::List(parameters));
        let column = |name: &str, ty: &str| {
            record(&[
                ("name", text(name)),
                ("data-type", Val::Enum(ty.to_owned())),
            ])
        };
        let date = Val::Tuple(vec![Val::S32(2026), Val::U8(12), Val::U8(1)]);
        let row = Val::List(vec![
            case("str", Some(text("tea"))),
            case("date", Some(date)),
            case("db-null", None),
        ]);
        let columns = vec![
            column("name", "str"),
            column("day", "date"),
            column("none", "other"),
        ];
        ok(record(&[
            ("columns", Val::List(columns)),
            ("rows", Val::List(vec![row])),
        ]))
    });
    let llm = "fermyon:spin/llm@2.0.0";
    answer(linker, llm, "infer", |args| {
        assert_eq!(args[1], text("Hello"));
        let usage = record(&[
            ("prompt-token-count", Val::U32(1)),
            ("generated-token-count", Val::U32(2)),
        ]);
        ok(record(&[("text", text("Hi")), ("usage", usage)]))
    });
    answer(linker, llm, "generate-embeddings", |_| {
        let embeddings = Val::List(vec![Val::List(vec![Val::Float32(0.5), Val::Float32(1.0)])]);
        let usage = record(&[("prompt-token-count", Val::U32(1))]);
        ok(record(&[("embeddings", embeddings), ("usage", usage)]))
    });
}

/// Copies a package of the checkout. Its main file is the source, which its build would convert.
fn install(package: &Path, to: &Path) {
    for folder in ["src", "wit"] {
        fs::create_dir_all(to.join(folder)).unwrap();
        for entry in fs::read_dir(package.join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                fs::copy(entry.path(), to.join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
    let manifest = fs::read_to_string(package.join("package.json")).unwrap();
    let manifest = manifest.replace("dist/index.js", "src/index.ts");
    fs::write(to.join("package.json"), manifest).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a checkout of spin-js-sdk, which SPIN_JS_SDK names"]
async fn packages_of_spin_run() {
    let sdk = std::env::var("SPIN_JS_SDK").expect("SPIN_JS_SDK names a checkout of spin-js-sdk");
    let folder = TempDir::new().unwrap();
    for package in PACKAGES {
        let to = folder
            .path()
            .join("node_modules/@spinframework")
            .join(package);
        install(&Path::new(&sdk).join("packages").join(package), &to);
    }
    let dependencies = PACKAGES.map(|name| format!("\"@spinframework/{name}\":\"*\""));
    let manifest = format!(r#"{{"dependencies":{{{}}}}}"#, dependencies.join(","));
    fs::write(folder.path().join("package.json"), manifest).unwrap();
    fs::write(folder.path().join("app.js"), PROGRAM).unwrap();
    for kind in ["http", "service"] {
        let file = folder.path().join(format!("{kind}.wasm"));
        let output = jsvm_build(&folder.path().join("app.js"), &file, &["--kind", kind]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let server = Server::with(&file, add_spin);
        for (path, expected) in [
            ("/kv", r#"[{"name":"Ada"},true,null,["user"]]"#),
            ("/kv-error", r#"500 {"tag":"no-such-store"}"#),
            ("/variables", r#""blue""#),
            ("/redis", r#"["b",7]"#),
            ("/sqlite", r#"[["id","name"],[{"id":3,"name":"tea"}]]"#),
            (
                "/postgres",
                r#"[{"name":"tea","day":"2026-12-01T00:00:00.000Z","none":null}]"#,
            ),
            (
                "/llm",
                r#"["Hi",{"promptTokenCount":1,"generatedTokenCount":2},[[0.5,1]]]"#,
            ),
        ] {
            let answer = server.serve(request(path, "")).await;
            let stderr = format!("{} {:?}", answer.stderr, answer.call);
            assert_eq!(bodies(&[answer]), [expected], "{kind} {path}: {stderr}");
        }
    }
}
