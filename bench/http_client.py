"""A process that keeps some connections open and posts reports over each, the next one as soon as the last is answered.

`post S`: for S seconds; `count N`: N on each connection. Plain sockets: a client library would take the processor from what
is measured. Every request comes from another household: an address of its own, told by the proxy that this process stands for.
"""

import json
import os
import selectors
import socket
import sys
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any
from uuid import uuid4

from bench.forms import addresses, form
from bench.workers import tell

_HEAD = (
    "POST /api/v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Forwarded-For: {address}\r\n"
    "Idempotency-Key: {key}\r\nContent-Length: {length}\r\n\r\n"
)


@dataclass
class Line:
    """One connection: what has come of the answer, and when the question was asked."""

    socket: socket.socket
    heard: bytearray = field(default_factory=bytearray)
    since: float = 0.0
    done: int = 0


class Client:
    def __init__(self, port: int, connections: int, chance: Random) -> None:
        self.chance = chance
        self.places = addresses()
        self.port = port
        self.connections = connections

    def _connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def _ask(self, line: Line) -> None:
        body = json.dumps({"form": form(self.chance, self.places)}, ensure_ascii=False).encode()
        address = "10." + ".".join(str(self.chance.randrange(1, 255)) for _ in range(3))
        head = _HEAD.format(address=address, key=uuid4(), length=len(body))
        line.since = perf_counter()
        line.socket.sendall(head.encode() + body)

    def run(self, *, seconds: float = 1e9, most: int = 10**9) -> dict[str, Any]:
        """Opens its connections, because a server closes those that stood idle, and keeps them to the end."""
        times: list[float] = []
        selector = selectors.DefaultSelector()
        lines = [Line(self._connect()) for _ in range(self.connections)]
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
        began = perf_counter()
        for line in lines:
            self._ask(line)
        open_lines = len(lines)
        while open_lines:
            for key, _events in selector.select(timeout=30):
                line = key.data
                if not self._hear(line):
                    continue
                now = perf_counter()
                times.append((now - line.since) * 1000)
                line.done += 1
                if now - began < seconds and line.done < most:
                    self._ask(line)
                else:
                    open_lines -= 1
        seconds = perf_counter() - began
        for line in lines:
            line.socket.close()
        selector.close()
        return {"done": len(times), "seconds": seconds, "times": times}

    def _hear(self, line: Line) -> bool:
        """Whether the answer is whole now. Raises RuntimeError for one that acknowledges nothing."""
        part = line.socket.recv(65536)
        line.heard += part
        head, found, body = bytes(line.heard).partition(b"\r\n\r\n")
        if not part:
            raise RuntimeError("the server closed the connection")
        if not found:
            return False
        length = next(int(h[15:]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:"))
        if len(body) < length:
            return False
        if b" 201 " not in head[:20]:
            raise RuntimeError(bytes(line.heard).decode(errors="replace"))
        line.heard.clear()
        return True


def main() -> None:
    number, port, connections = (int(a) for a in sys.argv[1:4])
    client = Client(port, connections, Random(number + os.getpid() * 1000))
    tell(ready=True)
    for line in sys.stdin:
        word, amount = line.split()
        tell(**client.run(most=int(amount)) if word == "count" else client.run(seconds=float(amount)))


if __name__ == "__main__":
    main()
