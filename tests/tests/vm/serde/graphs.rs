//! Graphs that are shared, circular, large or deep.

use super::*;

#[test]
fn sharing_and_cycles() {
    let vm = vm();
    let shared = vm
        .eval("const a = { n: 1 }; ({ x: a, y: [a, a] })")
        .unwrap();
    assert_eq!(
        shared.to::<serde_json::Value>().unwrap(),
        json!({ "x": { "n": 1 }, "y": [{ "n": 1 }, { "n": 1 }] })
    );
    let cycle = vm
        .eval("const c = { list: [1] }; c.list.push(c); c")
        .unwrap();
    let error = cycle.to::<serde_json::Value>().unwrap_err();
    assert_eq!(
        conversion(error),
        "list[1]: expected a value without cycles, found a cycle"
    );
    // As data it stays one, inside of other data as well.
    let data: BTreeMap<String, Data> = BTreeMap::from([("c".into(), cycle.to().unwrap())]);
    let again = vm.create_value((&data, &data)).unwrap();
    let check = vm.eval("([a, b]) => a.c.list[1] === a.c && b.c.list[1] === b.c && a.c !== b.c");
    assert!(check.unwrap().call((again,)).unwrap().to::<bool>().unwrap());
    // A part of a cycle has all of it.
    let inner: (u8, Data) = cycle.get("list").unwrap().to().unwrap();
    let inner = vm.create_from_data(&inner.1).unwrap();
    assert_eq!(
        inner
            .get("list")
            .unwrap()
            .get(1)
            .unwrap()
            .get("list")
            .unwrap()
            .get(0)
            .unwrap()
            .to::<u8>()
            .unwrap(),
        1
    );
    let laughs = vm.eval("let l = ['ha']; for (let i = 0; i < 40; i++) l = [l, l, l, l]; l");
    let error = laughs.unwrap().to::<serde_json::Value>().unwrap_err();
    assert!(conversion(error).ends_with("found one that refers to the same parts too often"));
}

#[test]
fn large_and_deep() {
    let vm = vm();
    let numbers: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    let value = vm.create_value(&numbers).unwrap();
    assert_eq!(value.get("length").unwrap().to::<u32>().unwrap(), 1_000_000);
    assert_eq!(value.to::<Vec<f64>>().unwrap(), numbers);
    let nested =
        |depth: u32| format!("{{ let a = 1; for (let i = 0; i < {depth}; i++) a = [a]; a }}");
    let deepest = vm.eval(&*nested(MAX_DEPTH)).unwrap();
    let json: serde_json::Value = deepest.to().unwrap();
    assert_eq!(
        vm.create_value(Json(json)).unwrap().to_json().unwrap(),
        deepest.to_json().unwrap()
    );
    for depth in [MAX_DEPTH + 1, 100_000] {
        let error = vm
            .eval(&*nested(depth))
            .unwrap()
            .to::<serde_json::Value>()
            .unwrap_err();
        let message = conversion(error);
        assert!(
            message.ends_with("expected at most 256 levels of nesting, found more"),
            "{message}"
        );
    }
    let text: String = ['a', 'é', '日', '𝄞']
        .into_iter()
        .cycle()
        .take(1 << 20)
        .collect();
    for text in [&text, &"a".repeat(1 << 20), &"é".repeat(1 << 20)] {
        let value = vm.create_value([text]).unwrap();
        assert_eq!(value.to::<[String; 1]>().unwrap()[0], *text);
        let units = value
            .get(0)
            .unwrap()
            .get("length")
            .unwrap()
            .to::<usize>()
            .unwrap();
        assert_eq!(units, text.encode_utf16().count());
    }
}

#[test]
fn large_parts_are_read_as_often_as_they_are_there() {
    let vm = vm();
    let large = vec![7; 100_000];
    let (one, text, other): (Bytes, String, Data) = vm
        .eval_to(
            "[new Uint8Array(100_000).fill(7), 'é'.repeat(100_000), [new ArrayBuffer(70_000)]]",
        )
        .unwrap();
    assert_eq!(one.0, large);
    assert_eq!(text, "é".repeat(100_000));
    assert_eq!(other.to::<(Bytes,)>().unwrap().0.0, vec![0; 70_000]);
    // One buffer, two views of it, and a string that is there twice.
    let shared: Vec<Bytes> = vm
        .eval_to("(b => [b, b, new Uint8Array(b.buffer, 1)])(new Uint8Array(100_000).fill(7))")
        .unwrap();
    let lengths: Vec<_> = shared.iter().map(|bytes| bytes.0.len()).collect();
    assert_eq!(lengths, [100_000, 100_000, 99_999]);
    assert!(shared.iter().all(|bytes| large.starts_with(&bytes.0)));
    let texts: (String, String) = vm.eval_to("(s => [s, s])('日'.repeat(50_000))").unwrap();
    assert_eq!(texts, ("日".repeat(50_000), "日".repeat(50_000)));
    // Surrogate pairs at every place of a block.
    for start in ["", "a", "ab"] {
        let text = format!("{start}{}", "😀日é".repeat(30_000));
        let echo = eval(&vm, "text => text");
        assert_eq!(echo.call_to::<String>(&(&text,)).unwrap(), text);
        assert_eq!(echo.call((&*text,)).unwrap().to::<String>().unwrap(), text);
    }
}
