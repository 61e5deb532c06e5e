//! Values: what they are, how they are made, converted and compared.

use jsvm::{Error, ErrorClass, Key, Value, ValueKind, ViewKind, Vm};
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

/// Expression, `Boolean(x)`, `Number(x)` and `String(x)`.
const CONVERSIONS: &[(&str, bool, f64, &str)] = &[
    ("undefined", false, f64::NAN, "undefined"),
    ("null", false, 0.0, "null"),
    ("true", true, 1.0, "true"),
    ("false", false, 0.0, "false"),
    ("0", false, 0.0, "0"),
    ("-0", false, -0.0, "0"),
    ("NaN", false, f64::NAN, "NaN"),
    ("-Infinity", true, f64::NEG_INFINITY, "-Infinity"),
    ("1e21", true, 1e21, "1e+21"),
    ("1e-7", true, 1e-7, "1e-7"),
    (
        "123456789012345680000",
        true,
        123_456_789_012_345_680_000.0,
        "123456789012345680000",
    ),
    ("0.1 + 0.2", true, 0.1 + 0.2, "0.30000000000000004"),
    ("5e-324", true, 5e-324, "5e-324"),
    ("''", false, 0.0, ""),
    ("' 12 '", true, 12.0, " 12 "),
    ("'0x1f'", true, 31.0, "0x1f"),
    ("'x'", true, f64::NAN, "x"),
    ("0n", false, 0.0, "0"),
    ("-12n", true, -12.0, "-12"),
    (
        "2n ** 70n",
        true,
        1_180_591_620_717_411_303_424.0,
        "1180591620717411303424",
    ),
    ("[]", true, 0.0, ""),
    ("[7]", true, 7.0, "7"),
    ("[1, [2, 3]]", true, f64::NAN, "1,2,3"),
    ("({})", true, f64::NAN, "[object Object]"),
    (
        "({ valueOf: () => 4, toString: () => 'four' })",
        true,
        4.0,
        "four",
    ),
    (
        "({ [Symbol.toPrimitive]: hint => hint === 'number' ? 1 : hint })",
        true,
        1.0,
        "string",
    ),
    (
        "new Date(5)",
        true,
        5.0,
        "Thu Jan 01 1970 00:00:00 GMT+0000",
    ),
    ("new Boolean(false)", true, 0.0, "false"),
    ("new String('8')", true, 8.0, "8"),
    ("/x/g", true, f64::NAN, "/x/g"),
    ("new RangeError('far')", true, f64::NAN, "RangeError: far"),
];

#[test]
fn conversions_are_those_of_the_language() {
    let vm = vm();
    for (source, boolean, number, text) in CONVERSIONS {
        let value = eval(&vm, source);
        assert_eq!(value.to_bool().unwrap(), *boolean, "{source}");
        let found = value.to_number().unwrap();
        let same = found.to_bits() == number.to_bits() || (found.is_nan() && number.is_nan());
        assert!(same, "{source}: {found} is not {number}");
        let found = value.to_text().unwrap();
        // The name of the time zone is up to the engine.
        assert!(
            found == *text || (value.kind().unwrap() == ValueKind::Date && found.starts_with(text)),
            "{source}: {found}"
        );
        let units: Vec<u16> = found.encode_utf16().collect();
        assert_eq!(value.to_utf16().unwrap(), units, "{source}");
    }
}

#[test]
fn symbols_convert_as_the_functions_of_the_language_do() {
    let vm = vm();
    let symbol = eval(&vm, "Symbol('name')");
    assert!(symbol.to_bool().unwrap());
    assert_eq!(symbol.to_text().unwrap(), "Symbol(name)");
    assert_eq!(eval(&vm, "Symbol()").to_text().unwrap(), "Symbol()");
    assert_eq!(exception(symbol.to_number()).name, "TypeError");
    assert_eq!(exception(symbol.to_bigint()).name, "TypeError");
}

#[test]
fn bigints_convert_exactly() {
    let vm = vm();
    for (source, digits) in [
        ("true", "1"),
        ("false", "0"),
        ("12", "12"),
        ("-0", "0"),
        ("2 ** 64", "18446744073709551616"),
        ("1e22", "10000000000000000000000"),
        ("'0x10'", "16"),
        ("' 5 '", "5"),
        ("-(10n ** 30n)", "-1000000000000000000000000000000"),
        ("({ valueOf: () => 9n })", "9"),
    ] {
        assert_eq!(eval(&vm, source).to_bigint().unwrap(), digits, "{source}");
    }
    for (source, name) in [
        ("'x'", "SyntaxError"),
        ("({})", "SyntaxError"),
        ("Symbol()", "TypeError"),
    ] {
        assert_eq!(
            exception(eval(&vm, source).to_bigint()).name,
            name,
            "{source}"
        );
    }
    for source in ["1.5", "NaN", "Infinity", "undefined", "null"] {
        let error = eval(&vm, source).to_bigint().unwrap_err();
        assert!(matches!(error, Error::Conversion(_)), "{source}: {error}");
    }
}

#[test]
fn a_conversion_that_throws_reports_what_was_thrown() {
    let vm = vm();
    let value = eval(
        &vm,
        "({ [Symbol.toPrimitive]() { throw new EvalError('mine') } })",
    );
    for result in [
        value.to_number().map(drop),
        value.to_text().map(drop),
        value.to_utf16().map(drop),
        value.to_bigint().map(drop),
    ] {
        let exception = exception(result);
        assert_eq!(
            (&*exception.name, &*exception.message),
            ("EvalError", "mine")
        );
    }
    assert!(value.to_bool().unwrap());
    assert_usable(&vm);
}

#[test]
fn lone_surrogates_are_kept_where_the_type_can_hold_them() {
    let vm = vm();
    let value = eval(&vm, "'a\\udc00b\\ud83d'");
    assert_eq!(value.to_utf16().unwrap(), [0x61, 0xdc00, 0x62, 0xd83d]);
    assert_eq!(value.to_text().unwrap(), "a\u{fffd}b\u{fffd}");
    let back = vm
        .create_string_from_utf16(&value.to_utf16().unwrap())
        .unwrap();
    assert!(back.strict_equals(&value).unwrap());
    assert!(matches!(value.to::<String>(), Err(Error::Conversion(_))));
}

/// Left, right, `===` and `Object.is`.
const EQUALITY: &[(&str, &str, bool, bool)] = &[
    ("undefined", "undefined", true, true),
    ("undefined", "null", false, false),
    ("0", "-0", true, false),
    ("-0", "-0", true, true),
    ("NaN", "NaN", false, true),
    ("1", "1", true, true),
    ("1", "true", false, false),
    ("1", "'1'", false, false),
    ("1", "1n", false, false),
    ("'ab'", "'a' + 'b'", true, true),
    ("''", "'\\0'", false, false),
    ("'\\ud800'", "'\\ud800'", true, true),
    ("'\\ud800'", "'\\ufffd'", false, false),
    ("10n ** 20n", "10n ** 20n", true, true),
    ("Symbol.for('a')", "Symbol.for('a')", true, true),
    ("Symbol('a')", "Symbol('a')", false, false),
    ("({})", "({})", false, false),
    ("globalThis", "globalThis", true, true),
    ("new Number(1)", "1", false, false),
];

#[test]
fn equality_is_that_of_the_language() {
    let vm = vm();
    for (left, right, strict, same) in EQUALITY {
        let (a, b) = (eval(&vm, left), eval(&vm, right));
        for (x, y) in [(&a, &b), (&b, &a)] {
            assert_eq!(x.strict_equals(y).unwrap(), *strict, "{left} === {right}");
            assert_eq!(
                x.same_value(y).unwrap(),
                *same,
                "Object.is({left}, {right})"
            );
        }
    }
}

#[test]
fn handles_of_one_value_are_equal() {
    let vm = vm();
    let object = vm.create_object().unwrap();
    let clone = object.clone();
    clone.set("x", 1).unwrap();
    assert_eq!(object.get("x").unwrap().to::<i32>().unwrap(), 1);
    assert!(object.strict_equals(&clone).unwrap());
    // A clone keeps it alive.
    drop(object);
    vm.heap().collect_garbage().unwrap();
    assert_eq!(clone.get("x").unwrap().to::<i32>().unwrap(), 1);
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

/// Every function that takes a value, with a value of another VM.
#[test]
fn a_value_of_another_vm_is_refused_everywhere() {
    let (vm, other) = (vm(), vm_with_object());
    let foreign = other.1;
    let own = eval(&vm, "({ f(x) { return x } })");
    let function = own.get("f").unwrap();
    let refused: Vec<(&str, Result<(), Error>)> = vec![
        ("set", own.set("x", &foreign)),
        ("set by key", own.set(Key::Value(&foreign), 1)),
        ("get", own.get(&foreign).map(drop)),
        ("delete", own.delete(&foreign).map(drop)),
        ("has", own.has(&foreign).map(drop)),
        ("call", function.call((&foreign,)).map(drop)),
        ("this", function.call_with_this(&foreign, ()).map(drop)),
        ("call_method", own.call_method("f", (&foreign,)).map(drop)),
        (
            "call_method by key",
            own.call_method(&foreign, ()).map(drop),
        ),
        (
            "construct",
            eval(&vm, "Object").construct((&foreign,)).map(drop),
        ),
        ("is_instance", own.is_instance(&foreign).map(drop)),
        ("strict_equals", own.strict_equals(&foreign).map(drop)),
        ("same_value", own.same_value(&foreign).map(drop)),
        ("array", vm.create_array((&foreign,)).map(drop)),
        ("value", vm.create_value(&foreign).map(drop)),
        (
            "view",
            vm.create_view(ViewKind::Uint8, &foreign, 0, None).map(drop),
        ),
        (
            "error",
            vm.create_error(ErrorClass::Error, "", Some(&foreign))
                .map(drop),
        ),
        ("retain", vm.create_token(&foreign).map(drop)),
    ];
    for (name, result) in refused {
        assert!(
            matches!(result, Err(Error::ForeignValue)),
            "{name}: {result:?}"
        );
    }
    assert_usable(&vm);
    assert_usable(&other.0);
}

fn vm_with_object() -> (Vm, Value) {
    let vm = vm();
    let object = vm.create_object().unwrap();
    (vm, object)
}

#[test]
fn a_value_keeps_its_vm_alive() {
    let value = {
        let vm = vm();
        eval(&vm, "({ count: 0, next() { return ++this.count } })")
    };
    assert_eq!(
        value.call_method("next", ()).unwrap().to::<i32>().unwrap(),
        1
    );
    assert_eq!(
        value.call_method("next", ()).unwrap().to::<i32>().unwrap(),
        2
    );
}

#[test]
fn values_are_used_from_several_threads() {
    let vm = vm();
    let counter = eval(&vm, "({ count: 0, next() { return ++this.count } })");
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (vm, counter) = (vm.clone(), counter.clone());
            std::thread::spawn(move || {
                for _ in 0..250 {
                    counter.call_method("next", ()).unwrap();
                    let own = vm.eval("({ a: [1, 2] })").unwrap();
                    assert_eq!(
                        own.get("a").unwrap().get(1).unwrap().to::<i32>().unwrap(),
                        2
                    );
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(counter.get("count").unwrap().to::<i32>().unwrap(), 1000);
}

#[test]
fn strings_of_100_mb_go_in_and_come_out() {
    let limits = jsvm::Limits::default()
        .memory(1 << 30)
        .hard_memory(2 << 30)
        .output(1 << 30);
    let vm = jsvm_tests::builder().limits(limits).build().unwrap();
    let text = "0123456789".repeat(10_000_000);
    let value = vm.create_string(&text).unwrap();
    assert_eq!(
        value.get("length").unwrap().to::<u32>().unwrap(),
        100_000_000
    );
    assert!(value.to_text().unwrap() == text);
    assert!(value.to::<String>().unwrap() == text);
    drop((value, text));
    assert_usable(&vm);
}

#[test]
fn a_million_handles_live_at_once() {
    let vm = vm();
    let object = eval(&vm, "({ f: () => 1 })");
    let handles: Vec<Value> = (0..1_000_000).map(|_| object.get("f").unwrap()).collect();
    let usage = vm.heap().usage().unwrap();
    assert!(usage.handles >= 1_000_000, "{}", usage.handles);
    assert_eq!(handles[999_999].call(()).unwrap().to::<i32>().unwrap(), 1);
    drop(handles);
    let usage = vm.heap().usage().unwrap();
    assert!(usage.handles < 100, "{}", usage.handles);
}
