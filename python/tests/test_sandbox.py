"""Sessions for code of language models."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import pytest

import jsvm
from jsvm import Limits, SnapshotError
from jsvm.sandbox import (
    Answer,
    Approve,
    Caps,
    Deny,
    Outcome,
    Sandbox,
    Session,
    SessionError,
    Tool,
    ToolDefinitionError,
    tool,
    tool_context,
)

T = TypeVar("T")
NUMBERS = {
    "type": "object",
    "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
    "required": ["a", "b"],
    "additionalProperties": False,
}


@dataclass
class Item:
    name: str
    tags: list[str] = field(default_factory=list)


@dataclass
class Made:
    sandbox: Sandbox
    session: Session
    calls: list[Any] = field(default_factory=list)


def made(engine: jsvm.Engine, **options: Any) -> Made:
    calls: list[Any] = []

    def add(given: dict[str, float]) -> dict[str, float]:
        calls.append(("add", given))
        return {"sum": given["a"] + given["b"]}

    async def slow(given: dict[str, Any]) -> str:
        await asyncio.sleep(0.03)
        return "done"

    def fail(given: dict[str, Any]) -> None:
        raise LookupError("no such user. Try 7")

    @tool(ask=True)
    def pay(cents: int, to: Literal["a", "b"] = "a") -> dict[str, int | bool]:
        """Pays somebody."""
        context = tool_context()
        calls.append(("pay", cents, to, context.key))
        return {"paid": cents, "approved": context.approved}

    tools = [
        Tool("add", add, "Adds two numbers", NUMBERS),
        Tool("slow", slow),
        Tool("fail", fail),
        pay,
        Tool("mail.send", lambda given: None, ask=lambda given: given["to"] != "me"),
        *options.pop("tools", ()),
    ]
    sandbox = Sandbox(tools, engine=engine, **options)
    return Made(sandbox, sandbox.create_session(), calls)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def value(session: Session, code: str) -> Any:
    outcome = run(session.run(code))
    assert outcome.status == "completed" and outcome.value is not None, outcome.error
    return outcome.value.json


def failure(session: Session, code: str) -> Any:
    outcome = run(session.run(code))
    assert outcome.status == "failed" and outcome.error is not None, outcome
    return outcome.error


def test_cells_share_variables_and_declare_them_again(engine: jsvm.Engine) -> None:
    s = made(engine).session
    run(s.run("const x = 1; let y = 2; class A { z = 3 }"))
    assert value(s, "x + y + new A().z") == 6
    run(s.run("const x = 10;\nclass A { m() { class B {} return '}' } z = 30 }\n[1].length"))
    assert value(s, "x + y + new A().z") == 42
    run(s.run("const z = await Promise.resolve(5)"))
    assert value(s, "const z = await Promise.resolve(x); z") == 10
    assert value(s, "{ a: x }") == {"a": 10}
    assert s.cells == 7


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("const a = 'const b = 1; let c'; a.length", 18),
        ("const a = `\nconst x = ${1}\n`; a", "\nconst x = 1\n"),
        ("const f = () => {\n  const x = 1;\n  return x\n};\nf()", 1),
        ("{\n  let scoped = 1;\n}\ntypeof scoped", "undefined"),
        ("let a = 1\nlet b = 2\nconst c = 3\na + b + c", 6),
        ("const { p, q: [r] } = { p: 1, q: [2] }; p + r", 3),
    ],
)
def test_cells_are_rewritten_at_the_top_level_alone(
    engine: jsvm.Engine, code: str, expected: Any
) -> None:
    s = made(engine).session
    assert [value(s, code), value(s, code)] == [expected, expected]


def test_values_are_described(engine: jsvm.Engine) -> None:
    s = made(engine, caps=Caps(value=1_000)).session
    found = {}
    for code in ("1n", "undefined", "-0", "NaN", "'x'.repeat(2000)", "(() => 1)", "[1, 'a']"):
        outcome = run(s.run(code))
        assert outcome.value is not None
        found[code] = outcome.value
        json.dumps(outcome.to_dict())
    assert found["1n"].text == "1n" and not found["1n"].has_json
    assert found["undefined"].text == "undefined" and not found["undefined"].has_json
    assert (found["-0"].text, found["NaN"].text, found["NaN"].json) == ("-0", "NaN", None)
    large = found["'x'.repeat(2000)"]
    assert large.too_large == 2002 and len(large.text) == 1_001
    assert found["[1, 'a']"].json == [1, "a"]


def test_tools_are_called(engine: jsvm.Engine) -> None:
    m = made(engine)
    code = "const all = await Promise.all([tools.add({ a: 1, b: 2 }), tools.slow()]); all"
    outcome = run(m.session.run(code))
    assert outcome.value is not None and outcome.value.json == [{"sum": 3}, "done"]
    assert [(one.tool, one.end) for one in outcome.calls] == [
        ("add", "returned"),
        ("slow", "returned"),
    ]
    assert outcome.costs.calls == 2 and outcome.costs.tool_seconds >= 0.03
    assert m.calls == [("add", {"a": 1, "b": 2})]


def test_errors_of_tools_say_what_to_do(engine: jsvm.Engine) -> None:
    s = made(engine).session
    error = failure(s, "let x = 1;\nawait tools.add({ a: 'many', c: 1 })")
    assert (error.kind, error.tool.tool, error.tool.code) == ("tool", "add", "invalid-arguments")
    assert {one.path for one in error.tool.issues} >= {"/a", ""}
    assert error.hint.startswith("Call it as tools.add(input: {\n  a: number;\n  b: number;\n})")
    assert error.places[0].line == 2 and "tools.add" in error.places[0].code
    assert "no such user. Try 7" in failure(s, "await tools.fail()").message
    caught = "try { await tools.fail() } catch (e) { [e.name, e.tool, e.code, e.message].join() }"
    assert value(s, caught) == "ToolError,fail,failed,no such user. Try 7"
    assert "there is no tool `nothing`" in failure(s, "tools.nothing()").message
    assert failure(s, "return 1").hint.startswith("A cell is a script")
    assert failure(s, "let x = ;").kind == "syntax"
    assert "no `require`" in failure(s, "require('fs')").hint
    assert failure(s, "await new Promise(() => {})").kind == "unsettled"
    assert failure(s, "throw { get message() { throw 1 } }").kind == "exception"


def test_functions_with_annotations_are_tools(engine: jsvm.Engine) -> None:
    async def describe(item: Item, times: int = 1) -> dict[str, str]:
        """Describes an item."""
        return {"text": ", ".join([item.name, *item.tags] * times)}

    def wrong() -> int:
        return "text"  # type: ignore[return-value]

    m = made(engine, tools=[describe, wrong])
    code = "await tools.describe({ item: { name: 'a', tags: ['b'] }, times: 2 })"
    assert value(m.session, code) == {"text": "a, b, a, b"}
    error = failure(m.session, "await tools.describe({ item: { name: 1 }, other: 2 })")
    assert {one.path for one in error.tool.issues} == {"/item/name", "/other"}
    assert failure(m.session, "await tools.wrong()").tool.code == "invalid-result"
    declared = m.sandbox.declarations
    assert "/** Describes an item. */" in declared
    assert "describe(input: {\n    item: {\n      name: string;" in declared
    assert "times?: number;" in declared and "}): Promise<Record<string, string>>;" in declared
    assert "mail: {\n    /** A person may have to approve a call" in declared
    assert 'to?: "a" | "b";' in declared


def test_tools_that_cannot_be_used_are_refused(engine: jsvm.Engine) -> None:
    def variadic(*values: int) -> None: ...

    def odd(value: threading_lock) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    for tools, message in (
        ([Tool("then", print)], "a meaning of its own"),
        ([Tool("a..b", print)], "is empty"),
        ([Tool("a`b", print)], "a quote"),
        ([Tool("a", print), Tool("a.b", print)], "their namespace"),
        ([Tool("a", print), Tool("a", print)], "another tool has it"),
        (
            [Tool("a", print, input={"type": "strange"})],
            "the input schema of the tool 'a' is invalid",
        ),
        ([Tool("a", cast(Any, "text"))], "no function"),
        ([7], "is no tool"),
        ([variadic], "named parameters"),
        ([odd], "annotations"),
    ):
        with pytest.raises(ToolDefinitionError, match=message):
            Sandbox(tools, engine=engine)  # type: ignore[arg-type]


def test_a_call_waits_for_approval_in_another_process(engine: jsvm.Engine, tmp_path: Path) -> None:
    m = made(engine)
    outcome = run(
        m.session.run(
            """let steps = ['before'];
            const { sum } = await tools.add({ a: 1, b: 2 });
            const paid = await tools.pay({ cents: 500 });
            steps.push(sum, paid.paid, paid.approved); steps"""
        )
    )
    assert outcome.status == "waiting" and len(m.calls) == 1
    (call,) = outcome.waiting
    assert (call.tool, call.input) == ("pay", {"cents": 500})
    assert m.session.waiting == [call]
    with pytest.raises(SessionError, match=r"waits for approval of pay \(\d+\)") as caught:
        run(m.session.run("1"))
    assert caught.value.waiting == [call]
    key = jsvm.Snapshot.generate_key()
    (tmp_path / "session").write_bytes(m.session.to_bytes(key=key))
    program = """
import asyncio, json, sys
from jsvm.sandbox import Approve, Sandbox, Tool, tool_context
def pay(given):
    print(tool_context().key)
    return {"paid": given["cents"], "approved": tool_context().approved}
def add(given):
    raise AssertionError("it is not called again")
sandbox = Sandbox([Tool("pay", pay, ask=True), Tool("add", add)])
session = sandbox.restore(open(sys.argv[1], "rb").read(), key=bytes.fromhex(sys.argv[2]))
(call,) = session.waiting
outcome = asyncio.run(session.resume([Approve(call.id)]))
print(json.dumps(outcome.value.json))
outcome = asyncio.run(session.run("steps.length"))
print(outcome.cell, outcome.value.json)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "session"), key.hex()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"{m.session.id}/{call.id}",
        '["before", 3, 500, true]',
        "2 4",
    ]


def test_calls_are_denied_answered_or_changed(engine: jsvm.Engine) -> None:
    def waiting(code: str) -> tuple[Made, int]:
        m = made(engine)
        outcome = run(m.session.run(code))
        assert outcome.status == "waiting"
        return m, outcome.waiting[0].id

    def decided(m: Made, *decisions: Any) -> Outcome:
        return run(m.session.resume(decisions))

    code = "var r; try { r = await tools.pay({ cents: 5 }) } catch (e) { r = e.code + e.message } r"
    m, id = waiting(code)
    denied = decided(m, Deny(id, "not today"))
    assert denied.value is not None
    assert denied.value.json == "deniedthe call of `pay` was denied: not today"
    m, id = waiting(code)
    answered = decided(m, Answer(id, {"paid": 1, "approved": False}))
    assert answered.value is not None and answered.value.json["paid"] == 1 and not m.calls
    m, id = waiting(code)
    with pytest.raises(SessionError, match="does not fit the schema"):
        decided(m, Approve(id, {"cents": "many"}))
    with pytest.raises(SessionError, match="no call with the number"):
        decided(m, Approve(id + 1))
    again = decided(m)
    assert again.status == "waiting"
    changed = decided(m, Approve(id, {"cents": 7}))
    assert changed.value is not None and changed.value.json == {"paid": 7, "approved": True}
    with pytest.raises(SessionError, match="does not wait"):
        decided(m, Approve(id))
    m, id = waiting("var kept = 1; await tools.pay({ cents: 1 })")
    m.session.cancel()
    assert value(m.session, "typeof kept") == "undefined"
    assert run(m.session.run("await tools.mail.send({ to: 'me' })")).status == "completed"
    assert run(m.session.run("await tools.mail.send({ to: 'you' })")).status == "waiting"


def test_a_stopped_cell_leaves_no_trace(engine: jsvm.Engine) -> None:
    limits = Limits(memory=8 << 20, hard_memory=64 << 20, time=0.3)
    s = made(engine, limits=limits, caps=Caps(time=1)).session
    run(s.run("var n = 1; files.write('a', 'x')"))
    for code, kind in (
        ("n = 2; files.write('b', 'y'); for (;;);", "time"),
        ("n = 2; await new Promise((r) => setTimeout(r, 60000))", "time"),
        ("n = 2; const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1))", "memory"),
        ("n = 2; ({ toJSON() { for (;;); } })", "time"),
    ):
        outcome = run(s.run(code))
        assert outcome.status == "failed" and outcome.error is not None
        if outcome.rolled_back:
            assert outcome.error.kind == kind
        else:
            # The script could have caught the error of the limit.
            assert kind == "memory" and outcome.error.kind == "exception"
            run(s.run("n = 1"))
        assert value(s, "n + files.list().join()") == "1a"


def test_a_cancelled_cell_leaves_no_trace(engine: jsvm.Engine) -> None:
    s = made(engine).session
    run(s.run("var n = 1"))

    async def cancelled(code: str) -> None:
        task = asyncio.create_task(s.run(code))
        await asyncio.sleep(0.3)
        with pytest.raises(SessionError, match="runs: await its outcome"):
            await s.run("1")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    for code in ("n = 2; for (;;);", "n = 2; await new Promise((r) => setTimeout(r, 60000))"):
        began = time.monotonic()
        run(cancelled(code))
        assert time.monotonic() - began < 5
        assert value(s, "n") == 1


def test_asyncio_goes_on_while_a_cell_computes(engine: jsvm.Engine) -> None:
    s = made(engine, limits=Limits(time=0.5)).session

    async def main() -> int:
        turns = 0
        task = asyncio.create_task(s.run("for (;;);"))
        while not task.done():
            await asyncio.sleep(0.01)
            turns += 1
        await task
        return turns

    assert run(main()) > 5


def test_caps_hold(engine: jsvm.Engine) -> None:
    caps = Caps(code=500, console=20, calls=3, concurrent_calls=1, tool_result=50)
    big = Tool("big", lambda given: "x" * 100)
    loop = Tool("loop", lambda given: given["x"])
    s = made(engine, caps=caps, tools=[big, loop]).session
    with pytest.raises(SessionError, match="more than the limit of 500"):
        run(s.run(" " * 501))
    outcome = run(s.run("console.log('x'.repeat(15)); console.error('y'.repeat(15))"))
    assert outcome.console.messages == [("log", "x" * 15), ("error", "y" * 4)]
    assert outcome.console.omitted == 11
    assert failure(s, "await tools.big()").tool.code == "result-too-large"
    four = "await Promise.all([1, 2, 3, 4].map(() => tools.slow()))"
    assert failure(s, four).tool.code == "too-many-calls"
    odd = Tool("odd", lambda given: {1, 2})
    s = made(engine, tools=[odd]).session
    assert failure(s, "await tools.odd()").tool.code == "invalid-result"
    for wrong in ({"time": -1}, {"concurrent_calls": 0}, {"calls": "many"}):
        with pytest.raises(ValueError, match=r"caps\."):
            Caps(**wrong)


def test_rejections_and_timers_are_reported(engine: jsvm.Engine) -> None:
    s = made(engine).session
    code = """Promise.reject(new Error('lost'));
        setTimeout(() => { throw new RangeError('late') }, 1);
        await new Promise((r) => setTimeout(r, 30)); 1"""
    outcome = run(s.run(code))
    assert outcome.status == "completed"
    assert {one.message for one in outcome.unhandled} == {"Error: lost", "RangeError: late"}


def test_sessions_are_forked_saved_and_closed(engine: jsvm.Engine) -> None:
    m = made(engine)
    run(m.session.run("var n = 1"))
    fork = m.session.fork()
    run(fork.run("n = 2"))
    assert (value(m.session, "n"), value(fork, "n")) == (1, 2)
    assert fork.id != m.session.id
    data = m.session.to_bytes()
    again = m.sandbox.restore(data)
    assert again.id == m.session.id and value(again, "n") == 1
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 1
    for wrong in (
        b"",
        data[:9],
        data[:-1],
        data + b"x",
        data[:8] + b"\7" + data[9:],
        bytes(damaged),
    ):
        with pytest.raises(SnapshotError):
            m.sandbox.restore(wrong)
    # A VM that is no session.
    part = engine.create_vm().snapshot().to_bytes()
    with pytest.raises(SnapshotError, match="not that of a session"):
        m.sandbox.restore(data[:10] + len(part).to_bytes(8, "little") + part)
    with m.session:
        pass
    with pytest.raises(SessionError, match="was closed"):
        run(m.session.run("1"))


def test_files_are_in_memory_and_their_changes_are_listed(engine: jsvm.Engine) -> None:
    s = made(engine).session
    s.write_file("in.txt", "text")
    s.write_file("raw", b"\x01\x02")
    s.accept_changes()
    outcome = run(
        s.run("files.write('out/b', files.read('in.txt') + 1); files.remove('in.txt'); 1")
    )
    changes = [(one.path, one.kind, one.size) for one in outcome.files]
    assert changes == [("in.txt", "removed", 0), ("out/b", "created", 5)]
    assert s.file_changes() == outcome.files
    assert [(one.path, one.size) for one in s.list_files()] == [("out/b", 5), ("raw", 2)]
    assert (s.read_file("out/b"), s.read_file("raw"), s.read_file("no")) == (
        "text1",
        b"\x01\x02",
        None,
    )
    assert s.remove_file("raw") and not s.remove_file("raw")
    with pytest.raises(jsvm.JavaScriptError, match="no path of a file"):
        s.write_file("../x", "")


def test_hostile_code_keeps_the_session_usable(engine: jsvm.Engine) -> None:
    s = made(engine, limits=Limits(time=0.5), caps=Caps(time=2)).session
    for code in (
        "Promise.prototype.then = () => { throw 1 }; await tools.slow()",
        "JSON.parse = () => 7; JSON.stringify = () => 'x'; await tools.add({ a: 1, b: 2 })",
        "Object.prototype.toJSON = () => { for (;;); }; ({})",
        "globalThis.Function = globalThis.Promise = globalThis.Error = undefined; 1",
        "Object.defineProperty(Object.prototype, 'tool', { get() { throw 1 } }); await tools.fail()",
        "throw new Proxy({}, { get() { for (;;); } })",
        "await { then(r) { for (;;) r(1) } }",
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a",
        "let a = {}; for (let i = 0; i < 2e4; i++) a = { a }; await tools.add(a)",
    ):
        outcome = run(s.run(code))
        assert outcome.status in ("completed", "failed")
        json.dumps(outcome.to_dict())
    assert isinstance(value(s, "1 + 1"), int)
