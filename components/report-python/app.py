"""Prints a report that its reader has written in JavaScript.

The report is `report.js` in the folder that the host has opened. It asks for tables by name and waits
for them: its requests are answered here, in Python, so the VM needs no host functions.
"""

import csv
import json
import sys
import time

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports import (
    evaluation,
    functions,
    heap,
    jobs,
    objects,
    promises,
    requests,
    types,
    values,
)

SOURCE = "report.js"

# Jobs that run before anything else has its turn.
JOBS = 10_000


class Failed(Exception):
    """The report cannot be printed."""


class Run(exports.Run):
    """What `wasmtime run` calls."""

    def run(self) -> None:
        try:
            print_table(make_report())
        except Failed as failure:
            print(f"report: {failure}", file=sys.stderr)
            raise Err(None) from failure
        except Err as error:
            print(f"report: {described(error.value)}", file=sys.stderr)
            raise Err(None) from error


def make_report() -> dict:
    """Evaluates the report."""
    # The stack is what fits into the native stack that hosts give a component.
    heap.set_limits(heap.Limits(memory=64 << 20, stack=96 << 10, output=16 << 20))
    rows = functions.create_request_function("rows", 1)
    evaluation.get_global().set(values.Key_Name("rows"), values.Input_Value(rows))

    options = evaluation.EvalOptions(
        file_name=SOURCE, kind=evaluation.SourceKind.MODULE, strict=True, top_level_await=False
    )
    module = settled(evaluation.eval(read(SOURCE), options))
    match module.get(values.Key_Name("default")):
        case values.Output_Value(function) if function.kind() == values.ValueKind.FUNCTION:
            report = settled(function.call(values.Input_Undefined(), []))
        case _:
            raise Failed(f"{SOURCE} has no function as its default export")
    return json.loads(report.to_json() or "null")


def settled(output: values.Output) -> values.Value:
    """What a promise is fulfilled with, once all that it waits for is done."""
    match output:
        case values.Output_Value(promise):
            pass
        case _:
            raise Failed("the report is not an object, or a promise for one")
    while promises.get_promise_state(promise) == promises.PromiseState.PENDING:
        report = jobs.run_jobs(JOBS)
        taken = requests.take_requests()
        for request in taken:
            requests.settle(request.id, answer(request))
        if not taken and not report.pending and report.executed == 0:
            if report.next_timer is None:
                raise Failed("it waits for what never happens")
            time.sleep(report.next_timer / 1e9)
    match promises.get_promise_state(promise), promises.get_promise_result(promise):
        case promises.PromiseState.REJECTED, values.Output_Value(reason):
            raise Failed(reason.to_text())
        case promises.PromiseState.REJECTED, reason:
            raise Failed(f"it throws {reason}")
        case promises.PromiseState.FULFILLED, values.Output_Value(value):
            return value
        case None, _:
            return promise
    raise Failed("the report is not an object")


def answer(request: requests.Request):
    """Does what the script asks for. JSON serves for both directions."""
    arguments = json.loads(values.from_data(request.args).to_json() or "[]")
    try:
        table = list(csv.DictReader(read(arguments[0]).splitlines()))
        return Ok(values.from_json(json.dumps(table)).to_data())
    except (Failed, IndexError) as failure:
        error = objects.create_error(types.ErrorClass.ERROR, str(failure), None)
        return Err(error.to_data())


def read(name: str) -> str:
    """The text of a file of the report's folder."""
    # Only names: the folder is all that a report may see.
    if not isinstance(name, str) or "/" in name:
        raise Failed(f"{name!r} is not the name of a file")
    try:
        with open(f"/{name}", encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise Failed(f"there is no {name}: run it with --dir FOLDER::/") from error


def described(error: values.Error) -> str:
    """What is said about an error of the VM."""
    match error:
        case values.Error_Exception(thrown):
            return f"{thrown.name}: {thrown.message}\n{thrown.stack.rstrip()}"
        case values.Error_OutOfMemory():
            return "it needs too much memory"
        case _:
            return "it was stopped"


def print_table(report: dict) -> None:
    """Prints columns as wide as they need to be."""
    try:
        title, rows = report["title"], report["rows"]
        lines = [[str(cell) for cell in row] for row in rows]
    except (TypeError, KeyError) as error:
        raise Failed("what it returns is not { title, rows }") from error
    widths = [max(map(len, column)) for column in zip(*lines)]
    print(title)
    for line in lines:
        cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        print("  ".join([line[0].ljust(widths[0]), *cells]))
