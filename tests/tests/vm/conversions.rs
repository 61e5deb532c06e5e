//! Conversions and comparisons of values.

use jsvm::{Error, ValueKind};
use jsvm_tests::{assert_usable, eval, exception, vm};

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
