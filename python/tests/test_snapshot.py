"""Snapshots: files, deltas, seals, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import jsvm
from jsvm import Limits, Snapshot, SnapshotError
from jsvm import _codec
from jsvm.engine import packaged

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/golden/1"


def counter(engine: jsvm.Engine, size: int = 0) -> jsvm.Vm:
    vm = engine.create_vm()
    data = f"const data = Array.from({{ length: {size} }}, (_, i) => 'row ' + i)"
    vm.eval(f"var n = 0; const next = () => ++n; {data}")
    return vm


def reason(data: bytes, **options: Any) -> str:
    with pytest.raises(SnapshotError) as caught:
        Snapshot.from_bytes(data, **options)
    return caught.value.reason


def test_a_snapshot_comes_back_from_its_bytes(engine: jsvm.Engine) -> None:
    vm = counter(engine, 20_000)
    vm.eval("next()")
    frozen = vm.snapshot().with_metadata("step", "3").with_metadata("name", "é")
    data = frozen.to_bytes()
    read = Snapshot.from_bytes(data)
    assert read.engine == frozen.engine and len(read.engine["id"]) == 64
    assert read.id == frozen.id and len(read.id) == 32 and read.parent_id is None
    assert read.metadata == {"step": "3", "name": "é"}
    assert abs((read.created - datetime.now(UTC)).total_seconds()) < 60
    assert (read.memory_size, read.size) == (frozen.memory_size, frozen.size)
    for thawed in (engine.restore(read), engine.resume(read)):
        assert thawed.eval("[next(), data.length, data[19999]]") == [2, 20_000, "row 19999"]
    assert vm.eval("next()") == 2
    assert len(frozen.to_bytes(compression="small")) < len(data)
    assert frozen.to_bytes() == data


def test_the_same_state_has_the_same_id(engine: jsvm.Engine) -> None:
    frozen = counter(engine).snapshot()
    assert engine.resume(frozen).snapshot().id == frozen.id


def test_changes_are_stored_as_deltas_in_chains(engine: jsvm.Engine) -> None:
    vm = counter(engine, 20_000)
    first = vm.snapshot()
    vm.eval("next()")
    second = vm.snapshot_since(first)
    vm.eval("next()")
    third = vm.snapshot_since(second)
    files = [one.to_bytes() for one in (first, second, third)]
    assert len(files[1]) * 5 < len(files[0])
    assert engine.restore(third).eval("next()") == 3
    read = Snapshot.from_chain(files)
    assert (read.id, read.parent_id) == (third.id, second.id)
    assert engine.restore(read).eval("next()") == 3
    flat = Snapshot.from_bytes(read.flatten().to_bytes())
    assert engine.restore(flat).eval("next()") == 3
    with pytest.raises(SnapshotError) as caught:
        Snapshot.from_bytes(files[1])
    assert (caught.value.reason, caught.value.parent) == ("missing-parent", first.id)
    with pytest.raises(SnapshotError) as caught:
        Snapshot.from_bytes(files[2], parent=first)
    assert (caught.value.reason, caught.value.parent) == ("wrong-parent", second.id)
    with pytest.raises(SnapshotError):
        Snapshot.from_chain([])


def test_only_the_key_opens_a_sealed_snapshot(engine: jsvm.Engine) -> None:
    key = Snapshot.generate_key()
    frozen = counter(engine).snapshot()
    sealed = frozen.to_bytes(key=key)
    assert sealed != frozen.to_bytes(key=key)
    assert engine.restore(Snapshot.from_bytes(sealed, key=key)).eval("next()") == 1
    assert reason(sealed) == "sealed"
    assert reason(sealed, key=Snapshot.generate_key()) == "wrong-key"
    assert reason(frozen.to_bytes(), key=key) == "not-sealed"
    altered = bytearray(sealed)
    altered[-1] ^= 1
    assert reason(bytes(altered), key=key) == "wrong-key"
    with pytest.raises(ValueError, match="32 bytes"):
        frozen.to_bytes(key=b"short")


def test_wrong_bytes_are_refused(engine: jsvm.Engine) -> None:
    data = counter(engine, 2_000).snapshot().to_bytes()

    def altered(at: int, to: int) -> str:
        copy = bytearray(data)
        copy[at] = to
        return reason(bytes(copy))

    assert reason(b"not a snapshot at all") == "not-a-snapshot"
    assert reason(b"") == "truncated"
    assert altered(8, 1) == "old-format"
    assert altered(8, 200) == "unknown-format"
    assert altered(10, 7) == "damaged"
    assert reason(data + b"\0") == "malformed"
    assert reason(data, max_memory=1 << 19) == "too-large"
    for length in range(0, len(data), len(data) // 20):
        assert reason(data[:length]) in ("truncated", "damaged")
    for at in range(12, len(data), len(data) // 20):
        assert altered(at, data[at] ^ 0x55) in ("damaged", "truncated")
    with pytest.raises(TypeError):
        Snapshot.from_bytes("text")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="compression"):
        counter(engine).snapshot().to_bytes(compression="most")  # type: ignore[arg-type]


def test_too_little_memory_is_told(engine: jsvm.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    vm = engine.create_vm()
    vm.eval(
        "var a = crypto.getRandomValues(new Uint8Array(65536)); var all = []; for (let i = 0; i < 100; i++) all.push(a.map((x) => x * i))"
    )
    snapshot = vm.snapshot()
    data = snapshot.to_bytes()
    pages = _codec._compiled()[3]
    monkeypatch.setattr(_codec, "_MAX_PAGES", pages + 1)
    assert reason(data) == "no-memory"
    with pytest.raises(SnapshotError, match="too little memory"):
        snapshot.to_bytes()
    monkeypatch.undo()
    assert Snapshot.from_bytes(data).id == snapshot.id


def test_another_engine_is_refused(engine: jsvm.Engine) -> None:
    # The same engine with another name, as another version has.
    frozen = counter(engine).snapshot()
    id = frozen.engine["id"].encode()
    wasm = packaged("js-vm.wasm").replace(id, id[::-1])
    renamed = jsvm.Engine(wasm)
    other = Snapshot.from_bytes(renamed.create_vm().snapshot().to_bytes())
    with pytest.raises(SnapshotError) as caught:
        engine.restore(other)
    assert caught.value.reason == "other-engine"
    assert caught.value.engine == renamed.name
    with pytest.raises(SnapshotError):
        counter(engine).snapshot_since(other)


def test_limits_are_those_of_the_frozen_vm(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(limits=Limits(memory=4 << 20, output=5_000))
    thawed = engine.restore(Snapshot.from_bytes(vm.snapshot().to_bytes()))
    assert (thawed.limits.memory, thawed.limits.output) == (4 << 20, 5_000)
    with pytest.raises(jsvm.LimitError):
        thawed.eval("'x'.repeat(20000)")
    given = engine.restore(vm.snapshot(), limits=Limits())
    assert len(given.eval("'x'.repeat(20000)")) == 20_000
    large = engine.create_vm()
    large.eval("var big = new Uint8Array(30 << 20).fill(1)")
    snapshot = large.snapshot()
    assert engine.restore(snapshot).eval("big[big.length - 1]") == 1
    with pytest.raises(SnapshotError) as caught:
        engine.restore(snapshot, limits=Limits(hard_memory=16 << 20))
    assert caught.value.reason == "too-large"


def test_forks_have_their_own_random_numbers(engine: jsvm.Engine) -> None:
    vm = counter(engine)
    vm.eval("Math.random()")
    frozen = vm.snapshot()
    numbers = {engine.restore(frozen).eval("Math.random()") for _ in range(3)}
    assert len(numbers) == 3
    again = {engine.resume(frozen).eval("Math.random()") for _ in range(3)}
    assert len(again) == 1


def test_handles_of_a_frozen_vm_are_not_those_of_the_restored(engine: jsvm.Engine) -> None:
    vm = engine.create_vm(functions={"double": lambda x: 2 * x})
    vm.set_root("kept", vm.eval_value("({ f: (x) => double(x) })"))
    thawed = engine.restore(vm.snapshot(), functions={"double": lambda x: 3 * x})
    assert thawed.get_root("kept").call_method("f", 2) == 6
    assert thawed.get_root("missing") is None
    assert thawed.remove_root("kept") and not thawed.remove_root("kept")
    bare = engine.restore(vm.snapshot())
    with pytest.raises(jsvm.JavaScriptError, match="no host function double"):
        bare.eval("double(1)")


def test_a_wait_goes_on_in_another_process(engine: jsvm.Engine, tmp_path: Path) -> None:
    vm = engine.create_vm(requests=["ask"])
    vm.eval_value(
        """var result = (async () => {
            const [answer] = await Promise.all([ask("price", "tea"), new Promise((r) => setTimeout(r, 50))]);
            return answer * 2;
        })()"""
    )
    vm.run_jobs()
    assert [request.name for request in vm.take_requests()] == ["ask"]
    (tmp_path / "vm.snap").write_bytes(vm.snapshot().to_bytes())
    program = """
import asyncio, sys, jsvm
async def ask(what, item):
    assert jsvm.request_context().repeated
    return len(what) + len(item)
data = open(sys.argv[1], "rb").read()
vm = jsvm.Engine().restore(jsvm.Snapshot.from_bytes(data), async_functions={"ask": ask})
print(asyncio.run(jsvm.EventLoop(vm).eval("await result")))
"""
    command = [sys.executable, "-c", program, str(tmp_path / "vm.snap")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("16\n", "")


def test_snapshots_that_the_rust_crate_kept_are_read(engine: jsvm.Engine) -> None:
    chain = [(GOLDEN / name).read_bytes() for name in ("chain.base.snap", "chain.step1.snap")]
    last = Snapshot.from_chain([*chain, (GOLDEN / "chain.snap").read_bytes()])
    assert last.parent_id == Snapshot.from_chain(chain).id
    key = bytes.fromhex((GOLDEN / "key").read_text().strip())
    sealed = Snapshot.from_bytes((GOLDEN / "sealed.snap").read_bytes(), key=key)
    assert sealed.engine == last.engine
    assert Snapshot.from_bytes(sealed.to_bytes(key=key), key=key).id == sealed.id
    if sealed.engine == engine.name:
        with pytest.raises(SnapshotError, match="had a seed"):
            engine.resume(sealed)
        assert engine.restore(last).memory_usage()["used"] > 0
    else:
        with pytest.raises(SnapshotError, match="is of engine"):
            engine.restore(last)
