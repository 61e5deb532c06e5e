//! Properties of objects.

use jsvm::{Error, Key, KeyFilter, OwnKey, Value, Vm};
use jsvm_tests::{assert_usable, eval, exception, vm};

fn names(vm: &Vm, source: &str, filter: KeyFilter) -> Vec<String> {
    let keys = eval(vm, source).keys(filter).unwrap();
    let name = |key| match key {
        OwnKey::Text(text) => text,
        OwnKey::Utf16(units) => format!("{units:x?}"),
        OwnKey::Symbol(symbol) => symbol.to_text().unwrap(),
        other => panic!("{other:?}"),
    };
    keys.into_iter().map(name).collect()
}

#[test]
fn own_keys_are_listed_in_the_order_of_the_language() {
    let vm = vm();
    let source = "
        const object = { b: 1, 10: 1, [Symbol('s')]: 1, '\\ud800': 1, 2: 1, a: 1, '-1': 1,
                         '4294967295': 1, '': 1, '\\0': 1 };
        Object.defineProperty(object, 'hidden', { value: 1, configurable: true });
        Object.defineProperty(object, Symbol('hidden'), { value: 1 });
        object";
    let strings = ["2", "10", "b", "[d800]", "a", "-1", "4294967295", "", "\0"];
    assert_eq!(names(&vm, source, KeyFilter::STRINGS), strings);
    let vm = jsvm_tests::vm();
    assert_eq!(names(&vm, source, KeyFilter::SYMBOLS), ["Symbol(s)"]);
    let vm = jsvm_tests::vm();
    let mut all = strings.to_vec();
    all.extend(["hidden", "Symbol(s)", "Symbol(hidden)"]);
    assert_eq!(names(&vm, source, KeyFilter::all()), all);
    let vm = jsvm_tests::vm();
    assert!(names(&vm, source, KeyFilter::empty()).is_empty());
    let vm = jsvm_tests::vm();
    assert!(names(&vm, source, KeyFilter::HIDDEN).is_empty());
}

#[test]
fn own_keys_of_exotic_objects() {
    let vm = vm();
    for (source, expected) in [
        ("['x', , 'y']", &["0", "2"][..]),
        ("'ab'.split('')", &["0", "1"]),
        ("new String('ab')", &["0", "1"]),
        ("new Uint8Array(2)", &["0", "1"]),
        ("new Proxy({ a: 1 }, {})", &["a"]),
        (
            "new Proxy({}, { ownKeys: () => ['z', 'y'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) })",
            &["z", "y"],
        ),
        ("(class { static s = 1 })", &["s"]),
        ("Object.create({ inherited: 1 })", &[]),
    ] {
        assert_eq!(names(&vm, source, KeyFilter::STRINGS), expected, "{source}");
    }
    let all = names(&vm, "[1]", KeyFilter::STRINGS | KeyFilter::HIDDEN);
    assert_eq!(all, ["0", "length"]);
    let throwing = eval(
        &vm,
        "new Proxy({}, { ownKeys() { throw new URIError('keys') } })",
    );
    assert_eq!(exception(throwing.keys(KeyFilter::all())).name, "URIError");
    assert_eq!(
        exception(eval(&vm, "'ab'").keys(KeyFilter::all())).name,
        "TypeError"
    );
    assert_usable(&vm);
}

#[test]
fn a_name_in_canonical_decimal_form_is_an_index() {
    let vm = vm();
    let array = eval(&vm, "[10, 20, 30]");
    assert_eq!(array.get("1").unwrap().to::<i32>().unwrap(), 20);
    array.set("3", 40).unwrap();
    assert_eq!(array.get("length").unwrap().to::<i32>().unwrap(), 4);
    assert_eq!(array.get(3).unwrap().to::<i32>().unwrap(), 40);
    assert!(array.get("01").unwrap().is_undefined());
    assert!(array.get("1.0").unwrap().is_undefined());
    let object = vm.create_object().unwrap();
    for index in [0, 7, (1 << 31) - 1, 1 << 31, u32::MAX - 1, u32::MAX] {
        object.set(index, index).unwrap();
        let found = object.get(&index.to_string()).unwrap();
        assert_eq!(found.to::<u32>().unwrap(), index);
        assert!(object.has(index).unwrap());
        assert!(object.delete(&index.to_string()).unwrap());
        assert!(object.get(index).unwrap().is_undefined());
    }
}

#[test]
fn keys_of_every_form_name_the_property_that_the_language_would() {
    let vm = vm();
    let object = vm.create_object().unwrap();
    let symbol = vm.create_symbol("s").unwrap();
    let lone = vm.create_string_from_utf16(&[0xd800]).unwrap();
    let converts = eval(&vm, "({ toString: () => 'converted' })");
    let keys: [(Key<'_>, &str); 13] = [
        (Key::Name("name"), "'name'"),
        (Key::Name(""), "''"),
        (Key::Name("a\0b"), "'a\\0b'"),
        (Key::Name("__proto__x"), "'__proto__x'"),
        (Key::Name("größe 😀"), "'größe 😀'"),
        (Key::Index(5), "5"),
        (Key::Value(&lone), "'\\ud800'"),
        (Key::Value(&converts), "'converted'"),
        (Key::Value(&Value::UNDEFINED), "'undefined'"),
        (Key::Value(&Value::NULL), "'null'"),
        (Key::Value(&Value::from(true)), "'true'"),
        (Key::Value(&Value::from(1.5)), "'1.5'"),
        (Key::Value(&Value::from(-0.0)), "'0'"),
    ];
    let reader = eval(&vm, "(object, key) => object[key]");
    for (position, (key, source)) in keys.into_iter().enumerate() {
        assert!(!object.has(key).unwrap(), "{source}");
        assert!(object.get(key).unwrap().is_undefined(), "{source}");
        object.set(key, position as u32).unwrap();
        assert!(object.has(key).unwrap(), "{source}");
        let seen = reader.call((&object, eval(&vm, source))).unwrap();
        assert_eq!(seen.to::<usize>().unwrap(), position, "{source}");
        assert_eq!(
            object.get(key).unwrap().to::<usize>().unwrap(),
            position,
            "{source}"
        );
        assert!(object.delete(key).unwrap(), "{source}");
        assert!(!object.has(key).unwrap(), "{source}");
    }
    object.set(&symbol, "by symbol").unwrap();
    assert_eq!(
        object.get(&symbol).unwrap().to::<String>().unwrap(),
        "by symbol"
    );
    assert!(
        object
            .get(&vm.create_symbol("s").unwrap())
            .unwrap()
            .is_undefined()
    );
    match &object.keys(KeyFilter::all()).unwrap()[..] {
        [OwnKey::Symbol(found)] => assert!(found.strict_equals(&symbol).unwrap()),
        keys => panic!("{keys:?}"),
    }
}

#[test]
fn setting_is_strict() {
    let vm = vm();
    for source in [
        "Object.freeze({ x: 1 })",
        "Object.preventExtensions({})",
        "({ get x() { return 1 } })",
        "Object.defineProperty({}, 'x', { value: 1 })",
        "Object.create(Object.freeze({ x: 1 }))",
        "'text'",
        "Symbol()",
        "new Proxy({}, { set: () => false })",
    ] {
        let error = exception(eval(&vm, source).set("x", 2));
        assert_eq!(error.name, "TypeError", "{source}");
    }
    let throwing = eval(&vm, "({ set x(value) { throw value } })");
    let thrown = exception(throwing.set("x", "mine"));
    assert_eq!((&*thrown.name, &*thrown.message), ("", "mine"));
    assert_usable(&vm);
}

#[test]
fn setters_and_the_receiver_are_respected() {
    let vm = vm();
    let object = eval(
        &vm,
        "({ __proto__: { set x(value) { this.seen = value } } })",
    );
    object.set("x", 5).unwrap();
    assert_eq!(object.get("seen").unwrap().to::<i32>().unwrap(), 5);
    assert!(names_of(&object).contains(&"seen".to_owned()));
    object.set("__proto__", Value::NULL).unwrap();
    assert!(!object.has("toString").unwrap());
}

fn names_of(value: &Value) -> Vec<String> {
    let keys = value.keys(KeyFilter::STRINGS).unwrap();
    keys.into_iter()
        .map(|key| match key {
            OwnKey::Text(text) => text,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn deleting_tells_whether_the_property_is_gone() {
    let vm = vm();
    let object = eval(&vm, "({ x: 1 })");
    assert!(object.delete("x").unwrap());
    assert!(object.delete("never there").unwrap());
    let fixed = eval(&vm, "Object.freeze({ x: 1 })");
    assert!(!fixed.delete("x").unwrap());
    assert!(!eval(&vm, "[1]").delete("length").unwrap());
    let throwing = eval(
        &vm,
        "new Proxy({}, { deleteProperty() { throw new RangeError } })",
    );
    assert_eq!(exception(throwing.delete("x")).name, "RangeError");
}

#[test]
fn properties_of_primitives_are_those_of_their_prototypes() {
    let vm = vm();
    assert_eq!(
        eval(&vm, "'text'")
            .get("length")
            .unwrap()
            .to::<i32>()
            .unwrap(),
        4
    );
    assert_eq!(
        eval(&vm, "'text'").get(1).unwrap().to::<String>().unwrap(),
        "e"
    );
    assert_eq!(
        eval(&vm, "Symbol('d')")
            .get("description")
            .unwrap()
            .to::<String>()
            .unwrap(),
        "d"
    );
    let upper = eval(&vm, "'text'").call_method("toUpperCase", ()).unwrap();
    assert_eq!(upper.to::<String>().unwrap(), "TEXT");
    // `in` needs an object.
    assert_eq!(
        exception(eval(&vm, "'text'").has("length")).name,
        "TypeError"
    );
}

#[test]
fn accessors_and_proxies_may_throw() {
    let vm = vm();
    let object = eval(
        &vm,
        "({ get x() { throw new SyntaxError('no') },
            proxy: new Proxy({}, { get() { throw null }, has() { throw 5 } }) })",
    );
    assert_eq!(exception(object.get("x")).name, "SyntaxError");
    let proxy = object.get("proxy").unwrap();
    assert!(exception(proxy.get("x")).value.is_null());
    assert_eq!(exception(proxy.has("x")).value.to::<i32>().unwrap(), 5);
    let key = eval(&vm, "({ [Symbol.toPrimitive]() { throw new EvalError } })");
    for result in [
        object.get(&key).map(drop),
        object.set(&key, 1),
        object.has(&key).map(drop),
        object.delete(&key).map(drop),
        object.call_method(&key, ()).map(drop),
    ] {
        assert_eq!(exception(result).name, "EvalError");
    }
    assert_usable(&vm);
}

#[test]
fn the_global_object_is_that_of_scripts() {
    let vm = vm();
    let global = vm.global().unwrap();
    global.set("added", 5).unwrap();
    assert_eq!(eval(&vm, "added + 1").to::<i32>().unwrap(), 6);
    eval(&vm, "var declared = 7; let lexical = 8");
    assert_eq!(global.get("declared").unwrap().to::<i32>().unwrap(), 7);
    assert!(global.get("lexical").unwrap().is_undefined());
    assert!(global.strict_equals(&eval(&vm, "globalThis")).unwrap());
    assert!(global.delete("added").unwrap());
    assert_eq!(exception(vm.eval("added")).name, "ReferenceError");
}

#[test]
fn is_instance_is_instanceof() {
    let vm = vm();
    let check =
        |value: &str, constructor: &str| eval(&vm, value).is_instance(&eval(&vm, constructor));
    assert!(check("[]", "Array").unwrap());
    assert!(check("[]", "Object").unwrap());
    assert!(!check("[]", "Map").unwrap());
    assert!(!check("5", "Number").unwrap());
    assert!(!check("'s'", "String").unwrap());
    assert!(!check("Object.create(null)", "Object").unwrap());
    assert!(check("({})", "({ [Symbol.hasInstance]: () => 'yes' })").unwrap());
    assert_eq!(exception(check("({})", "({})")).name, "TypeError");
    assert_eq!(exception(check("({})", "() => 1")).name, "TypeError");
    assert_eq!(
        exception(check(
            "({})",
            "({ get [Symbol.hasInstance]() { throw new RangeError } })"
        ))
        .name,
        "RangeError"
    );
    assert!(matches!(
        eval(&vm, "({})").is_instance(&Value::NULL),
        Err(Error::Conversion(_) | Error::Exception(_))
    ));
}
