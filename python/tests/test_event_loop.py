"""Promises, timers and asynchronous host functions."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

import jsvm
from jsvm import EventLoop, JavaScriptError, UseError, undefined


async def price(item: str) -> int:
    await asyncio.sleep(0.01)
    return len(item)


async def fail(kind: str) -> Any:
    await asyncio.sleep(0)
    if kind == "odd":
        return object()
    raise LookupError(kind)


def run(vm: jsvm.Vm, source: str) -> Any:
    return asyncio.run(vm.eval_async(source))


def test_scripts_await_host_functions(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(async_functions={"price": price})
    source = "const all = await Promise.all(['tea', 'cake'].map((x) => price(x))); ({ all })"
    assert run(vm, source) == {"all": [3, 4]}
    assert run(vm, "1") == 1 and run(vm, "void 0") is undefined and run(vm, "'é'") == "é"


def test_host_functions_reject(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(async_functions={"fail": fail})
    assert run(vm, "try { await fail('x') } catch (e) { e.name + e.message }") == "LookupErrorx"
    with pytest.raises(JavaScriptError, match="LookupError: y") as caught:
        run(vm, "await fail('y')")
    assert caught.value.name == "LookupError"
    with pytest.raises(JavaScriptError, match="has no form in JavaScript"):
        run(vm, "await fail('odd')")
    for value, text in (("null", "null"), ("1", "1"), ("true", "true"), ("void 0", "undefined")):
        with pytest.raises(JavaScriptError, match=f"the script threw {text}$"):
            run(vm, f"await Promise.reject({value})")
    with pytest.raises(JavaScriptError, match="the script threw text"):
        run(vm, "await Promise.reject('text')")


def test_timers_run(vm: jsvm.Vm) -> None:
    began = time.monotonic()
    assert run(vm, "await new Promise((r) => setTimeout(r, 100, 'late'))") == "late"
    assert 0.09 < time.monotonic() - began < 3
    order = "const o = []; setTimeout(() => o.push(2), 20); setTimeout(() => o.push(1), 5);"
    run(vm, f"var o; {order.replace('const ', '')}")
    asyncio.run(EventLoop(vm).run())
    assert vm.eval("o") == [1, 2]


def test_unhandled_rejections_are_raised_or_handed_out(vm: jsvm.Vm) -> None:
    with pytest.raises(JavaScriptError, match="Error: lost"):
        run(vm, "Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 50))")
    seen: list[str] = []
    loop = EventLoop(vm, on_unhandled_rejection=lambda one: seen.append(one.message))
    assert asyncio.run(loop.eval("Promise.reject(new Error('lost')); await 1")) == 1
    assert seen == ["lost"]


def test_a_promise_that_nobody_settles_is_told(vm: jsvm.Vm) -> None:
    with pytest.raises(UseError, match="nobody settles"):
        run(vm, "await new Promise(() => {})")


def test_requests_are_settled_from_outside(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(requests=["ask"])

    async def main() -> Any:
        task = asyncio.create_task(vm.eval_async("await ask('what', [1])"))
        while not vm.unsettled_requests():
            await asyncio.sleep(0.01)
        (request,) = vm.unsettled_requests()
        assert (request.name, request.arguments) == ("ask", ["what", [1]])
        assert vm.settle(request.id, {"answer": 42})
        assert not vm.settle(request.id, 1)
        return await task

    assert asyncio.run(main()) == {"answer": 42}


def test_scripts_cancel_requests(engine: jsvm.Engine) -> None:
    ended: list[str] = []

    async def wait(options: Any) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    vm = engine.create_vm(async_functions={"wait": wait})
    source = """const c = new AbortController(); setTimeout(() => c.abort(), 20);
        try { await wait({ signal: c.signal }) } catch (e) { e.name }"""
    assert run(vm, source) == "AbortError"
    assert ended == ["cancelled"]


def test_a_cancelled_task_cancels_host_functions(engine: jsvm.Engine) -> None:
    started: list[jsvm.RequestContext] = []

    async def wait() -> str:
        started.append(jsvm.request_context())
        await asyncio.sleep(0 if started[-1].repeated else 60)
        return "done"

    vm = engine.create_vm(async_functions={"wait": wait})

    async def main() -> Any:
        loop = EventLoop(vm)
        task = asyncio.create_task(
            loop.eval("var text; wait().then((t) => text = t); await wait()")
        )
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # Another loop starts them again.
        await EventLoop(vm).run()

    asyncio.run(main())
    assert [one.repeated for one in started] == [False, False, True, True]
    assert started[0].id == started[2].id and started[0].name == "wait"
    assert vm.eval("text") == "done"
    with pytest.raises(UseError, match="only in asynchronous host functions"):
        jsvm.request_context()


def test_several_vms_share_a_loop(engine: jsvm.Engine) -> None:
    async def main() -> list[Any]:
        vms = [engine.create_vm(async_functions={"price": price}) for _ in range(20)]
        return await asyncio.gather(*(vm.eval_async("await price('tea')") for vm in vms))

    assert asyncio.run(main()) == [3] * 20


def test_modules_are_imported(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(
        modules={"m": "export const late = await price('four')"}, async_functions={"price": price}
    )
    space = asyncio.run(EventLoop(vm).import_module("m"))
    assert space.get("late") == 4
    source = "const { late } = await import('m'); late"
    assert run(vm, source) == 4
    with pytest.raises(JavaScriptError, match="cannot find the module"):
        run(vm, "await import('other')")


def test_a_host_function_cannot_block_the_loop_of_jobs(vm: jsvm.Vm) -> None:
    async def main() -> int:
        turns = 0
        task = asyncio.create_task(
            vm.eval_async("for (let i = 0; i < 100000; i++) await null; 'end'")
        )
        while not task.done():
            await asyncio.sleep(0)
            turns += 1
        assert await task == "end"
        return turns

    assert asyncio.run(main()) > 3


def test_scripts_of_one_vm_wait_at_the_same_time(engine: jsvm.Engine) -> None:
    started: list[int] = []

    async def number(n: int) -> int:
        started.append(n)
        await asyncio.sleep(0.02)
        return n

    vm = engine.create_vm(async_functions={"number": number}, requests=["ask"])

    async def main() -> list[Any]:
        evals = [vm.eval_async(f"await number({n})") for n in range(5)]
        late = asyncio.create_task(vm.eval_async("await number(7) + await ask()"))
        results = await asyncio.gather(*evals)
        while not vm.unsettled_requests():
            await asyncio.sleep(0.01)
        # From another thread, while the loop sleeps.
        (request,) = vm.unsettled_requests()
        await asyncio.to_thread(vm.settle, request.id, 1)
        return [*results, await late]

    assert asyncio.run(main()) == [0, 1, 2, 3, 4, 8]
    assert sorted(started) == [0, 1, 2, 3, 4, 7]


def test_a_cancelled_script_leaves_others_their_functions(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(async_functions={"price": price})

    async def main() -> Any:
        kept = asyncio.create_task(vm.eval_async("await price('kept')"))
        given_up = asyncio.create_task(vm.eval_async("await price('given up')"))
        await asyncio.sleep(0)
        given_up.cancel()
        return await kept

    assert asyncio.run(main()) == 4


def test_requests_outlive_a_loop_of_asyncio(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(async_functions={"price": price})
    assert asyncio.run(vm.eval_async("var late = price('tea'); 1")) == 1
    assert asyncio.run(vm.eval_async("await late")) == 3


def test_two_threads_cannot_run_one_vm(engine: jsvm.Engine) -> None:
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)

    vm = engine.create_vm(async_functions={"sleep": sleep})
    thread = threading.Thread(target=lambda: asyncio.run(vm.eval_async("await sleep(0.5)")))
    thread.start()
    time.sleep(0.2)
    with pytest.raises(UseError, match="in another thread"):
        run(vm, "await sleep(0)")
    thread.join()
    assert run(vm, "await sleep(0); 1") == 1
