#!/usr/bin/env python3
"""Runs the tests of the WebAssembly JavaScript Interface of web-platform-tests.

    tests/wasm-jsapi.py FOLDER -- COMMAND...

FOLDER is a copy of web-platform-tests with its folders resources and wasm, such as
test/fixtures/wpt in the sources of Node.js (Debian: `apt-get source nodejs`). COMMAND runs a script:
`target/debug/jsvm run`, or `node`. With --against COMMAND, only tests are counted that pass there, too.
Fails if a test fails that EXPECTED does not name.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

# Files or tests that fail, and why.
EXPECTED = {
    "exception/basic.tentative": "modules with tags are not supported",
    "exception/identity.tentative": "modules with tags are not supported",
    "memory/constructor-shared.tentative": "a VM has one thread, so there is no shared memory",
    "memory/grow: Growing shared memory does not detach old buffer": "the same",
}

HEAD = """globalThis.self = globalThis;
globalThis.GLOBAL = { isWindow: () => false, isWorker: () => false, isShadowRealm: () => false };
"""
REPORT = """
add_completion_callback((tests) => {
  for (const { status, name, message } of tests) console.log("RESULT " + JSON.stringify([status, name, message]));
  console.log("RESULT end");
});
"""


def program(root, path):
    text = open(path, encoding="utf-8").read()
    parts = [HEAD, open(os.path.join(root, "resources/testharness.js"), encoding="utf-8").read()]
    for name in re.findall(r"META: script=(\S+)", text):
        found = root + name if name.startswith("/") else os.path.join(os.path.dirname(path), name)
        parts.append(open(found, encoding="utf-8").read())
    return "\n".join([*parts, REPORT, text, "done();\n"])


def run(command, root, path, folder):
    with tempfile.NamedTemporaryFile("w", suffix=".cjs", dir=folder, delete=False) as file:
        file.write(program(root, path))
    try:
        done = subprocess.run([*command, file.name], capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return {"the file ends": "timeout"}
    results, ended = {}, False
    for line in done.stdout.splitlines():
        if line == "RESULT end":
            ended = True
        elif line.startswith("RESULT "):
            status, name, message = json.loads(line.removeprefix("RESULT "))
            results[name] = None if status == 0 else message or f"status {status}"
    if not ended:
        results["the file ends"] = done.stderr.strip()[-400:] or "nothing was printed"
    return results


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("folder")
    arguments.add_argument("--against", help="a command whose failures do not count")
    arguments.add_argument("command", nargs="+")
    arguments = arguments.parse_args()
    base = os.path.join(arguments.folder, "wasm/jsapi")
    files = sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(base) for name in names
        if name.endswith(".any.js") and "idlharness" not in name
    )
    passed = failed = unexpected = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        mine = pool.map(lambda path: run(arguments.command, arguments.folder, path, folder), files)
        for path, results in zip(files, mine):
            label = os.path.relpath(path, base).removesuffix(".any.js")
            other = run(arguments.against.split(), arguments.folder, path, folder) if arguments.against else None
            names = results if other is None else [name for name, why in other.items() if why is None]
            for name in names:
                why = results.get(name, "missing")
                if why is None:
                    passed += 1
                    continue
                failed += 1
                if label not in EXPECTED and f"{label}: {name}" not in EXPECTED:
                    unexpected += 1
                    print(f"{label}: {name}\n    {why}")
    print(f"{passed} of {passed + failed} tests pass; {unexpected} of the others were not expected to fail")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
