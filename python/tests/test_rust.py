"""Programs and sessions go from Rust to Python and back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import jsvm
from jsvm import EventLoop, Snapshot
from jsvm.sandbox import Approve, Sandbox, Tool

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parents[2] / "target"))
PROGRAM = Path(os.environ.get("JSVM_PROGRAM", TARGET / "debug/jsvm"))

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="the program jsvm is not built")


def program(folder: Path, *arguments: str, text: str = "") -> str:
    command = [str(PROGRAM), *arguments]
    done = subprocess.run(
        command, cwd=folder, input=text, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def same_engine(snapshot: Snapshot, engine: jsvm.Engine) -> None:
    # The recipe names the program that it has built.
    if snapshot.engine != engine.name and "JSVM_PROGRAM" not in os.environ:
        pytest.skip("the program was built with another engine")


def test_a_program_goes_on_here_and_in_rust_again(engine: jsvm.Engine, tmp_path: Path) -> None:
    (tmp_path / "order.mjs").write_text(
        """globalThis.log = [];
        const late = new Promise((resolve) => setTimeout(resolve, 200, "timer"));
        const gate = new Promise((resolve) => { globalThis.open = resolve });
        log.push(await late);
        log.push(await gate);
        console.log(log.join(", "));"""
    )
    program(tmp_path, "snapshot", "order.mjs", "--on-pending", "-o", "order.snap")
    frozen = Snapshot.from_bytes((tmp_path / "order.snap").read_bytes())
    same_engine(frozen, engine)
    lines: list[str] = []
    vm = engine.restore(frozen, console=lambda level, text: lines.append(text))
    asyncio.run(EventLoop(vm).run())
    assert vm.eval("log") == ["timer"] and not lines
    (tmp_path / "back.snap").write_bytes(vm.snapshot_since(frozen).flatten().to_bytes())
    printed = program(tmp_path, "restore", "back.snap", "--eval", "open('from Rust')")
    assert "timer, from Rust" in printed
    vm.eval("open('from Python')")
    asyncio.run(EventLoop(vm).run())
    assert lines == ["timer, from Python"]


def run_code(folder: Path, code: str) -> dict[str, Any]:
    """Runs a cell in the session `default` of `jsvm mcp`."""
    calls: list[dict[str, Any]] = [
        {
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-03-26",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
        {
            "id": 2,
            "method": "tools/call",
            "params": {"name": "run_code", "arguments": {"code": code}},
        },
    ]
    (folder / "mcp.json").write_text('{"sessions": "sessions", "mcpServers": {}}')
    command = [str(PROGRAM), "mcp", "--config", "mcp.json"]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        answer: dict[str, Any] = {}
        for call in calls:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **call}) + "\n")
            server.stdin.flush()
            if "id" in call:
                answer = json.loads(server.stdout.readline())
        server.stdin.close()
        server.wait(60)
    found = json.loads(answer["result"]["content"][0]["text"])
    assert isinstance(found, dict)
    return found


def test_a_session_goes_on_here_and_in_rust_again(engine: jsvm.Engine, tmp_path: Path) -> None:
    assert run_code(tmp_path, "var n = 40; files.write('a', 'x'); n")["value"]["json"] == 40
    file = tmp_path / "sessions/default.session"
    data = file.read_bytes()
    same_engine(Snapshot.from_bytes(data[18:]), engine)
    sandbox = Sandbox([Tool("one", lambda given: 1, ask=True)], engine=engine)
    session = sandbox.restore(data)
    assert session.cells == 1 and session.read_file("a") == "x"
    outcome = asyncio.run(session.run("n += await tools.one(); n"))
    assert outcome.status == "waiting"
    file.write_bytes(session.to_bytes())
    waiting = program(tmp_path, "mcp", "waiting", "--config", "mcp.json")
    assert f"default {outcome.waiting[0].id} one" in waiting
    asyncio.run(session.resume([Approve(outcome.waiting[0].id)]))
    file.write_bytes(session.to_bytes())
    again = run_code(tmp_path, "n + 1")
    assert (again["cell"], again["value"]["json"]) == (3, 42)
