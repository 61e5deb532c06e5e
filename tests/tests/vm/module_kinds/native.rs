//! Modules made in Rust.

use super::*;

fn native() -> NativeModule {
    NativeModule::new()
        .value("default", "the default")
        .value("PI", 3.25)
        .value(
            "config",
            std::collections::HashMap::from([("deep".to_owned(), vec![1, 2])]),
        )
        .function("add", |a: f64, b: f64| a + b)
        .function("fail", || Err::<(), _>(HostError::range_error("out")))
        .async_function("later", async |text: String| {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            text.to_uppercase()
        })
        .class(
            Class::new("Account", |owner: String, cents: Option<f64>| {
                if owner.is_empty() {
                    return Err(HostError::type_error("an owner is needed"));
                }
                Ok::<_, HostError>((owner, cents.unwrap_or(0.0)))
            })
            .method("deposit", |(_, cents): &mut (String, f64), by: f64| {
                if by < 0.0 {
                    *cents = -1.0;
                    return Err(HostError::range_error("negative"));
                }
                *cents += by;
                Ok::<_, HostError>(*cents)
            })
            .getter("owner", |state: &mut (String, f64)| state.0.clone())
            .setter("owner", |state: &mut (String, f64), name: String| {
                state.0 = name
            })
            .getter("cents", |state: &mut (String, f64)| state.1)
            .static_function("currency", || "EUR"),
        )
}

#[tokio::test]
async fn modules_made_in_rust() {
    let main = "import text, { PI, config, add, fail, later, Account } from 'acme:bank';
        import * as ns from 'acme:bank';
        class Savings extends Account { bonus() { return this.deposit(1) } }
        const a = new Account('Ada', 5), s = new Savings('Grace');
        a.owner += '!';
        const error = (f) => { try { return f() } catch (e) { return `${e.name}: ${e.message}` } };
        export default JSON.stringify([
            text, PI, config, add(1, 2), error(fail), await later('x'), Object.keys(ns),
            a.deposit(2), a.owner, a.cents, s.bonus(), s instanceof Account, Account.currency(),
            error(() => a.deposit(-1)), a.cents, error(() => new Account('')),
            error(() => Account('x')).startsWith('TypeError'),
            error(() => a.deposit.call({}, 1)).startsWith('TypeError'),
            Account.name, Account.length, a.deposit.length, Object.keys(a), String(a),
        ])";
    let files = [("/app/main.mjs", main)];
    let result = run(builder().module("acme:bank", native()), &files)
        .await
        .unwrap();
    assert_eq!(
        result.to::<String>().unwrap(),
        r#"["the default",3.25,{"deep":[1,2]},3,"RangeError: out","X",["Account","PI","add","config","default","fail","later"],7,"Ada!",7,1,true,"EUR","RangeError: negative",7,"TypeError: an owner is needed",true,true,"Account",2,1,[],"[object Object]"]"#
    );
}

#[tokio::test]
async fn instances_of_rust_classes_survive_snapshots() {
    let builder = builder().module("acme:bank", native());
    let vm = builder.build().unwrap();
    let source = "import { Account, add } from 'acme:bank'; globalThis.a = new Account('Ada', 5); globalThis.add = add";
    EventLoop::new(&vm)
        .eval(jsvm::Source::module(source))
        .await
        .unwrap();
    let bytes = vm.snapshot().unwrap().to_bytes().unwrap();
    let thawed = builder
        .restore(&Snapshot::from_bytes(&bytes).unwrap())
        .unwrap();
    let cents = eval(&thawed, "a.deposit(add(2, 3))").to::<f64>().unwrap();
    assert_eq!(cents, 10.0);
}

#[tokio::test]
async fn modules_made_in_rust_come_before_the_loader_and_can_be_required() {
    let files = [
        ("/app/main.mjs", "import x from './x.cjs'; export default x"),
        (
            "/app/x.cjs",
            "const { add } = require('acme:bank'); module.exports = add(20, 22)",
        ),
    ];
    let result = run(builder().module("acme:bank", native()), &files)
        .await
        .unwrap();
    assert_eq!(result.to::<f64>().unwrap(), 42.0);
    // Without a loader there is nothing else.
    let vm = builder().module("acme:bank", native()).build().unwrap();
    let error = EventLoop::new(&vm).import("other").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Error: cannot find module 'other' imported from : there are no modules but those made by \
         the embedder"
    );
}

#[test]
fn a_module_in_a_root_that_is_none_is_told_so() {
    for described in [
        "1",
        "({ kind: 'weird', text: '' })",
        "({ kind: 'json' })",
        "({ text: '' })",
    ] {
        let vm = builder().build().unwrap();
        let resolved = eval(&vm, r"({ 'import\n\nm': 'm' })");
        vm.roots().set("jsvm:resolved", resolved).unwrap();
        let modules = eval(&vm, &format!("({{ m: {described} }})"));
        vm.roots().set("jsvm:modules", modules).unwrap();
        let error = vm.import_module("m").unwrap();
        vm.run_jobs().unwrap();
        let error = error.promise_value().unwrap_err();
        assert_eq!(
            error.to_string(),
            "TypeError: the root jsvm:modules must describe module m by a string or an object of WIT's `modules`",
            "{described}"
        );
    }
}
