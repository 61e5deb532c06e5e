"""The engine's file, and the data form."""

from __future__ import annotations

import random

import pytest

import jsvm
from jsvm.data import decode
from jsvm.engine import packaged


def test_other_files_are_no_engine() -> None:
    wasm = packaged("js-vm.wasm")
    for wrong in (b"", b"text", wasm[:1000], packaged("snapshot.wasm"), b"\0asm\x0d\0\1\0"):
        with pytest.raises(jsvm.EngineError, match="no engine"):
            jsvm.Engine(wrong)
    with pytest.raises(jsvm.EngineError):
        jsvm.Engine(wasm.replace(b"pages ", b"pages x"), cache=False)


def test_the_engine_says_what_it_is(engine: jsvm.Engine) -> None:
    assert engine.info["engine_name"] == "quickjs-ng"
    assert len(engine.name["id"]) == 64


def test_malformed_data_is_refused() -> None:
    wrong = [
        *("", "1c", "ff", "f8", "c1", "c16161", "d81d00", "d81d20", "da6a73000100"),
        *("da6a73000400", "8201", "a101", "62c328", "d81b80", "d81b8161", "d81b816178", "0000"),
        *("d81b8263446174656161", "d81b84665265674578700000", "c46161", "9f", "bf01", "5f"),
        *("d840646161", "d81b84695569", "1b", "fb00", "d901028101", "9bffffffffffffffff"),
    ]
    for text in wrong:
        data = {"item": bytes.fromhex(text), "chunks": [], "tokens": []}
        try:
            decode(data, lambda token: token)
        except jsvm.DataError as error:
            assert "malformed data at byte" in str(error)


def test_random_bytes_are_data_or_refused() -> None:
    source = random.Random(7)
    for _ in range(20_000):
        item = source.randbytes(source.randrange(1, 24))
        try:
            decode({"item": item, "chunks": [b"x"], "tokens": [7]}, lambda token: token)
        except jsvm.DataError:
            pass


def test_the_engine_takes_what_other_writers_write(vm: jsvm.Vm) -> None:
    item = bytes.fromhex("9f01fb3ff8000000000000f93c00bf6161f5ffff")
    assert decode({"item": item, "chunks": [], "tokens": []}, int) == [1, 1.5, 1.0, {"a": True}]
