"""Clients that send requests for as long as they are told to."""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Failure:
    """A request that failed, with times of `time.monotonic`."""

    sent: float
    failed: float
    reason: str


@dataclass
class Outcome:
    """What clients got."""

    # The JSON values of successful responses.
    values: list = field(default_factory=list)
    # Requests without one.
    errors: list["Failure"] = field(default_factory=list)
    # Seconds that the slowest successful request took.
    slowest: float = 0.0


class Load:
    """Clients that each send one request after the other, on connections that they keep."""

    def __init__(self, port: int, clients: int):
        self.outcome = Outcome()
        self._port = port
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, successes: int, timeout: float) -> None:
        """Waits until so many requests have succeeded.

        Raises `TimeoutError` if it takes longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while len(self.outcome.values) < successes:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{len(self.outcome.values)} of {successes} requests succeeded in {timeout} s, "
                    f"and {len(self.outcome.errors)} failed: {self.outcome.errors[:3]}"
                )
            time.sleep(0.02)

    def stop(self) -> Outcome:
        """Lets each client end its request, and returns what they got."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        return self.outcome

    def _send(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while not self._is_over.is_set():
            started = time.monotonic()
            try:
                connection.request("POST", "/")
                response = connection.getresponse()
                body = response.read()
                if response.status != 200:
                    raise http.client.HTTPException(f"status {response.status}: {body[:200]!r}")
                value = json.loads(body)
            except (OSError, http.client.HTTPException, ValueError) as error:
                connection.close()
                reason = f"{type(error).__name__}: {error}"
                with self._lock:
                    self.outcome.errors.append(Failure(started, time.monotonic(), reason))
                continue
            with self._lock:
                self.outcome.values.append(value)
                self.outcome.slowest = max(self.outcome.slowest, time.monotonic() - started)
        connection.close()
