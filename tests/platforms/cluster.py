"""Hosts of wasmCloud beside a NATS server and a registry, as processes of this machine."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from nats import Nats

START_TIMEOUT = 60.0  # seconds until a program listens
COMPILE_TIMEOUT = 300.0  # seconds until a host has compiled a component


class ClusterError(Exception):
    """A program did not start, or a host refused a workload."""


def free_port() -> int:
    """Returns a TCP port of 127.0.0.1 that nothing uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Host:
    """A process of `wash host`."""

    name: str
    id: str
    http_port: int
    process: subprocess.Popen

    def kill(self) -> tuple[float, float]:
        """Ends the process at once, as a power cut does.

        Returns when it was told to end and when it had ended, by `time.monotonic`.
        """
        told = time.monotonic()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return told, time.monotonic()


@dataclass
class Workload:
    """A component, and what it may use."""

    name: str
    image: str
    # Interfaces of the host, such as ("wasi", "keyvalue", ["store", "atomics"]).
    interfaces: list[tuple[str, str, list[str]]] = field(default_factory=list)
    # The subject of messages that it gets; without one, it answers requests for `NAME.local`.
    subject: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    # Folders of the machine by their paths in the component, read-only.
    volumes: dict[str, str] = field(default_factory=dict)
    # Instances that are kept for components of WASI 0.3.
    pool_size: int | None = None

    def request(self, workload_id: str, registry: str) -> dict:
        """Returns the message that starts it."""
        if self.subject is None:
            handler = {
                "namespace": "wasi",
                "package": "http",
                "interfaces": ["incoming-handler"],
                "config": {"host": f"{self.name}.local"},
            }
        else:
            handler = {
                "namespace": "wasmcloud",
                "package": "messaging",
                "interfaces": ["consumer", "handler", "types"],
                "config": {"subscriptions": self.subject},
            }
        others = [
            {"namespace": namespace, "package": package, "interfaces": names}
            for namespace, package, names in self.interfaces
        ]
        mounts = [
            {"name": f"volume{index}", "mountPath": path, "readOnly": True}
            for index, path in enumerate(self.volumes)
        ]
        component = {
            "name": self.name,
            "image": f"{registry}/{self.image}",
            "imagePullPolicy": "IMAGE_PULL_POLICY_ALWAYS",
            "localResources": {
                "environment": self.environment,
                "config": self.config,
                "allowedHosts": [],
                "volumeMounts": mounts,
            },
        }
        if self.pool_size is not None:
            component["poolSize"] = self.pool_size
        return {
            "workloadId": workload_id,
            "workload": {
                "namespace": "default",
                "name": self.name,
                "witWorld": {"components": [component], "hostInterfaces": [handler, *others]},
                "volumes": [
                    {"name": f"volume{index}", "hostPath": {"localPath": folder}}
                    for index, folder in enumerate(self.volumes.values())
                ],
            },
        }


class Cluster:
    """NATS, a registry, a balancer and hosts. Leaving the `with` block ends all of them."""

    def __init__(self, folder: Path, tools: Path):
        self.folder = folder
        self.tools = tools
        self.hosts: dict[str, Host] = {}
        self._processes: list[subprocess.Popen] = []
        self._nats_port = free_port()
        self._registry_port = free_port()

    def __enter__(self) -> "Cluster":
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "home").mkdir(parents=True)
        try:
            self._start_nats()
            self._start_registry()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()

    @property
    def registry(self) -> str:
        """The address of the registry."""
        return f"127.0.0.1:{self._registry_port}"

    def nats(self) -> Nats:
        """Returns a new connection to NATS."""
        return Nats(self._nats_port)

    def start_host(self, name: str) -> Host:
        """Starts a host, which finds the others by NATS."""
        port = free_port()
        nats = f"nats://127.0.0.1:{self._nats_port}"
        command = [self.tools / "wash", "-C", self.folder, "host", "--non-interactive"]
        command += ["--host-name", name, "--http-addr", f"127.0.0.1:{port}"]
        command += ["--scheduler-nats-url", nats, "--data-nats-url", nats]
        command += ["--allow-insecure-registries", "--oci-cache-dir", self.folder / f"cache-{name}"]
        process = self._start(f"host-{name}", command)
        found = self._wait_for_log(f"host-{name}", process, r'host_id="?([0-9A-Za-z-]+)')
        host = Host(name, found, port, process)
        self._wait_for_port(f"host-{name}", process, port)
        self.hosts[name] = host
        return host

    def push(self, file: Path, image: str) -> None:
        """Puts a component into the registry."""
        command = [self.tools / "wash", "oci", "push", "--insecure", f"{self.registry}/{image}", file]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True)
        if done.returncode != 0:
            raise ClusterError(f"cannot push {file}: {done.stderr or done.stdout}")

    def start_workload(self, host: Host, workload: Workload) -> None:
        """Starts a workload on a host, and waits until it runs."""
        message = workload.request(f"{workload.name}-{host.name}", self.registry)
        nats = self.nats()
        subject = f"runtime.host.{host.id}.workload.start"
        answer = nats.request(subject, json.dumps(message).encode(), COMPILE_TIMEOUT)
        nats.close()
        status = json.loads(answer).get("workloadStatus", {})
        if status.get("workloadState") != "WORKLOAD_STATE_RUNNING":
            raise ClusterError(f"host {host.name} does not run {workload.name}: {answer.decode()}")

    def start_balancer(self, host_header: str) -> int:
        """Starts a balancer before all hosts, and returns its port."""
        port = free_port()
        servers = [
            f"  server {host.name} 127.0.0.1:{host.http_port} check inter 200ms fall 1 rise 2 "
            "observe layer4 error-limit 1 on-error mark-down"
            for host in self.hosts.values()
        ]
        text = f"""
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  retries 3
  option redispatch 1
  retry-on conn-failure
frontend clients
  bind 127.0.0.1:{port}
  default_backend hosts
backend hosts
  balance roundrobin
  http-request set-header Host {host_header}
""" + "\n".join(servers) + "\n"
        config = self.folder / "haproxy.cfg"
        config.write_text(text)
        process = self._start("balancer", ["haproxy", "-db", "-f", config])
        self._wait_for_port("balancer", process, port)
        return port

    def _start_nats(self) -> None:
        store = self.folder / "jetstream"
        command = [self.tools / "nats-server", "-a", "127.0.0.1", "-p", str(self._nats_port)]
        process = self._start("nats", [*command, "-js", "-sd", store])
        self._wait_for_port("nats", process, self._nats_port)

    def _start_registry(self) -> None:
        config = self.folder / "registry.yml"
        config.write_text(
            f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: "
            f"{{rootdirectory: {self.folder / 'registry'}}}}}\nhttp: {{addr: '{self.registry}'}}\n"
        )
        process = self._start("registry", ["docker-registry", "serve", config])
        self._wait_for_port("registry", process, self._registry_port)

    def _environment(self) -> dict[str, str]:
        # `wash` writes to the home folder.
        return {**os.environ, "HOME": str(self.folder / "home")}

    def _start(self, name: str, command: list) -> subprocess.Popen:
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(
                [str(word) for word in command],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._processes.append(process)
        return process

    def _wait_for_log(self, name: str, process: subprocess.Popen, pattern: str) -> str:
        escapes = re.compile(r"\x1b\[[0-9;]*m")

        def read() -> str | None:
            text = escapes.sub("", (self.folder / f"{name}.log").read_text(errors="replace"))
            found = re.search(pattern, text)
            return found and found[1]

        return self._wait(name, process, read)

    def _wait_for_port(self, name: str, process: subprocess.Popen, port: int) -> None:
        def listens() -> bool:
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        self._wait(name, process, listens)

    def _wait(self, name: str, process: subprocess.Popen, condition):
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if value := condition():
                return value
            if process.poll() is not None:
                break
            time.sleep(0.05)
        log = (self.folder / f"{name}.log").read_text(errors="replace")
        raise ClusterError(f"{name} does not start:\n{log[-2000:]}")
