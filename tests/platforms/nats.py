"""A client of NATS for one connection: publish, subscribe, request."""

import os
import socket
import time


class NatsError(Exception):
    """The server refused a message, or closed the connection."""


class Nats:
    """A connection to a NATS server. It is used by one thread at a time."""

    def __init__(self, port: int):
        self._socket = socket.create_connection(("127.0.0.1", port), 5)
        self._file = self._socket.makefile("rb")
        self._subscriptions = 0
        self._file.readline()  # INFO
        self._send(b'CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\nPING\r\n')
        while self._file.readline().strip() != b"PONG":
            pass

    def close(self) -> None:
        """Closes the connection."""
        self._file.close()
        self._socket.close()

    def subscribe(self, subject: str) -> None:
        """Asks for the messages of a subject, which `next_message` returns."""
        self._subscriptions += 1
        self._send(f"SUB {subject} {self._subscriptions}\r\n".encode())

    def publish(self, subject: str, data: bytes, reply: str = "") -> None:
        """Sends a message."""
        self._send(f"PUB {subject} {reply} {len(data)}\r\n".encode() + data + b"\r\n")

    def request(self, subject: str, data: bytes, timeout: float) -> bytes:
        """Sends a message and returns the answer.

        Raises `TimeoutError` if there is none in time.
        """
        inbox = f"_INBOX.{os.urandom(8).hex()}"
        self.subscribe(inbox)
        self.publish(subject, data, inbox)
        return self.next_message(timeout)

    def next_message(self, timeout: float) -> bytes:
        """Returns the data of the next message of any subscription.

        Raises `TimeoutError` if there is none in time.
        """
        deadline = time.monotonic() + timeout
        while True:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            line = self._file.readline()
            words = line.split()
            if not words:
                raise NatsError("the NATS server closed the connection")
            match words[0]:
                case b"PING":
                    self._send(b"PONG\r\n")
                case b"MSG":
                    return self._read(int(words[-1]))
                case b"HMSG":
                    headers = int(words[-2])
                    data = self._read(int(words[-1]))
                    if b" 503" in data[:headers].splitlines()[0]:
                        raise NatsError("nobody listens to this subject")
                    return data[headers:]
                case b"-ERR":
                    raise NatsError(line.decode().strip())

    def _read(self, length: int) -> bytes:
        return self._file.read(length + 2)[:length]

    def _send(self, data: bytes) -> None:
        self._socket.sendall(data)
