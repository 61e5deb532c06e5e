#!/usr/bin/env python3
"""Runs programs on Spin.

    spin.py JSVM SPIN FOLDER

SPIN is the program `spin`, 4.1 or newer. It passes if each program answers as it should:

* with `--host spin`, as a server and as a service: environment, store, variables, files, `fetch` (of another
  component too), console;
* with interfaces by name, of `fermyon:spin`, `spin:*@3` and `wasi:*`;
* with a component that `dependencies` of spin.toml names, built by `spin build`;
* the project of `templates/spin-http-ts`, by `spin new` and `spin watch`;
* a handler of messages, if there is a `redis-server`.
"""

import argparse
import functools
import http.client
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from cluster import free_port

HERE = Path(__file__).parent.resolve()
START_TIMEOUT = 120.0  # seconds until Spin has compiled the components


class SpinError(Exception):
    """Spin did not start, or a program did not answer."""


def get(port: int, path: str) -> tuple[int, str]:
    """Returns status and body of a response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read().decode()


def wait_for(condition, what: str):
    """Waits until a function returns a true value, and returns it."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            if value := condition():
                return value
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise SpinError(f"{what}: nothing after {START_TIMEOUT:.0f} s")


class Spin:
    """The program `spin` with a home folder of its own."""

    def __init__(self, program: Path, jsvm: Path, folder: Path):
        self.program = program
        self.jsvm = jsvm
        self.folder = folder
        # `jsvm` is found by the commands of spin.toml.
        path = f"{jsvm.parent}:{os.environ['PATH']}"
        self.environment = {**os.environ, "HOME": str(folder / "home"), "PATH": path}
        (folder / "home").mkdir(parents=True)

    def run(self, folder: Path, *words: object) -> str:
        """Runs a command of Spin to its end."""
        done = subprocess.run(
            [str(self.program), *map(str, words)],
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise SpinError(f"spin {words[0]} fails:\n{(done.stdout + done.stderr)[-2000:]}")
        return done.stdout

    def build(self, source: Path, output: Path, *options: object) -> None:
        """Builds a program by `jsvm build`."""
        subprocess.run([self.jsvm, "build", source, "-o", output, *map(str, options)], check=True)

    def start(self, folder: Path, *words: str, http: bool = True) -> "Running":
        """Starts `spin up` or `spin watch`."""
        return Running(self, folder, words, http)


class Running:
    """A process of Spin. Leaving the `with` block ends it."""

    def __init__(self, spin: Spin, folder: Path, words: tuple[str, ...], http: bool):
        self.log = folder / "spin.log"
        self.port = free_port()
        listen = ["--listen", f"127.0.0.1:{self.port}"] if http else []
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(spin.program), *words, *listen],
                cwd=folder,
                env=spin.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        # `spin watch` ends `spin up`, if it is told to end.
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def text(self) -> str:
        """Returns what Spin has printed."""
        return self.log.read_text(errors="replace")

    def wait(self) -> None:
        """Waits until the server answers."""

        def answers() -> bool:
            if self.process.poll() is not None:
                raise SpinError(f"spin ends:\n{self.text()[-2000:]}")
            return get(self.port, "/") is not None

        wait_for(answers, "spin up")


def manifest(name: str, components: dict[str, str]) -> str:
    """Returns a spin.toml whose components answer at the path of their name."""
    parts = [f'spin_manifest_version = 2\n[application]\nname = "{name}"\n']
    for component, text in components.items():
        parts.append(
            f'[[trigger.http]]\nroute = "/{component}/..."\ncomponent = "{component}"\n'
            f'[component.{component}]\nsource = "{component}.wasm"\n{text}'
        )
    return "\n".join(parts)


class Checks:
    """What was expected and did not come."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.count = 0

    def equal(self, what: str, found: object, expected: object) -> None:
        """Notes a difference."""
        self.count += 1
        if found != expected:
            self.wrong.append(f"{what}: {found!r}, not {expected!r}")

    def json(self, port: int, path: str, expected: object) -> None:
        """Compares the JSON value of a response."""
        status, body = get(port, path)
        try:
            found = json.loads(body) if status == 200 else f"status {status}: {body}"
        except ValueError:
            found = body
        self.equal(path, found, expected)


def check_platform(spin: Spin, checks: Checks) -> None:
    """Environment, store, variables, files, `fetch` and console, as a server and as a service."""
    folder = spin.folder / "platform"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "note.txt").write_text("a note")
    handler = functools.partial(QuietHandler, directory=folder / "files")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        text = (
            'key_value_stores = ["default"]\nenvironment = { COLOR = "blue" }\n'
            'variables = { color = "green" }\n'
            'files = [{ source = "files", destination = "/data" }]\n'
            f'allowed_outbound_hosts = ["http://127.0.0.1:{port}", "http://http.spin.internal"]\n'
        )
        kinds = ("http", "service")
        (folder / "spin.toml").write_text(manifest("platform", dict.fromkeys(kinds, text)))
        for kind in kinds:
            spin.build(HERE / "spin/platform.js", folder / f"{kind}.wasm", "--host", "spin", "--kind", kind)
        with spin.start(folder, "up") as running:
            running.wait()
            for index, kind in enumerate(kinds):
                checks.json(running.port, f"/{kind}/environment", ["blue", "blue"])
                checks.json(running.port, f"/{kind}/count", 2 * index + 1)
                checks.json(running.port, f"/{kind}/count", 2 * index + 2)
                checks.json(running.port, f"/{kind}/variable", "green")
                checks.json(running.port, f"/{kind}/file", "a note")
                checks.json(running.port, f"/{kind}/folder", ["note.txt"])
                allowed = f"http://127.0.0.1:{port}/note.txt"
                checks.json(running.port, f"/{kind}/fetch?url={allowed}", "a note")
                refused = f"http://127.0.0.1:{free_port()}/"
                checks.json(running.port, f"/{kind}/refused?url={refused}", "PermissionDenied")
                checks.json(running.port, f"/{kind}/internal", ["blue", "blue"])
                checks.json(running.port, f"/{kind}/console", "printed")
        server.shutdown()
    for kind in kinds:
        for stream in ("stdout", "stderr"):
            log = (folder / f".spin/logs/{kind}_{stream}.txt").read_text()
            checks.equal(f"{kind}, {stream}", log, f"to {stream}\n")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and prints nothing."""

    def log_message(self, *_: object) -> None:
        pass


def check_names(spin: Spin, checks: Checks, wit: Path) -> None:
    """Interfaces by name."""
    folder = spin.folder / "named"
    folder.mkdir()
    programs = {"named-http": "http", "named-service": "service", "named3": "service"}
    text = 'key_value_stores = ["default"]\nvariables = { color = "green" }\n'
    (folder / "spin.toml").write_text(manifest("named", dict.fromkeys(programs, text)))
    for name, kind in programs.items():
        world = name.split("-")[0]
        options = ["--wit", wit, "--world", world, "--host", "spin", "--kind", kind]
        spin.build(HERE / f"spin/{world}.js", folder / f"{name}.wasm", *options)
    with spin.start(folder, "up") as running:
        running.wait()
        for name in ("named-http", "named-service"):
            for count in (1, 2):
                expected = {"text": "stored", "variable": "green", "config": "green"}
                expected |= {"count": count, "refused": "access-denied"}
                checks.json(running.port, f"/{name}", expected)
        expected = {"text": "stored", "variable": "green", "listed": True}
        checks.json(running.port, "/named3", expected)


def check_dependency(spin: Spin, checks: Checks) -> None:
    """A component in JavaScript that another one calls, by `dependencies` of spin.toml."""
    folder = spin.folder / "dependency"
    shutil.copytree(HERE / "spin/dependency", folder)
    words = HERE / "spin/words"
    spin.build(words / "words.js", folder / "words.wasm", "--wit", words / "world.wit")
    text = (
        '[component.dependency.dependencies]\n"acme:words/words@1.0.0" = { path = "words.wasm" }\n'
        '[component.dependency.build]\ncommand = "jsvm build app.js --host spin -o dependency.wasm"\n'
    )
    (folder / "spin.toml").write_text(manifest("dependency", {"dependency": text}))
    spin.run(folder, "build")
    with spin.start(folder, "up") as running:
        running.wait()
        checks.json(running.port, "/dependency", "HELLO")


def check_template(spin: Spin, checks: Checks) -> None:
    """The template of this repository."""
    folder = spin.folder / "template"
    folder.mkdir()
    spin.run(folder, "templates", "install", "--dir", HERE / "../..")
    spin.run(folder, "new", "-t", "jsvm-http-ts", "shop", "--accept-defaults")
    spin.run(folder / "shop", "build")
    with spin.start(folder / "shop", "watch") as running:
        running.wait()
        checks.equal("template", get(running.port, "/"), (200, "Hello from jsvm!\n"))
        checks.json(running.port, "/visits", {"visits": 1})
        source = folder / "shop/src/index.ts"
        source.write_text(source.read_text().replace("Hello from", "Changed by"))
        changed = (200, "Changed by jsvm!\n")
        wait_for(lambda: get(running.port, "/") == changed, "spin watch after a change")


def check_messages(spin: Spin, checks: Checks, wit: Path) -> None:
    """The trigger of Redis."""
    if shutil.which("redis-server") is None:
        print("platforms: no redis-server: the trigger of Redis is not checked", file=sys.stderr)
        return
    folder = spin.folder / "redis"
    folder.mkdir()
    port = free_port()
    (folder / "spin.toml").write_text(
        'spin_manifest_version = 2\n[application]\nname = "redis"\n[application.trigger.redis]\n'
        f'address = "redis://127.0.0.1:{port}"\n[[trigger.redis]]\nchannel = "words"\n'
        'component = "redis"\n[component.redis]\nsource = "redis.wasm"\n'
    )
    spin.build(HERE / "spin/redis.js", folder / "redis.wasm", "--wit", wit, "--world", "redis", "--with-wasi")
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    redis = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        with spin.start(folder, "up", http=False) as running:
            wait_for(lambda: "Active Channels" in running.text(), "the trigger of Redis")

            def publish() -> bool:
                # Until Spin has subscribed, the message has no receiver.
                sent = subprocess.run(
                    ["redis-cli", "-p", str(port), "publish", "words", "hello"],
                    capture_output=True,
                    text=True,
                )
                return sent.stdout.strip() == "1"

            wait_for(publish, "a subscription")
            log = folder / ".spin/logs/redis_stdout.txt"
            wait_for(lambda: log.exists() and log.read_text() == "got hello\n", "a message")
            checks.count += 1
    finally:
        redis.kill()
        redis.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description="Run programs on Spin.")
    parser.add_argument("jsvm", type=Path, help="the program jsvm")
    parser.add_argument("spin", type=Path, help="the program spin")
    parser.add_argument("folder", type=Path, help="a folder for logs and data, which is made anew")
    args = parser.parse_args()
    folder = args.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    checks = Checks()
    try:
        spin = Spin(args.spin.resolve(), args.jsvm.resolve(), folder)
        print(spin.run(folder, "--version").strip())
        wit = folder / "wit"
        shutil.copytree(HERE / "spin/wit", wit)
        for package in ("keyvalue-spin", "config-spin"):
            shutil.copytree(HERE / "../../components/wit/wasi" / package, wit / "deps" / package)
        check_platform(spin, checks)
        check_names(spin, checks, wit)
        check_dependency(spin, checks)
        check_template(spin, checks)
        check_messages(spin, checks, wit)
    except (SpinError, OSError, subprocess.CalledProcessError) as error:
        checks.wrong.append(str(error))
    for problem in checks.wrong:
        print(f"platforms: {problem}", file=sys.stderr)
    print(f"Spin: {checks.count} checks, {len(checks.wrong)} failed")
    return 1 if checks.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
