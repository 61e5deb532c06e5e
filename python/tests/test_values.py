"""Copies of values."""

from __future__ import annotations

import array
import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import jsvm
from jsvm import BigInt, DataError, JavaScriptError, undefined

VALUES: list[tuple[str, Any]] = [
    ("undefined", undefined),
    ("null", None),
    ("true", True),
    ("0", 0),
    ("-7", -7),
    ("2 ** 53 - 1", 2**53 - 1),
    ("1.5", 1.5),
    ("1e300", 1e300),
    ("-Infinity", -math.inf),
    ("5n", BigInt(5)),
    ("0n", BigInt(0)),
    ("-(2n ** 70n)", -(2**70)),
    ("''", ""),
    ("'é\\u{1f600}'", "é\U0001f600"),
    ("'\\ud800x'", "\ud800x"),
    ("'\\ufeffx'.repeat(5000)", "\ufeffx" * 5000),
    ("'é'.repeat(5000)", "é" * 5000),
    ("'\\udc00'.repeat(5000)", "\udc00" * 5000),
    ("[1, [2], []]", [1, [2], []]),
    ("Array.from({ length: 100 }, (_, i) => i / 2)", [i / 2 for i in range(100)]),
    ("({ a: 1, 'é': {}, 7: 'x' })", {"a": 1, "é": {}, "7": "x"}),
    ("new Uint8Array([1, 2])", b"\x01\x02"),
    ("new Uint8Array(10000)", bytes(10_000)),
    ("new Uint8Array([1, 2]).buffer", jsvm.ArrayBuffer(b"\x01\x02")),
    ("new Int16Array([1, -1])", jsvm.TypedArray("Int16Array", b"\x01\0\xff\xff")),
    ("new DataView(new ArrayBuffer(2))", jsvm.TypedArray("DataView", b"\0\0")),
    ("new Date(1234)", datetime(1970, 1, 1, 0, 0, 1, 234_000, tzinfo=timezone.utc)),
    ("new Date(8.64e15)", jsvm.Date(8.64e15)),
    ("/a+/giu", jsvm.RegExp("a+", "giu")),
    ("Symbol.for('x')", jsvm.Symbol("x", "for")),
    ("Symbol.iterator", jsvm.Symbol("iterator", "well-known")),
    ("new Set([1, 'a'])", jsvm.Set([1, "a"])),
    ("[, 1]", jsvm.SparseArray(2, {"1": 1})),
]


@pytest.mark.parametrize(("source", "value"), VALUES, ids=[source for source, _ in VALUES])
def test_values_go_out_and_in(vm: jsvm.Vm, source: str, value: Any) -> None:
    copy = vm.eval(f"var made = {source}; made")
    assert copy == value and type(copy) in (type(value), BigInt)
    # Going in and out again changes nothing.
    vm.globals.set("back", vm.from_data(value))
    assert vm.eval("back") == value
    same = "made !== Object(made) || made.constructor === back.constructor"
    assert vm.eval(f"typeof made === typeof back && ({same})") is True


def test_numbers_keep_what_they_are(vm: jsvm.Vm) -> None:
    assert math.copysign(1, vm.eval("-0")) == -1
    assert math.isnan(vm.eval("NaN"))
    assert math.copysign(1, vm.eval(f"[{'-0, ' * 40}]")[0]) == -1
    check = vm.eval_value("(x) => [typeof x, Object.is(x, -0)].join()")
    assert check.call(-0.0) == "number,true"
    assert check.call(2**53) == "bigint,false"
    assert check.call(BigInt(1)) == "bigint,false"
    assert check.call(2**53 - 1) == "number,false"
    assert isinstance(vm.eval("5n"), BigInt) and not isinstance(vm.eval("5"), BigInt)


def test_invalid_dates_cross(vm: jsvm.Vm) -> None:
    invalid = vm.eval("new Date(NaN)")
    assert isinstance(invalid, jsvm.Date) and math.isnan(invalid.milliseconds)
    assert (
        vm.eval_value("(d) => d.getTime()").call_data(datetime.fromtimestamp(1, timezone.utc))
        == 1000
    )
    zone = timezone(timedelta(hours=2))
    assert (
        vm.eval_value("String").call(datetime(2026, 1, 1, 2, tzinfo=zone)).startswith("Thu Jan 01")
    )
    with pytest.raises(DataError, match="without a time zone"):
        vm.from_data(datetime(2026, 1, 1))


def test_maps_and_sets_have_any_keys(vm: jsvm.Vm) -> None:
    copy = vm.eval("const k = {}; ({ m: new Map([[k, 1], [true, 2], [1, 3], [NaN, 4]]), k })")
    found, key = copy["m"], copy["k"]
    assert (found[key], found[True], found[1], found[math.nan]) == (1, 2, 3, 4)
    assert {} not in found and len(found) == 4
    del found[1]
    with pytest.raises(KeyError):
        found[1]
    describe = vm.eval_value("(m) => [m.constructor.name, m.size, [...m.keys()].length].join()")
    assert describe.call(found) == "Map,3,3"
    assert describe.call({1, 2}) == "Set,2,2"
    members = jsvm.Set([[1], [1]])
    assert len(members) == 2 and [1] not in members
    assert vm.eval("new Set(['a', 'b'])") == {"a", "b"}


def test_cycles_and_sharing_are_kept(vm: jsvm.Vm) -> None:
    copy = vm.eval(
        """const o = { list: [1] }; o.self = o; o.again = o.list;
        o.map = new Map([["o", o]]); o.map.set(o.map, o.list);
        o.set = new Set([o]); o.error = new Error("e", { cause: o }); o"""
    )
    assert copy["self"] is copy and copy["again"] is copy["list"]
    assert copy["map"]["o"] is copy and copy["map"][copy["map"]] is copy["list"]
    assert copy in copy["set"] and copy["error"].cause is copy
    back = vm.eval_value(
        """(o) => [o.self === o, o.again === o.list, o.map.get("o") === o,
        o.map.get(o.map) === o.list, o.set.has(o), o.error.cause === o, o.error.message].join()"""
    )
    assert back.call(copy) == "true,true,true,true,true,true,e"
    shared: Any = ()
    for _ in range(60):
        shared = (shared, shared)
    assert vm.eval_value("(x) => x[0] === x[1]").call(shared) is True


def test_deep_values_cross(vm: jsvm.Vm) -> None:
    copy = vm.eval("let deep = null; for (let i = 0; i < 50000; i++) deep = { deep: [deep] }; deep")
    depth = 0
    inner = copy
    while inner is not None:
        inner = inner["deep"][0]
        depth += 1
    assert depth == 50_000
    count = "(x) => { let n = 0; for (; x !== null; x = x.deep[0]) n++; return n }"
    assert vm.eval_value(count).call(copy) == 50_000
    # The interpreter frees nested lists one by one, without deep recursion.
    while copy is not None:
        copy = copy.pop("deep").pop()


def test_a_sparse_array_takes_no_memory(vm: jsvm.Vm) -> None:
    copy = vm.eval("const a = [1]; a.length = 4294967295; a.x = 2; a")
    assert copy == jsvm.SparseArray(4294967295, {"0": 1, "x": 2})
    assert vm.eval("[, 1]").to_list() == [undefined, 1]
    assert vm.eval_value("(a) => a.length").call(copy) == 4294967295


def test_errors_are_values(vm: jsvm.Vm) -> None:
    error = vm.eval(
        """class Mine extends TypeError { get name() { return "Mine" } }
        const e = new Mine("m", { cause: "c" }); e.code = "E"; e"""
    )
    assert isinstance(error, JavaScriptError)
    assert (error.name, error.message, error.cause) == ("Mine", "m", "c")
    assert (error.class_name, error.properties) == ("TypeError", {"code": "E"})
    assert "<eval>:2" in error.stack
    group = vm.eval("new AggregateError([new Error('a')], 'b')")
    assert group.errors[0].message == "a"
    describe = vm.eval_value("(e) => [e instanceof TypeError, String(e), e.cause, e.code].join()")
    assert describe.call(error) == "true,Mine: m,c,E"
    assert describe.call(ValueError("v")) == "false,ValueError: v,,"


def test_typed_arrays_have_elements(vm: jsvm.Vm) -> None:
    assert vm.eval("new Float32Array([0.5, 2])").to_list() == [0.5, 2]
    assert vm.eval("new Uint16Array(new Uint16Array([1, 2, 3]).buffer, 2, 1)").to_list() == [2]
    assert vm.eval("new BigInt64Array([-1n])").to_list() == [-1]
    name = vm.eval_value("(a) => a.constructor.name + a.join()")
    assert name.call(array.array("d", [0.5])) == "Float64Array0.5"
    assert name.call(array.array("q", [1])) == "BigInt64Array1"
    assert name.call(array.array("H", [1])) == "Uint16Array1"
    assert name.call(bytearray(b"\x01")) == "Uint8Array1"
    with pytest.raises(DataError, match="no class of typed arrays"):
        vm.from_data(jsvm.TypedArray("Nothing", b""))


def test_functions_are_handles(vm: jsvm.Vm) -> None:
    found = vm.eval("({ f: (x) => x + 1, p: Promise.resolve(1) })")
    assert found["f"].call(1) == 2
    assert vm.promise_state(found["p"]) == "fulfilled"
    assert vm.from_data({"f": found["f"]}).get("f").call(2) == 3


def test_what_has_no_form_is_told(vm: jsvm.Vm) -> None:
    for value, message in (
        (object(), "convert it"),
        (print, "functions="),
        ({(1, 2): 3}, "jsvm.Map has any keys"),
        ({True: 1}, "is no key"),
        ([{"x": [lambda: 1]}], "functions="),
        (3j, "complex"),
    ):
        with pytest.raises(DataError, match=message):
            vm.from_data(value)
    assert vm.eval("1") == 1


def test_undefined_is_one_value() -> None:
    assert jsvm.Undefined() is undefined
    assert not undefined and repr(undefined) == "undefined"


def test_hostile_accessors_run_within_the_limits(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(limits=jsvm.Limits(time=0.3))
    with pytest.raises(jsvm.InterruptedError):
        vm.eval("({ get x() { for (;;); } })")
    with pytest.raises(JavaScriptError, match="mine"):
        vm.eval("({ get x() { throw new Error('mine') } })")
    assert vm.eval("({ __proto__: null, constructor: 1, ['__proto__']: 2 })") == {
        "constructor": 1,
        "__proto__": 2,
    }
