//! VMs that have a WIT world and are not in a component yet. Tests of components are elsewhere.

use jsvm::{Error, ExportMismatch, PromiseState, Source, Value, Vm};
use jsvm_abi::{
    Callee, Export, ExportKind, Function, Import, Item, ItemKind, Member, MemberKind, Module,
    Parameter, Resource, ResourceSide, Type, World,
};
use jsvm_tests::{assert_usable, builder, eval, vm};

/// A world that imports `acme:store/kv` with a function and a resource, and exports a function, an
/// interface and a resource.
fn world() -> World {
    let mut world = World::default();
    let text = world.add(Type::String);
    let own = world.add(Type::Own(0));
    let borrowed = world.add(Type::Borrow(0));
    let counter = world.add(Type::Own(1));
    world.resources = vec![
        Resource {
            name: "Bucket".into(),
            side: ResourceSide::Imported(3),
        },
        Resource {
            name: "Counter".into(),
            side: ResourceSide::Exported(4, 5, 6),
        },
    ];
    let function = |name: &str, parameters: &[(&str, u32)], result| Function {
        name: name.into(),
        parameters: parameters
            .iter()
            .map(|(name, ty)| Parameter {
                name: (*name).into(),
                ty: *ty,
            })
            .collect(),
        result,
        is_async: false,
    };
    let import = |name: &str, callee| Import {
        name: format!("acme:store/kv@1.2.0#{name}"),
        callee,
    };
    world.imports = vec![
        import(
            "get",
            Callee::Function(function("get", &[("key", text)], Some(text))),
        ),
        import(
            "[constructor]bucket",
            Callee::Function(function("Bucket", &[("name", text)], Some(own))),
        ),
        import(
            "[method]bucket.set",
            Callee::Function(function("set", &[("self", borrowed), ("key", text)], None)),
        ),
        import("[resource-drop]bucket", Callee::Drop(0)),
        import("[resource-new]counter", Callee::New(1)),
        import("[resource-rep]counter", Callee::Representation(1)),
        import("[resource-drop]counter", Callee::Drop(1)),
    ];
    let member = |name: &str, kind, import| Member {
        name: name.into(),
        kind,
        import,
    };
    world.modules = vec![Module {
        names: vec!["acme:store/kv@1.2.0".into(), "acme:store/kv".into()],
        items: vec![
            Item {
                name: "get".into(),
                kind: ItemKind::Function(0),
            },
            Item {
                name: "Bucket".into(),
                kind: ItemKind::Class(
                    0,
                    vec![
                        member("Bucket", MemberKind::Constructor, 1),
                        member("set", MemberKind::Method, 2),
                    ],
                ),
            },
        ],
    }];
    let export = |interface: &[&str], kind, function| Export {
        name: "export".into(),
        interface: interface.iter().map(|name| (*name).into()).collect(),
        kind,
        function,
        returns: None,
    };
    let counters = &["counters", "acme:store/counters"][..];
    world.exports = vec![
        export(
            &[],
            ExportKind::Free,
            function("greet", &[("name", text)], Some(text)),
        ),
        export(
            counters,
            ExportKind::Constructor(1),
            function("Counter", &[], Some(counter)),
        ),
        export(counters, ExportKind::Method(1), function("next", &[], None)),
        export(counters, ExportKind::Static(1), function("of", &[], None)),
    ];
    world
}

fn vm_with_world() -> Vm {
    let vm = vm();
    vm.define_world(&world().to_bytes()).unwrap();
    vm
}

/// The namespace of a module, or the message of what it threw.
fn module(vm: &Vm, text: &str) -> Result<Value, String> {
    let source = Source::module(text).file_name("/program.js");
    let promise = vm.eval(source).map_err(|error| error.to_string())?;
    vm.run_jobs().map_err(|error| error.to_string())?;
    match promise.promise_state().unwrap().unwrap() {
        PromiseState::Fulfilled(namespace) => Ok(namespace),
        PromiseState::Rejected(reason) => Err(reason.to_text().unwrap()),
        PromiseState::Pending => panic!("{text} waits"),
    }
}

#[test]
fn imports_are_modules() {
    let vm = vm_with_world();
    let exports = module(
        &vm,
        "import { get, Bucket } from 'acme:store/kv';
         import * as full from 'acme:store/kv@1.2.0';
         export const same = get === full.get && Bucket === full.Bucket;
         export const shapes = [get.name, get.length, Bucket.name, Bucket.length,
             Bucket.prototype.set.length, Object.keys(full)].join();
         export class Mine extends Bucket {}",
    )
    .unwrap();
    assert!(exports.get("same").unwrap().to::<bool>().unwrap());
    assert_eq!(
        exports.get("shapes").unwrap().to::<String>().unwrap(),
        "get,1,Bucket,1,1,Bucket,get"
    );
}

#[test]
fn imports_cannot_be_called_before_the_component_is_there() {
    let vm = vm_with_world();
    for (call, found) in [
        ("get('a')", "acme:store/kv@1.2.0#get cannot be called while"),
        ("new Bucket('a')", "#[constructor]bucket cannot be called"),
        ("Bucket.prototype.set('a')", "#[method]bucket.set cannot be"),
        ("Bucket('a')", "class"),
    ] {
        let text = format!("import {{ get, Bucket }} from 'acme:store/kv'; {call}");
        let error = module(&vm, &text).unwrap_err();
        assert!(error.contains(found), "{call}: {error}");
    }
    let error = module(&vm, "import 'acme:store/other'").unwrap_err();
    assert!(error.contains("acme:store/other"), "{error}");
    assert_usable(&vm);
}

#[test]
fn descriptions_are_checked() {
    let vm = vm();
    for bytes in [
        &[][..],
        &[9],
        &world().to_bytes()[..20],
        &[1, 1, 13, 5, 0, 0, 0, 0],
    ] {
        let error = vm.define_world(bytes).unwrap_err();
        assert!(matches!(error, Error::World(_)), "{error}");
    }
    assert!(vm.bind_world(&eval(&vm, "({})")).is_err());
    vm.define_world(&world().to_bytes()).unwrap();
    let error = vm.define_world(&world().to_bytes()).unwrap_err();
    assert!(error.to_string().contains("has a world already"), "{error}");
    assert_usable(&vm);
}

#[test]
fn exports_that_do_not_fit_are_listed() {
    use ExportMismatch::{Missing, NoClass, NoFunction, NoObject};
    let class = "class Counter { next() {} static of() {} }";
    for (program, expected) in [
        (
            format!("({{ greet() {{}}, counters: {{ Counter: {class} }} }})"),
            vec![],
        ),
        (
            format!("({{ greet() {{}}, 'acme:store/counters': {{ Counter: {class} }} }})"),
            vec![],
        ),
        (
            "({})".into(),
            vec![
                (0, Missing, "greet"),
                (1, Missing, "counters"),
                (2, Missing, "counters"),
                (3, Missing, "counters"),
            ],
        ),
        (
            "({ greet: 1, counters: 5 })".into(),
            vec![
                (0, NoFunction, "greet"),
                (1, NoObject, "counters"),
                (2, NoObject, "counters"),
                (3, NoObject, "counters"),
            ],
        ),
        (
            "({ greet() {}, counters: { Counter: {} } })".into(),
            vec![
                (1, NoClass, "Counter"),
                (2, NoClass, "Counter"),
                (3, NoClass, "Counter"),
            ],
        ),
        (
            "({ greet() {}, counters: { Counter: class { get next() { return 1 } } } })".into(),
            vec![(2, NoFunction, "Counter.next"), (3, Missing, "Counter.of")],
        ),
    ] {
        let vm = vm_with_world();
        let problems = vm.bind_world(&eval(&vm, &program)).unwrap();
        let problems: Vec<_> = problems
            .iter()
            .map(|problem| (problem.export, problem.mismatch, &*problem.name))
            .collect();
        assert_eq!(problems, expected, "{program}");
    }
    let vm = vm_with_world();
    let throws = eval(&vm, "({ get greet() { throw new RangeError('no') } })");
    let error = vm.bind_world(&throws).unwrap_err();
    assert_eq!(error.exception().unwrap().name, "RangeError");
}

#[test]
fn a_world_is_frozen_with_the_vm() {
    let frozen = vm_with_world();
    let snapshot = frozen.snapshot().unwrap();
    let vm = builder().restore(&snapshot).unwrap();
    module(&vm, "import { get } from 'acme:store/kv'").unwrap();
    assert!(vm.define_world(&world().to_bytes()).is_err());
    // A VM without one pays nothing.
    let plain = builder().build().unwrap().snapshot().unwrap();
    assert!(plain.to_bytes().unwrap().len() < 300);
}
