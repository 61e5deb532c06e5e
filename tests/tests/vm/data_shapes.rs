//! Data that is deep, wide, large or shared.

use jsvm::data::{DataBuilder, Node, SymbolData, SymbolKind};
use jsvm::{Data, Error, Limit, Limits, Value, Vm};
use jsvm_tests::{assert_usable, builder, eval, vm};

fn deep(vm: &Vm, levels: u32, wrap: &str) -> Value {
    eval(
        vm,
        &format!("let v = null; for (let i = 0; i < {levels}; i++) v = {wrap}; v"),
    )
}

#[test]
fn deep_data_needs_no_recursion() {
    for wrap in [
        "[v]",
        "({ v })",
        "new Map([[v, v]])",
        "new Set([v])",
        "new Error('', { cause: v })",
        "({ [Symbol.for('k')]: v })",
        "[, v]",
    ] {
        let vm = vm();
        let value = deep(&vm, 100_000, wrap);
        let data = value.to_data().unwrap();
        assert!(data.nodes().unwrap().len() > 100_000);
        let other = jsvm_tests::vm();
        let copy = other.create_from_data(&data).unwrap();
        let again = copy.to_data().unwrap();
        assert_eq!(
            again.nodes().unwrap().len(),
            data.nodes().unwrap().len(),
            "{wrap}"
        );
        drop((value, copy));
        assert_usable(&vm);
        assert_usable(&other);
    }
}

#[test]
fn wide_data_crosses() {
    let limits = Limits::default()
        .memory(1 << 30)
        .hard_memory(2 << 30)
        .output(1 << 30);
    let vm = builder().limits(limits).build().unwrap();
    let value = eval(&vm, "Array.from({ length: 1_000_000 }, (_, i) => i)");
    let data = value.to_data().unwrap();
    assert_eq!(data.nodes().unwrap().len(), 1_000_001);
    let copy = vm.create_from_data(&data).unwrap();
    assert_eq!(copy.get(999_999).unwrap().to::<u32>().unwrap(), 999_999);
    let objects = eval(
        &vm,
        "Array.from({ length: 250_000 }, (_, i) => ({ i, s: 'x' + i }))",
    );
    let data = objects.to_data().unwrap();
    assert_eq!(data.nodes().unwrap().len(), 750_001);
    let copy = vm.create_from_data(&data).unwrap();
    let last = copy.get(249_999).unwrap();
    assert_eq!(last.get("s").unwrap().to::<String>().unwrap(), "x249999");
}

#[test]
fn data_beyond_the_output_limit_is_refused() {
    let vm = builder()
        .limits(Limits::default().output(10_000))
        .build()
        .unwrap();
    for source in [
        "Symbol('x'.repeat(20_000))",
        "new RegExp('x'.repeat(20_000))",
        "class Long extends Error { get name() { return 'x'.repeat(20_000) } }; new Long",
        "'x'.repeat(20_000)",
        "new Array(20_000).fill(0)",
        "new ArrayBuffer(20_000)",
        "'\\ud800'.repeat(6_000)",
        "2n ** 200_000n",
        "({ ['k'.repeat(20_000)]: 1 })",
        "new Error('x'.repeat(20_000))",
    ] {
        let error = eval(&vm, source).to_data().unwrap_err();
        assert!(
            matches!(error, Error::Limit(Limit::Output { bytes: 10_000 })),
            "{source}: {error}"
        );
    }
    assert!(eval(&vm, "'x'.repeat(5_000)").to_data().is_ok());
    assert_usable(&vm);
}

#[test]
fn the_same_node_can_be_used_in_many_places() {
    let vm = vm();
    let mut builder = DataBuilder::new();
    let root = builder.reserve();
    let shared = builder.push(Node::Object(vec![]));
    let local = builder.push(Node::Symbol(SymbolData {
        kind: SymbolKind::Local,
        description: None,
    }));
    builder.fill(root, Node::Array(vec![shared, shared, local, local, root]));
    let array = vm.create_from_data(&builder.finish()).unwrap();
    let check = eval(&vm, "a => a[0] === a[1] && a[2] === a[3] && a[4] === a");
    assert!(check.call((array,)).unwrap().to::<bool>().unwrap());
}

#[test]
fn a_part_of_data_stands_by_itself() {
    let vm = vm();
    let data = eval(&vm, "({ list: [1, { f: x => x + 1 }] })")
        .to_data()
        .unwrap();
    let part: Data = data.root().unwrap().get("list").unwrap().to().unwrap();
    let value = vm.create_from_data(&part).unwrap();
    assert_eq!(
        value
            .get(1)
            .unwrap()
            .call_method("f", (1,))
            .unwrap()
            .to::<i32>()
            .unwrap(),
        2
    );
    drop(data);
    // The part has its own hold on the function.
    let value = vm.create_from_data(&part).unwrap();
    assert_eq!(
        value
            .get(1)
            .unwrap()
            .call_method("f", (2,))
            .unwrap()
            .to::<i32>()
            .unwrap(),
        3
    );
}
