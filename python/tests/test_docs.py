"""The examples of the documentation."""

from __future__ import annotations

import asyncio
import contextlib
import doctest
import io
import re
from pathlib import Path
from typing import Any

import pytest

import jsvm
import jsvm.sandbox

README = (Path(__file__).parents[1] / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_the_examples_of_the_readme_run(engine: jsvm.Engine, code: str) -> None:
    given: dict[str, Any] = {
        "asyncio": asyncio,
        "engine": engine,
        "jsvm": jsvm,
        "price": len,
        "vm": engine.create_vm(),
    }
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), given)
    for comment in re.findall(r"print\(.*\) +# ([\d.]+)$", code, re.MULTILINE):
        assert comment in printed.getvalue().splitlines()
    for line, comment in re.findall(r"^(\w.*\)) +# ([\d.\[\], ]+)$", code, re.MULTILINE):
        if not line.startswith("print"):
            assert repr(eval(line, given)) == comment


def test_the_examples_of_the_classes_run(engine: jsvm.Engine) -> None:
    given = {
        "Engine": lambda: engine,
        "EventLoop": jsvm.EventLoop,
        "JavaScriptError": jsvm.JavaScriptError,
        "Sandbox": jsvm.Sandbox,
        "Snapshot": jsvm.Snapshot,
        "asyncio": asyncio,
        "engine": engine,
        "jsvm": jsvm,
        "tool": jsvm.tool,
        "vm": engine.create_vm(),
    }
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner()
    subjects = [jsvm, *(getattr(jsvm, name) for name in jsvm.__all__)]
    examples = 0
    for subject in subjects:
        if isinstance(getattr(subject, "__doc__", None), str):
            for one in finder.find(subject, getattr(subject, "__name__", ""), globs=dict(given)):
                examples += len(one.examples)
                runner.run(one)
    assert runner.failures == 0 and examples >= 15
