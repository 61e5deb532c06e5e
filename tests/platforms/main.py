#!/usr/bin/env python3
"""Runs programs on two hosts of wasmCloud, and kills one of them under load.

    main.py JSVM FOLDER --tools FOLDER [--seconds N]

Three programs run first: one that imports interfaces of the host by name, one that answers messages, and one
that serves as many requests at a time as a host has instances for. A fourth counts requests in the store
that the hosts share. Clients send requests to a balancer. One host is killed by SIGKILL while they do. It passes if

* each successful response has a sum of its own, and the store has at least as many;
* the store has no more than that and the requests that failed;
* no request fails but those that were on their way when the host ended.

The key is created before: a host of wasmCloud 2.10 creates a missing key without comparing, so that two
first increments on two hosts can both return 1.
"""

import argparse
import http.client
import json
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cluster import Cluster, ClusterError, Workload
from load import Load

CLIENTS = 8
# A host of wasmCloud has room for 1,000 core instances, and a file has four.
ROOM = 250
# Seconds for which each of these requests is served, so that all of them are at the same time.
SERVED = 8
# Builds a program of this folder under a name, and puts it into the registry.
Build = Callable[[str, str, list[str]], None]
KEYVALUE = ("wasi", "keyvalue", ["store", "atomics"])


def create(port: int) -> None:
    """Sends the first request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/")
    if json.loads(connection.getresponse().read()) != 1:
        raise ClusterError("the store is not empty")


def get(port: int, host: str, path: str):
    """Returns the JSON value of a response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": host})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise ClusterError(f"{host}{path}: status {response.status}: {body.decode()}")
    return json.loads(body)


def check_names(cluster: Cluster, build: Build) -> list[str]:
    """Runs a program that imports interfaces by name, as a server and as a service."""
    host = cluster.hosts["a"]
    wrong = []
    for kind in ("http", "service"):
        build("named.js", f"named-{kind}", ["--world", "named", "--kind", kind])
        workload = Workload(
            f"named-{kind}",
            f"named-{kind}:1",
            [KEYVALUE, ("wasi", "config", ["store"])],
            config={"color": "red"},
            environment={"SIZE": "5"},
        )
        cluster.start_workload(host, workload)
        for count in (1, 2):
            found = get(host.http_port, f"named-{kind}.local", f"/?name={kind}")
            expected = {"count": count, "color": "red", "size": "5"}
            if found != expected:
                wrong.append(f"named-{kind}: {found}, not {expected}")
    return wrong


def check_messages(cluster: Cluster, build: Build) -> list[str]:
    """Runs a program that answers messages."""
    build("worker.js", "worker", ["--world", "worker", "--with-wasi"])
    workload = Workload("worker", "worker:1", subject="words.>")
    cluster.start_workload(cluster.hosts["a"], workload)
    nats = cluster.nats()
    answer = nats.request("words.upper", b"hello", 60)
    nats.close()
    return [] if answer == b"HELLO" else [f"worker: {answer!r}, not b'HELLO'"]


def check_room(cluster: Cluster, build: Build) -> list[str]:
    """Has a host serve as many requests at a time as it has room for."""
    build("slow.js", "slow", ["--kind", "http"])
    host = cluster.hosts["b"]
    cluster.start_workload(host, Workload("slow", "slow:1"))
    get(host.http_port, "slow.local", "/?seconds=0")
    answers = []
    lock = threading.Lock()

    def send() -> None:
        sent = time.monotonic()
        try:
            answer = get(host.http_port, "slow.local", f"/?seconds={SERVED}")
        except (OSError, ClusterError, http.client.HTTPException) as error:
            answer = f"{type(error).__name__}: {error}"
        with lock:
            answers.append((answer, sent, time.monotonic()))

    threads = [threading.Thread(target=send) for _ in range(ROOM)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrong = [answer for answer, _, _ in answers if answer != SERVED]
    last_sent = max(sent for _, sent, _ in answers)
    together = sum(ended > last_sent for _, _, ended in answers)
    print(f"{ROOM - len(wrong)} of {ROOM} requests succeeded, {together} of them at the same time")
    return [f"slow: {len(wrong)} of {ROOM} requests failed: {wrong[0]}"] if wrong else []


def check_failover(cluster: Cluster, build: Build, seconds: float) -> list[str]:
    """Counts requests while a host is killed."""
    build("counter.js", "counter", [])
    workload = Workload("counter", "counter:1", [KEYVALUE])
    for host in cluster.hosts.values():
        started = time.monotonic()
        cluster.start_workload(host, workload)
        print(f"host {host.name} runs the counter after {time.monotonic() - started:.1f} s")
    port = cluster.start_balancer("counter.local")
    create(port)
    load = Load(port, CLIENTS)
    started = time.monotonic()
    load.wait_for(50, 120)
    time.sleep(seconds / 2)
    before = len(load.outcome.values)
    told, ended = cluster.hosts["a"].kill()
    load.wait_for(before + 50, 120)
    time.sleep(seconds / 2)
    outcome = load.stop()
    took = time.monotonic() - started
    stored = get(cluster.hosts["b"].http_port, "counter.local", "/total")

    succeeded, failed = len(outcome.values), len(outcome.errors)
    print(
        f"{succeeded} requests succeeded in {took:.1f} s, {failed} failed, the store has {stored}; "
        f"the slowest took {outcome.slowest * 1e3:.0f} ms"
    )
    wrong = []
    if len(set(outcome.values)) != succeeded:
        twice = sorted(value for value, count in Counter(outcome.values).items() if count > 1)
        wrong.append(f"responses have the same sum: {twice}")
    # One request created the key.
    if not succeeded + 1 <= stored <= succeeded + 1 + failed:
        wrong.append(f"the store has {stored}, not from {succeeded + 1} to {succeeded + 1 + failed}")
    early = [error.reason for error in outcome.errors if error.failed < told]
    if early:
        wrong.append(f"requests failed before the host was killed: {early[:3]}")
    late = [error.reason for error in outcome.errors if error.sent > ended]
    if late:
        wrong.append(f"requests failed that were sent after the host had ended: {late[:3]}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill a host of wasmCloud under load.")
    parser.add_argument("jsvm", type=Path, help="the program jsvm")
    parser.add_argument("folder", type=Path, help="a folder for logs and data, which is made anew")
    parser.add_argument("--tools", type=Path, required=True, help="the folder of wash and nats-server")
    parser.add_argument("--seconds", type=float, default=30, help="how long requests are sent")
    args = parser.parse_args()
    here = Path(__file__).parent
    try:
        with Cluster(args.folder.resolve(), args.tools.resolve()) as cluster:
            wit = cluster.folder / "wit"
            shutil.copytree(here / "wit", wit)
            for package in ("keyvalue-wasmtime", "config-wasmtime"):
                shutil.copytree(here / "../../components/wit/wasi" / package, wit / "deps" / package)

            def build(source: str, name: str, options: list[str]) -> None:
                component = cluster.folder / f"{name}.wasm"
                command = [args.jsvm, "build", here / source, "-o", component, *options]
                if "--world" in options:
                    command += ["--wit", wit]
                if "worker" not in options:
                    command += ["--host", "wasmcloud"]
                subprocess.run(command, check=True)
                cluster.push(component, f"{name}:1")

            for name in ("a", "b"):
                cluster.start_host(name)
            wrong = check_names(cluster, build)
            wrong += check_messages(cluster, build)
            wrong += check_room(cluster, build)
            wrong += check_failover(cluster, build, args.seconds)
    except (ClusterError, TimeoutError, subprocess.CalledProcessError) as error:
        wrong = [str(error)]
    for problem in wrong:
        print(f"platforms: {problem}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
