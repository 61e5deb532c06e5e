#!/usr/bin/env python3
"""Measures HTTP components on Spin by wrk.

    main.py SPIN FOLDER WORK/NAME=FILE...

SPIN is the program `spin`. FOLDER holds logs and caches, and is made anew. Each FILE is a component with a
handler. Files of one WORK answer the same text; the first of them is the one that the others are compared
with:

    main.py spin target/spin hello/official=a.wasm hello/http=b.wasm hello/service=c.wasm

Each file runs in a process of its own. All processes are alive during the measurement, and wrk asks one
after the other in each round. The figures are the best of the rounds, so other load on the machine counts
as little as it can.
"""

import argparse
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = (1, 16)
WARM_STARTS = 3
START_TIMEOUT = 120.0  # seconds
MANIFEST = """spin_manifest_version = 2
[application]
name = "measured"
[[trigger.http]]
route = "/..."
component = "measured"
[component.measured]
source = "measured.wasm"
"""


def free_port() -> int:
    """Returns a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(port: int) -> tuple[int, bytes]:
    """Returns status and body of a response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/")
    response = connection.getresponse()
    return response.status, response.read()


class Server:
    """A process of `spin up`. `seconds` is the time from its start to its first answer."""

    def __init__(self, spin: Path, folder: Path):
        self.port = free_port()
        started = time.monotonic()
        with open(folder / "spin.log", "wb") as log:
            self.process = subprocess.Popen(
                [spin, "up", "--listen", f"127.0.0.1:{self.port}"],
                cwd=folder,
                env={**os.environ, "HOME": str(folder / "home")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while True:
            try:
                self.answer = get(self.port)
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > started + START_TIMEOUT:
                    self.stop()
                    raise SystemExit(f"{folder}: spin does not answer: {(folder / 'spin.log').read_text()}")
                time.sleep(0.002)
        self.seconds = time.monotonic() - started

    def memory(self) -> float:
        """Returns the largest resident set of the processes, in MiB."""
        largest = 0
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                if os.getsid(int(status.parent.name)) == self.process.pid:
                    found = re.search(r"VmRSS:\s+(\d+)", status.read_text())
                    largest = max(largest, int(found.group(1)) if found else 0)
            except OSError:
                continue
        return largest / 1024

    def stop(self) -> None:
        """Ends the processes."""
        for name in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, name)
                self.process.wait(5)
                return
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


@dataclass
class Row:
    """A file and its figures."""

    work: str
    name: str
    folder: Path
    size: int
    cold: float = 0.0
    warm: float = 0.0
    memory: float = 0.0
    answer: tuple[int, bytes] = (0, b"")
    # Requests per second, 50 % and 99 % of the latencies, by the number of connections.
    rounds: dict[int, list[tuple[float, str, str]]] = field(default_factory=dict)

    def best(self, connections: int) -> tuple[float, str, str]:
        """Returns the best of the rounds."""
        return max(self.rounds[connections])


def measure(port: int, connections: int, seconds: int) -> tuple[float, str, str]:
    """Runs wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if wrong := re.search(r"Non-2xx.*|Socket errors.*", text):
        raise SystemExit(f"wrk: {wrong.group()}")
    found = [re.search(pattern, text) for pattern in (r"Requests/sec:\s+(\S+)", r"50%\s+(\S+)", r"99%\s+(\S+)")]
    rate, middle, late = (it.group(1) if it else "0" for it in found)
    return float(rate), middle, late


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure HTTP components on Spin.")
    parser.add_argument("spin", type=Path, help="the program spin")
    parser.add_argument("folder", type=Path, help="a folder for logs and caches, which is made anew")
    parser.add_argument("files", nargs="+", help="WORK/NAME=FILE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="for each file, number of connections and round")
    args = parser.parse_args()
    spin = args.spin.resolve()
    shutil.rmtree(args.folder, ignore_errors=True)

    rows: list[Row] = []
    for text in args.files:
        title, _, file = text.partition("=")
        work, _, name = title.partition("/")
        folder = args.folder.resolve() / work / name
        (folder / "home").mkdir(parents=True)
        shutil.copy(file, folder / "measured.wasm")
        (folder / "spin.toml").write_text(MANIFEST)
        rows.append(Row(work, name, folder, Path(file).stat().st_size))
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.work, row)

    for row in rows:
        starts = []
        for _ in range(1 + WARM_STARTS):
            server = Server(spin, row.folder)
            server.stop()
            starts.append(server.seconds)
        row.cold, row.warm, row.answer = starts[0], min(starts[1:]), server.answer
        if row.answer != first[row.work].answer:
            raise SystemExit(f"{row.work}/{row.name} answers {row.answer}, not {first[row.work].answer}")

    servers = [Server(spin, row.folder) for row in rows]
    try:
        for row, server in zip(rows, servers):
            for connections in CONNECTIONS:
                measure(server.port, connections, 1)
        for number in range(args.rounds):
            for connections in CONNECTIONS:
                for row, server in zip(rows, servers):
                    figures = measure(server.port, connections, args.seconds)
                    row.rounds.setdefault(connections, []).append(figures)
            print(f"round {number + 1} of {args.rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        for row, server in zip(rows, servers):
            row.memory = server.memory()
    finally:
        for server in servers:
            server.stop()

    columns = [f"{it} connection{'s' if it > 1 else ''}, requests/s (ratio), p50, p99" for it in CONNECTIONS]
    print(f"| | {' | '.join(columns)} | memory | file | start | without cache |\n|---|{'---|' * 6}")
    for row in rows:
        cells = []
        for connections in CONNECTIONS:
            rate, middle, late = row.best(connections)
            ratio = rate / first[row.work].best(connections)[0]
            cells.append(f"{rate:,.0f} ({ratio:.1f}), {middle}, {late}")
        cells += [f"{row.memory:.0f} MiB", f"{row.size / 1e6:.2f} MB"]
        cells += [f"{row.warm * 1000:.0f} ms", f"{row.cold:.1f} s"]
        print(f"| {row.work}, {row.name} | {' | '.join(cells)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
