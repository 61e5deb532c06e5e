//! What values are, whatever scripts say of them.

use jsvm::{Value, ValueKind};
use jsvm_tests::{eval, vm};

#[test]
fn kinds_names_and_types_agree() {
    let vm = vm();
    for (source, kind, class, type_of) in [
        ("undefined", ValueKind::Undefined, None, "undefined"),
        ("null", ValueKind::Null, None, "object"),
        ("true", ValueKind::Boolean, None, "boolean"),
        ("-0", ValueKind::Number, None, "number"),
        ("10n", ValueKind::BigInt, None, "bigint"),
        ("'x'", ValueKind::String, None, "string"),
        ("Symbol()", ValueKind::Symbol, None, "symbol"),
        ("({})", ValueKind::Object, Some("Object"), "object"),
        ("[]", ValueKind::Array, Some("Array"), "object"),
        ("() => 1", ValueKind::Function, Some("Function"), "function"),
        (
            "class A {}; A",
            ValueKind::Function,
            Some("Function"),
            "function",
        ),
        ("new TypeError", ValueKind::Error, Some("Error"), "object"),
        (
            "Promise.resolve()",
            ValueKind::Promise,
            Some("Promise"),
            "object",
        ),
        ("new Date", ValueKind::Date, Some("Date"), "object"),
        ("/x/", ValueKind::Regexp, Some("RegExp"), "object"),
        ("new Map", ValueKind::Map, Some("Map"), "object"),
        ("new Set", ValueKind::Set, Some("Set"), "object"),
        (
            "new ArrayBuffer(1)",
            ValueKind::ArrayBuffer,
            Some("ArrayBuffer"),
            "object",
        ),
        (
            "new SharedArrayBuffer(1)",
            ValueKind::ArrayBuffer,
            Some("SharedArrayBuffer"),
            "object",
        ),
        (
            "new Float16Array",
            ValueKind::TypedArray,
            Some("Float16Array"),
            "object",
        ),
        (
            "new DataView(new ArrayBuffer(1))",
            ValueKind::DataView,
            Some("DataView"),
            "object",
        ),
        (
            "new Proxy([], {})",
            ValueKind::Proxy,
            Some("Proxy"),
            "object",
        ),
        (
            "new WeakRef({})",
            ValueKind::Weak,
            Some("WeakRef"),
            "object",
        ),
        ("new WeakMap", ValueKind::Weak, Some("WeakMap"), "object"),
        ("new WeakSet", ValueKind::Weak, Some("WeakSet"), "object"),
        ("new Number(1)", ValueKind::Object, Some("Number"), "object"),
    ] {
        let value = eval(&vm, source);
        assert_eq!(value.kind().unwrap(), kind, "{source}");
        assert_eq!(value.type_of().unwrap(), type_of, "{source}");
        let found = value.class_name().unwrap();
        assert_eq!(found.as_deref(), class, "{source}");
        assert_eq!(value.is_object().unwrap(), class.is_some(), "{source}");
        let checks = [
            (value.is_boolean(), kind == ValueKind::Boolean),
            (value.is_number(), kind == ValueKind::Number),
            (value.is_string(), kind == ValueKind::String),
            (value.is_symbol(), kind == ValueKind::Symbol),
            (value.is_bigint(), kind == ValueKind::BigInt),
            (value.is_array(), kind == ValueKind::Array),
            (value.is_function(), kind == ValueKind::Function),
            (value.is_error(), kind == ValueKind::Error),
            (value.is_promise(), kind == ValueKind::Promise),
            (value.is_date(), kind == ValueKind::Date),
            (value.is_regexp(), kind == ValueKind::Regexp),
            (value.is_map(), kind == ValueKind::Map),
            (value.is_set(), kind == ValueKind::Set),
            (value.is_array_buffer(), kind == ValueKind::ArrayBuffer),
            (value.is_typed_array(), kind == ValueKind::TypedArray),
            (value.is_data_view(), kind == ValueKind::DataView),
            (value.is_proxy(), kind == ValueKind::Proxy),
        ];
        for (index, (found, expected)) in checks.into_iter().enumerate() {
            assert_eq!(found.unwrap(), expected, "{source}, check {index}");
        }
    }
}

#[test]
fn scripts_cannot_deceive_checks() {
    let vm = vm();
    let imposter = eval(
        &vm,
        "Object.setPrototypeOf({ get [Symbol.toStringTag]() { throw 'asked' },
                                 get constructor() { throw 'asked' } }, Map.prototype)",
    );
    assert_eq!(imposter.kind().unwrap(), ValueKind::Object);
    assert_eq!(imposter.class_name().unwrap().as_deref(), Some("Object"));
    let disguised = eval(&vm, "Object.setPrototypeOf(new Map, null)");
    assert!(disguised.is_map().unwrap());
    eval(
        &vm,
        "Object.defineProperty(Map, 'name', { value: 'Set' }); Map.prototype[Symbol.toStringTag]",
    );
    assert_eq!(
        eval(&vm, "new Map").class_name().unwrap().as_deref(),
        Some("Map")
    );
    assert!(!eval(&vm, "new Proxy(new Map, {})").is_map().unwrap());
    assert!(eval(&vm, "class M extends Map {}; new M").is_map().unwrap());
}

#[test]
fn symbols_tell_what_they_are() {
    let vm = vm();
    let own = vm.create_symbol("mine").unwrap();
    assert_eq!(own.symbol_description().unwrap().as_deref(), Some("mine"));
    assert_eq!(own.symbol_key().unwrap(), None);
    let shared = vm.create_symbol_for("ours").unwrap();
    assert_eq!(shared.symbol_key().unwrap().as_deref(), Some("ours"));
    assert!(
        shared
            .strict_equals(&eval(&vm, "Symbol.for('ours')"))
            .unwrap()
    );
    assert_eq!(eval(&vm, "Symbol()").symbol_description().unwrap(), None);
    assert_eq!(
        eval(&vm, "Symbol('')")
            .symbol_description()
            .unwrap()
            .as_deref(),
        Some("")
    );
    eval(
        &vm,
        "Symbol.keyFor = () => 'fooled'; Object.defineProperty(Symbol.prototype, 'description', { get: () => 'fooled' })",
    );
    assert_eq!(own.symbol_description().unwrap().as_deref(), Some("mine"));
    assert_eq!(shared.symbol_key().unwrap().as_deref(), Some("ours"));
    for value in [
        Value::NULL,
        vm.create_string("x").unwrap(),
        vm.create_object().unwrap(),
    ] {
        assert_eq!(value.symbol_description().unwrap(), None);
        assert_eq!(value.symbol_key().unwrap(), None);
    }
    let iterator = vm.well_known_symbol("iterator").unwrap().unwrap();
    assert_eq!(
        iterator.symbol_description().unwrap().as_deref(),
        Some("Symbol.iterator")
    );
    assert!(vm.well_known_symbol("none").unwrap().is_none());
}

#[test]
fn a_value_knows_its_vm() {
    let vm = vm();
    let object = vm.create_object().unwrap();
    let same = object.vm().unwrap();
    same.eval("globalThis.x = 5").unwrap();
    assert_eq!(eval(&vm, "x").to::<i32>().unwrap(), 5);
    assert!(Value::NULL.vm().is_none());
}

#[test]
fn the_engine_says_its_version() {
    let version = vm().engine_version().unwrap();
    let numbers: Vec<_> = version.split('.').map(str::parse::<u32>).collect();
    assert!(
        numbers.len() >= 2 && numbers.iter().all(Result::is_ok),
        "{version}"
    );
}
