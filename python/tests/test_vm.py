"""Scripts, handles, host functions and modules."""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest

import jsvm
from jsvm import DataError, JavaScriptError, UseError, Value, undefined


def test_scripts_have_values(vm: jsvm.Vm) -> None:
    assert vm.eval("1 + 1") == 2
    assert vm.eval("var x = [1, 'two', null, undefined]; x") == [1, "two", None, undefined]
    assert vm.eval("x.length") == 4
    assert vm.eval("'use strict'; this === globalThis") is True
    assert vm.eval("(function () { return this })()", strict=True) is undefined


def test_exceptions_are_described(vm: jsvm.Vm) -> None:
    with pytest.raises(JavaScriptError) as caught:
        vm.eval("const f = () => { throw new RangeError('no') };\nf()", file_name="a.js")
    error = caught.value
    assert (error.name, error.message, str(error)) == ("RangeError", "no", "RangeError: no")
    assert "a.js:1" in error.stack and "a.js:2" in error.stack
    assert isinstance(error.value, Value)
    assert error.value.get("message") == "no"
    with pytest.raises(JavaScriptError, match="the script threw 7") as caught:
        vm.eval("throw 7")
    assert caught.value.value == 7
    with pytest.raises(JavaScriptError, match="SyntaxError"):
        vm.eval("let let")


def test_handles_refer_to_values(vm: jsvm.Vm) -> None:
    numbers = vm.eval_value("[3, 1, 2]")
    assert isinstance(numbers, Value)
    assert (numbers.kind, numbers.class_name) == ("array", "Array")
    assert numbers.get("length") == 3 and numbers.get(0) == 3
    assert numbers.call_method("toSorted").to_data() == [1, 2, 3]
    numbers.set(3, {"nested": [True]})
    assert numbers.get(3).to_data() == {"nested": [True]}
    assert numbers.to_json() == '[3,1,2,{"nested":[true]}]'
    assert numbers.has("3") and numbers.delete(3) and not numbers.has(3)
    assert numbers.keys() == ["0", "1", "2"]
    assert numbers.inspect() == "[ 3, 1, 2, <1 empty item> ]"
    add = vm.eval_value("(a, b) => a + b")
    assert add.call(1, 2) == 3
    assert add.call("a", "\ud800") == "a\ud800"
    assert add.call_data([1], [2]) == "12"
    assert vm.eval_value("Map").construct().is_instance(vm.globals.get("Map"))
    assert numbers.strict_equals(numbers.clone()) and not numbers.strict_equals([3, 1, 2])
    assert vm.eval_value("10n ** 20n").to_text() == str(10**20)


def test_handles_are_given_up(vm: jsvm.Vm) -> None:
    before = vm.memory_usage()["handles"]
    values = [vm.eval_value("({})") for _ in range(100)]
    assert vm.memory_usage()["handles"] == before + 100
    with values[0]:
        pass
    del values
    gc.collect()
    assert vm.memory_usage()["handles"] == before
    functions = vm.eval("[() => 1, () => 2]")
    assert [one.call() for one in functions] == [1, 2]
    del functions
    gc.collect()
    usage = vm.memory_usage()
    assert (usage["handles"], usage["tokens"]) == (before, 0)


def test_closed_handles_and_vms_say_so(engine: jsvm.Engine) -> None:
    vm = engine.create_vm()
    value = vm.eval_value("({})")
    value.close()
    value.close()
    with pytest.raises(UseError, match="the handle was closed"):
        value.get("x")
    other = engine.create_vm()
    with pytest.raises(UseError, match="another VM"):
        other.globals.set("x", vm.eval_value("({})"))
    assert other.eval("1") == 1
    kept = vm.eval_value("({})")
    vm.close()
    vm.close()
    assert vm.is_gone and vm.trap is None
    for use in (lambda: vm.eval("1"), lambda: kept.get("x"), vm.snapshot, vm.run_jobs):
        with pytest.raises(UseError, match="the VM was closed"):
            use()
    kept.close()


def test_nothing_is_made_without_its_maker() -> None:
    for made in (jsvm.Vm, jsvm.Value, jsvm.Snapshot):
        with pytest.raises(TypeError):
            made()


def test_host_functions_take_and_return_values(engine: jsvm.Engine) -> None:
    seen: list[Any] = []

    def record(*arguments: Any) -> Any:
        seen.extend(arguments)
        return {"count": len(arguments)}

    vm = engine.create_vm(functions={"record": record, "none": lambda: None})
    assert vm.eval("record(1, 'é', undefined, null, [1n], new Uint8Array([7])).count") == 6
    assert seen == [1, "é", undefined, None, [1], b"\x07"]
    assert vm.eval("[none(), record.length, record.name]") == [None, 0, "record"]


def test_host_functions_throw(engine: jsvm.Engine) -> None:
    def fail(kind: str) -> None:
        if kind == "own":
            raise JavaScriptError("mine", name="RangeError", properties={"code": "E_MINE"})
        if kind == "type":
            raise TypeError("not so")
        try:
            raise KeyError("key")
        except KeyError as cause:
            raise ValueError("wrong \ud800") from cause

    vm = engine.create_vm(functions={"fail": fail, "odd": lambda: object(), "fn": lambda: fail})
    caught = vm.eval(
        """const caught = (kind) => { try { fail(kind) } catch (e) { return e } };
        const own = caught("own"), type = caught("type"), other = caught("other");
        [own instanceof RangeError, own.code, own.message, type instanceof TypeError, type.message,
         other.name, other.cause.name, other.cause.message, other instanceof Error]"""
    )
    assert caught == [
        *(True, "E_MINE", "mine", True, "not so"),
        *("ValueError", "KeyError", "key", True),
    ]
    for name in ("odd", "fn"):
        with pytest.raises(JavaScriptError, match="has no form in JavaScript") as error:
            vm.eval(f"{name}()")
        assert error.value.name == "TypeError"
    with pytest.raises(JavaScriptError) as error:
        vm.eval("fail('own')")
    assert isinstance(error.value.value, Value) and error.value.value.get("code") == "E_MINE"


def test_a_host_function_cannot_call_its_vm(engine: jsvm.Engine) -> None:
    made: list[jsvm.Vm] = []
    errors: list[str] = []

    def call_back() -> None:
        for use in (lambda: made[0].eval("1"), made[0].snapshot, made[0].close):
            try:
                use()
            except UseError as error:
                errors.append(str(error))

    made.append(engine.create_vm(functions={"callBack": call_back}))
    made[0].eval("callBack()")
    assert len(errors) == 3 and all("the VM is running" in error for error in errors)
    assert made[0].eval("1") == 1


def test_a_host_function_can_use_another_vm(engine: jsvm.Engine) -> None:
    inner = engine.create_vm()
    vm = engine.create_vm(functions={"inner": inner.eval})
    assert vm.eval("inner('6 * 7')") == 42


def test_a_host_function_that_returns_an_awaitable_is_told(engine: jsvm.Engine) -> None:
    async def late() -> int:
        return 1

    vm = engine.create_vm(functions={"late": late})
    with pytest.raises(JavaScriptError, match="async_functions"):
        vm.eval("late()")


def test_wrong_options_are_told(engine: jsvm.Engine) -> None:
    with pytest.raises(TypeError, match="there is no option 'function'"):
        engine.create_vm(function={})  # type: ignore[call-arg]
    with pytest.raises(DataError, match="price is no function"):
        engine.create_vm(functions={"price": 7})  # type: ignore[dict-item]
    with pytest.raises(UseError, match="the same name"):
        engine.create_vm(functions={"f": len}, requests=["f"])


def test_ctrl_c_ends_a_call(engine: jsvm.Engine) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    vm = engine.create_vm(functions={"stop": stop})
    with pytest.raises(KeyboardInterrupt):
        vm.eval("try { stop() } catch {} for (;;);")
    assert vm.eval("1") == 1


def test_the_console_is_handed_out(engine: jsvm.Engine) -> None:
    lines: list[tuple[str, str]] = []
    vm = engine.create_vm(console=lambda level, text: lines.append((level, text)))
    vm.eval("console.log('a', [1]); console.error('b')")
    assert lines == [("log", "a [ 1 ]"), ("error", "b")]

    def fail(level: str, text: str) -> None:
        raise OSError("closed")

    vm = engine.create_vm(console=fail)
    with pytest.raises(OSError, match="closed"):
        vm.eval("console.log(1); for (;;);")
    assert engine.create_vm().eval("console.log(1)") is undefined


def test_modules_are_loaded(engine: jsvm.Engine) -> None:
    modules: dict[str, str | jsvm.Module] = {
        "lib/a.js": "import b from './b.json' with { type: 'json' }; export const a = b.b + 1",
        "lib/b.json": jsvm.Module('{"b": 1}', kind="json"),
        "c": jsvm.Module("exports.c = 3", kind="commonjs", exports=["c"]),
    }
    vm = engine.create_vm(modules=modules)
    promise = vm.eval_value(
        "import { a } from './lib/a.js'; import { c } from 'c'; export const sum = a + c",
        file_name="main.js",
        module=True,
    )
    vm.run_jobs()
    assert vm.promise_state(promise) == "fulfilled"
    assert vm.promise_result(promise).get("sum") == 5
    for missing in (engine.create_vm(modules=lambda name: None), engine.create_vm()):
        with pytest.raises(JavaScriptError, match="cannot (find|import)"):
            missing.eval_value("import 'x'", module=True)
    wrong = engine.create_vm(modules=lambda name: 7)  # type: ignore[arg-type, return-value]
    with pytest.raises(JavaScriptError, match="returned no module"):
        wrong.eval_value("import 'x'", module=True)


def test_threads_take_turns(vm: jsvm.Vm) -> None:
    vm.eval("var n = 0")

    def work() -> None:
        for _ in range(50):
            vm.eval("for (let i = 0; i < 1000; i++); n++")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vm.eval("n") == 200


def test_many_vms_live_in_a_process(engine: jsvm.Engine) -> None:
    vms = [engine.create_vm(functions={"own": lambda i=i: i}) for i in range(200)]
    assert [vm.eval("own() + 1") for vm in vms] == list(range(1, 201))
    for vm in vms[:100]:
        vm.close()
    assert vms[150].eval("own()") == 150


def test_clock_and_random_numbers_can_be_given(engine: jsvm.Engine) -> None:
    def create() -> jsvm.Vm:
        return engine.create_vm(clock=lambda: (10**18 + 5, 0), random=lambda: 7)

    assert create().eval("Date.now()") == 10**12
    assert create().eval("Math.random()") == create().eval("Math.random()")
