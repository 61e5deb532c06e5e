"""Limits, interrupts and hostile scripts."""

from __future__ import annotations

import math
import threading
import time

import pytest

import jsvm
from jsvm import InterruptedError, JavaScriptError, LimitError, Limits, TrapError


def test_time_is_limited(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(limits=Limits(time=0.2))
    for source in (
        "for (;;);",
        "try { for (;;); } catch { for (;;); } finally { for (;;); }",
        "(function f() { f(); f(); })()",
        "new Promise((r) => { for (;;); })",
        "[1].map(function f() { for (;;); })",
    ):
        began = time.monotonic()
        with pytest.raises((InterruptedError, JavaScriptError)) as caught:
            vm.eval(source)
        assert time.monotonic() - began < 5
        if isinstance(caught.value, InterruptedError):
            assert caught.value.reason == "time-limit"
    assert vm.eval("1") == 1


def test_a_call_has_the_default_limits(vm: jsvm.Vm) -> None:
    assert vm.limits == Limits() and vm.limits.time == 10
    with pytest.raises(JavaScriptError, match="call stack"):
        vm.eval("(function f() { f() })()")
    with pytest.raises((LimitError, JavaScriptError)):
        vm.eval("const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1))")
    assert vm.eval("1") == 1


def test_memory_is_limited(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(limits=Limits(memory=4 << 20))
    with pytest.raises(LimitError, match="limits.memory"):
        vm.eval("'x'.repeat(2 ** 25).split('')")
    caught = "let s = 'x'; try { for (;;) s += s + Math.random() } catch (e) { e.name }"
    assert vm.eval(caught) in ("InternalError", "RangeError")
    assert vm.memory_usage()["peak"] < 5 << 20
    hard = engine.create_vm(limits=Limits(memory=1 << 32, hard_memory=8 << 20))
    with pytest.raises((LimitError, JavaScriptError, TrapError)):
        hard.eval("const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1))")


def test_work_is_limited(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(limits=Limits(work=20, time=math.inf))
    with pytest.raises(InterruptedError) as caught:
        vm.eval("for (;;);")
    assert caught.value.reason == "work-limit"
    assert vm.eval("1") == 1


def test_output_is_limited(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(limits=Limits(output=10_000))
    with pytest.raises(LimitError, match="limits.output") as caught:
        vm.eval("'x'.repeat(20000)")
    assert caught.value.limit == "output"
    assert len(vm.eval("'x'.repeat(5000)")) == 5_000


def test_limits_are_checked_and_replaced(vm: jsvm.Vm) -> None:
    for wrong in ({"time": -1}, {"memory": "1"}, {"stack": 1 << 30}, {"work": math.nan}):
        with pytest.raises(ValueError, match=r"limits\."):
            Limits(**wrong)
    vm.limits = Limits(time=0.1)
    with pytest.raises(InterruptedError):
        vm.eval("for (;;);")


def test_another_thread_interrupts(vm: jsvm.Vm) -> None:
    timer = threading.Timer(0.2, vm.interrupt)
    timer.start()
    with pytest.raises(InterruptedError) as caught:
        vm.eval("for (;;);")
    assert caught.value.reason == "requested"
    timer.join()
    assert vm.eval("1") == 1


def test_calls_end_by_a_deadline(vm: jsvm.Vm) -> None:
    with vm.deadline(0.1), pytest.raises(InterruptedError) as caught:
        vm.eval("for (;;);")
    assert caught.value.reason == "deadline"
    assert vm.eval("1") == 1


def test_a_built_in_that_does_not_end_is_given_up(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(limits=Limits(time=0.1))
    other = engine.create_vm()
    with pytest.raises((TrapError, InterruptedError, JavaScriptError)) as caught:
        vm.eval("/(x+x+)+y/.test('x'.repeat(200))")
    if isinstance(caught.value, TrapError):
        assert vm.is_gone and vm.trap is caught.value
        with pytest.raises(TrapError, match="the VM is gone"):
            vm.eval("1")
        vm.close()
    assert other.eval("1") == 1


@pytest.mark.parametrize(
    "source",
    [
        "(function f(n) { try { f() } finally { f() } })()",
        "'('.repeat(1e5) + ')'.repeat(1e5)",
        "eval('['.repeat(1e5))",
        "JSON.parse('['.repeat(1e6))",
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)",
        "let p = {}; for (let i = 0; i < 1e4; i++) p = new Proxy(p, {}); p.x",
        "new Array(2 ** 32 - 1).fill(0)",
        "'x'.padEnd(2 ** 30)",
        "Array.from({ length: 1e9 })",
        "[..'x'.repeat(1e7)].sort()",
        "new Uint8Array(2 ** 32)",
        "Object.defineProperty(Object.prototype, 'then', { get() { for (;;); } }); Promise.resolve({})",
        "for (;;) { try { null.x } catch {} }",
        "class A { constructor() { return new Proxy(this, { get: () => new A().x }) } }; new A().x",
        "let s = new Set(); for (const x of (s.add(0), s)) s.add(x + 1)",
        "const e = new Error(); e.cause = e; throw e",
        "throw { toString() { for (;;); }, get message() { for (;;); } }",
        "throw new Proxy(new Error(), { get() { for (;;); } })",
        "globalThis.Array = null; globalThis.Object = null; [1].map((x) => ({ x }))",
        "Array.prototype.push = Array.prototype.map = () => { throw 1 }; Symbol.iterator in []",
    ],
)
def test_hostile_scripts_end(engine: jsvm.Engine, source: str) -> None:
    vm = engine.create_vm(limits=Limits(time=0.5, memory=16 << 20, output=1 << 20))
    began = time.monotonic()
    try:
        vm.eval(source)
        vm.run_jobs()
    except jsvm.JsvmError:
        pass
    assert time.monotonic() - began < 8
    if not vm.is_gone:
        assert vm.eval("7") == 7
    assert engine.create_vm().eval("1") == 1
