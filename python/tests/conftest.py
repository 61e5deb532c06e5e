"""What tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import jsvm


@pytest.fixture(scope="session")
def engine() -> jsvm.Engine:
    return jsvm.Engine()


@pytest.fixture
def vm(engine: jsvm.Engine) -> Iterator[jsvm.Vm]:
    with engine.create_vm() as vm:
        yield vm
