//! Values: what they are, how they are made, converted and compared.

use jsvm::{Error, ErrorClass, Value, ValueKind, ViewKind};
use jsvm_tests::{VIEWS, assert_usable, eval, exception, vm};

/// Each expression and what it is.
const KINDS: &[(&str, ValueKind)] = &[
    ("undefined", ValueKind::Undefined),
    ("null", ValueKind::Null),
    ("true", ValueKind::Boolean),
    ("0", ValueKind::Number),
    ("NaN", ValueKind::Number),
    ("10n", ValueKind::BigInt),
    ("''", ValueKind::String),
    ("'\\ud800'", ValueKind::String),
    ("'a' + 'b'.repeat(100000)", ValueKind::String),
    ("Symbol()", ValueKind::Symbol),
    ("Symbol.iterator", ValueKind::Symbol),
    ("({})", ValueKind::Object),
    ("Object.create(null)", ValueKind::Object),
    ("new Number(1)", ValueKind::Object),
    ("new String('')", ValueKind::Object),
    ("(function () { return arguments })()", ValueKind::Object),
    ("(function* () {})()", ValueKind::Object),
    ("globalThis", ValueKind::Object),
    ("Math", ValueKind::Object),
    ("[]", ValueKind::Array),
    ("new (class extends Array {})", ValueKind::Array),
    ("() => 1", ValueKind::Function),
    ("(class {})", ValueKind::Function),
    ("Math.max", ValueKind::Function),
    ("(async function* () {})", ValueKind::Function),
    ("(() => 1).bind(null)", ValueKind::Function),
    ("new Error", ValueKind::Error),
    ("new AggregateError([])", ValueKind::Error),
    ("new (class extends TypeError {})", ValueKind::Error),
    ("Promise.resolve()", ValueKind::Promise),
    ("(async () => {})()", ValueKind::Promise),
    ("new Date(0)", ValueKind::Date),
    ("/x/", ValueKind::Regexp),
    ("new Map", ValueKind::Map),
    ("new Set", ValueKind::Set),
    ("new ArrayBuffer(1)", ValueKind::ArrayBuffer),
    ("new SharedArrayBuffer(1)", ValueKind::ArrayBuffer),
    ("new Uint8Array(1)", ValueKind::TypedArray),
    ("new BigInt64Array(1)", ValueKind::TypedArray),
    ("new DataView(new ArrayBuffer(1))", ValueKind::DataView),
    ("new Proxy({}, {})", ValueKind::Proxy),
    ("new Proxy([], {})", ValueKind::Proxy),
    ("new Proxy(() => 1, {})", ValueKind::Function),
    (
        "(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy })()",
        ValueKind::Proxy,
    ),
    ("new WeakRef({})", ValueKind::Weak),
    ("new WeakMap", ValueKind::Weak),
    ("new WeakSet", ValueKind::Weak),
];

#[test]
fn every_value_says_what_it_is() {
    let vm = vm();
    for (source, kind) in KINDS {
        assert_eq!(eval(&vm, source).kind().unwrap(), *kind, "{source}");
    }
}

#[test]
fn a_kind_does_not_depend_on_what_scripts_can_change() {
    let vm = vm();
    let tampered = "
        const map = new Map;
        Object.setPrototypeOf(map, null);
        Object.defineProperty(map, Symbol.toStringTag, { get() { throw 1 } });
        map.constructor = Array;
        map";
    assert_eq!(eval(&vm, tampered).kind().unwrap(), ValueKind::Map);
    assert_eq!(
        eval(&vm, "({ __proto__: Error.prototype })")
            .kind()
            .unwrap(),
        ValueKind::Object
    );
    assert_eq!(
        eval(&vm, "({ __proto__: Array.prototype })")
            .kind()
            .unwrap(),
        ValueKind::Object
    );
}

#[test]
fn views_of_every_kind_are_made_over_a_buffer() {
    let vm = vm();
    let bytes: Vec<u8> = (0..24).collect();
    let buffer = vm.create_array_buffer(&bytes).unwrap();
    for (name, kind, size) in VIEWS {
        let constructor = eval(&vm, name);
        let view = vm.create_view(*kind, &buffer, 8, Some(8 / size)).unwrap();
        assert!(view.is_instance(&constructor).unwrap(), "{name}");
        assert_eq!(view.view_kind().unwrap(), Some(*kind));
        assert_eq!(view.get("byteOffset").unwrap().to::<u32>().unwrap(), 8);
        assert_eq!(view.to_bytes().unwrap(), bytes[8..16], "{name}");
        assert!(view.get("buffer").unwrap().strict_equals(&buffer).unwrap());
        // Without a length it reaches to the end.
        let rest = vm.create_view(*kind, &buffer, 16, None).unwrap();
        assert_eq!(rest.to_bytes().unwrap(), bytes[16..], "{name}");
        let beyond = exception(vm.create_view(*kind, &buffer, 16, Some(9)));
        assert_eq!(beyond.name, "RangeError", "{name}");
        let outside = exception(vm.create_view(*kind, &buffer, 32, None));
        assert_eq!(outside.name, "RangeError", "{name}");
        if *size > 1 {
            let unaligned = exception(vm.create_view(*kind, &buffer, 1, None));
            assert_eq!(unaligned.name, "RangeError", "{name}");
        }
    }
    assert_eq!(
        exception(vm.create_view(ViewKind::Uint8, &eval(&vm, "[]"), 0, None)).name,
        "TypeError"
    );
    assert_eq!(buffer.view_kind().unwrap(), None);
}

#[test]
fn a_view_and_its_buffer_share_memory() {
    let vm = vm();
    let buffer = vm.create_array_buffer(&[0; 4]).unwrap();
    vm.create_view(ViewKind::Uint32, &buffer, 0, None)
        .unwrap()
        .set(0, 0x0403_0201_u32)
        .unwrap();
    assert_eq!(buffer.to_bytes().unwrap(), [1, 2, 3, 4]);
}

#[test]
fn bytes_of_what_has_none_are_a_type_error() {
    let vm = vm();
    let detached =
        "const b = new ArrayBuffer(8); const v = new Uint8Array(b); b.transfer(); [b, v]";
    let detached = eval(&vm, detached);
    for value in [
        eval(&vm, "({})"),
        eval(&vm, "'text'"),
        eval(&vm, "new Map"),
        detached.get(0).unwrap(),
        detached.get(1).unwrap(),
        eval(
            &vm,
            "const r = new ArrayBuffer(8, { maxByteLength: 8 });
             const out = new DataView(r, 4, 4); r.resize(2); out",
        ),
    ] {
        assert_eq!(exception(value.to_bytes()).name, "TypeError");
    }
    assert!(matches!(
        Value::from(1.0).to_bytes(),
        Err(Error::Conversion(_))
    ));
    assert_usable(&vm);
}

#[test]
fn constructors_make_what_their_names_say() {
    let vm = vm();
    let is = |value: &Value, check: &str| {
        let check = eval(&vm, check);
        assert!(
            check.call((value,)).unwrap().to::<bool>().unwrap(),
            "{check:?}"
        );
    };
    is(
        &vm.create_string("größe 😀").unwrap(),
        "v => v === 'größe 😀' && v.length === 8",
    );
    is(&vm.create_string("").unwrap(), "v => v === ''");
    is(
        &vm.create_string("a\0b").unwrap(),
        "v => v === 'a\\0b' && v.length === 3",
    );
    is(
        &vm.create_string_from_utf16(&[0xd800, 0x61]).unwrap(),
        "v => v === '\\ud800a'",
    );
    is(&vm.create_string_from_utf16(&[]).unwrap(), "v => v === ''");
    is(
        &vm.create_string_from_utf16(&[0xd83d, 0xde00]).unwrap(),
        "v => v === '😀'",
    );
    is(
        &vm.create_bigint("-170141183460469231731687303715884105729")
            .unwrap(),
        "v => v === -(2n ** 127n) - 1n",
    );
    is(&vm.create_bigint("0").unwrap(), "v => v === 0n");
    is(
        &vm.create_symbol("x").unwrap(),
        "v => typeof v === 'symbol' && v.description === 'x'",
    );
    is(
        &vm.create_symbol("x").unwrap(),
        "v => v !== Symbol.for('x') && Symbol.keyFor(v) === undefined",
    );
    is(
        &vm.create_symbol_for("x").unwrap(),
        "v => v === Symbol.for('x')",
    );
    is(
        &vm.create_object().unwrap(),
        "v => Object.getPrototypeOf(v) === Object.prototype && Reflect.ownKeys(v).length === 0",
    );
    is(
        &vm.create_array((1, "two", true)).unwrap(),
        "v => Array.isArray(v) && v.length === 3 && v[1] === 'two'",
    );
    is(&vm.create_array(()).unwrap(), "v => v.length === 0");
    is(
        &vm.create_array_buffer(&[1, 2]).unwrap(),
        "v => v instanceof ArrayBuffer && v.byteLength === 2",
    );
    is(
        &vm.create_array_buffer(&[]).unwrap(),
        "v => v.byteLength === 0",
    );
    is(
        &vm.create_date(1500.0).unwrap(),
        "v => v instanceof Date && v.getTime() === 1500",
    );
    is(
        &vm.create_date(f64::NAN).unwrap(),
        "v => v instanceof Date && Number.isNaN(v.getTime())",
    );
    is(
        &vm.create_promise().unwrap().promise,
        "v => v instanceof Promise",
    );
    is(
        &vm.create_host_function("f", 3).unwrap(),
        "v => typeof v === 'function' && v.name === 'f' && v.length === 3",
    );
    is(
        &vm.create_request_function("r", 2).unwrap(),
        "v => typeof v === 'function' && v.name === 'r' && v.length === 2",
    );
    is(&vm.create_value(Value::NULL).unwrap(), "v => v === null");
}

#[test]
fn errors_of_every_class_are_made() {
    let vm = vm();
    let cause = eval(&vm, "({ code: 7 })");
    for (class, name) in [
        (ErrorClass::Error, "Error"),
        (ErrorClass::EvalError, "EvalError"),
        (ErrorClass::RangeError, "RangeError"),
        (ErrorClass::ReferenceError, "ReferenceError"),
        (ErrorClass::SyntaxError, "SyntaxError"),
        (ErrorClass::TypeError, "TypeError"),
        (ErrorClass::UriError, "URIError"),
        (ErrorClass::InternalError, "InternalError"),
        (ErrorClass::AggregateError, "AggregateError"),
    ] {
        let plain = vm.create_error(class, "message", None).unwrap();
        assert_eq!(plain.kind().unwrap(), ValueKind::Error);
        assert!(plain.is_instance(&eval(&vm, name)).unwrap(), "{name}");
        assert_eq!(plain.to_text().unwrap(), format!("{name}: message"));
        assert!(!plain.has("cause").unwrap());
        let caused = vm.create_error(class, "", Some(&cause)).unwrap();
        assert!(caused.get("cause").unwrap().strict_equals(&cause).unwrap());
        let undefined = vm.create_error(class, "", Some(&Value::UNDEFINED)).unwrap();
        assert!(undefined.has("cause").unwrap(), "a cause can be undefined");
        // As the constructors do it, nothing of it is enumerable.
        let keys = vm.eval("Object.keys").unwrap().call((&caused,)).unwrap();
        assert_eq!(
            keys.get("length").unwrap().to::<u32>().unwrap(),
            0,
            "{name}"
        );
    }
}

#[test]
fn malformed_bigints_are_syntax_errors() {
    let vm = vm();
    for digits in [
        "", "-", "+1", " 1", "1 ", "0x10", "1n", "1.5", "1e3", "--1", "1_000", "∞", "1\u{0}",
    ] {
        assert_eq!(
            exception(vm.create_bigint(digits)).name,
            "SyntaxError",
            "{digits:?}"
        );
    }
    assert_eq!(vm.create_bigint("-0").unwrap().to_bigint().unwrap(), "0");
    assert_eq!(vm.create_bigint("007").unwrap().to_bigint().unwrap(), "7");
    let long = "9".repeat(5_000);
    assert_eq!(vm.create_bigint(&long).unwrap().to_bigint().unwrap(), long);
}

#[test]
fn a_primitive_without_a_handle_is_no_object() {
    for value in [
        Value::UNDEFINED,
        Value::NULL,
        Value::from(true),
        Value::from(1.0),
    ] {
        assert!(matches!(value.get("x"), Err(Error::Conversion(_))));
        assert!(matches!(value.set("x", 1), Err(Error::Conversion(_))));
        assert!(matches!(value.delete("x"), Err(Error::Conversion(_))));
        assert!(matches!(value.has("x"), Err(Error::Conversion(_))));
        assert!(matches!(value.call(()), Err(Error::Conversion(_))));
        assert!(matches!(value.construct(()), Err(Error::Conversion(_))));
        assert!(matches!(
            value.call_method("x", ()),
            Err(Error::Conversion(_))
        ));
        assert!(value.promise_state().unwrap().is_none());
        assert!(matches!(value.promise_value(), Err(Error::Conversion(_))));
    }
}
