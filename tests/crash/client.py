"""A client that keeps what it was promised: it reports and takes steps over HTTP, each with a key of its own, and writes every
acknowledgement down. What is not answered is asked again with the same key until it is.

Lines of its log, tab separated: key, what, entry, matter. `what` is `report` or a step's name.
"""

import json
import sys
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from uuid import uuid4

STEPS = (
    ("triage", {"category": "neighbour.leak", "grade": "3"}, "dispatcher"),
    ("dispatch", {"agency": "zhujian"}, "dispatcher"),
    ("accept", {}, "handler"),
)
PAUSE = 0.02
AGAIN = 0.1  # of the acknowledged requests are sent once more: they must return the first answer


@dataclass
class Client:
    number: int
    port: int
    log: Path
    tokens: dict[str, str]
    line: HTTPConnection | None = None

    def post(self, path: str, body: dict, key: str, headers: dict[str, str]) -> dict:
        """Until it is acknowledged. RuntimeError for an answer that is neither an acknowledgement nor a failure on the way."""
        data = json.dumps(body).encode()
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        while True:
            try:
                if self.line is None:
                    self.line = HTTPConnection("127.0.0.1", self.port, timeout=10)
                self.line.request("POST", path, data, headers)
                answer = self.line.getresponse()
                text = answer.read()
            except (OSError, HTTPException):
                self._hang_up()
                time.sleep(0.05)
                continue
            if answer.status in {200, 201}:
                return json.loads(text)
            if answer.status < 500:
                raise RuntimeError(f"{path} {answer.status}: {text.decode()}")
            self._hang_up()
            time.sleep(0.05)

    def _hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
        self.line = None

    def work(self, stop: threading.Event) -> None:
        chance = Random(self.number)
        waiting: list[tuple[str, str, int]] = []  # matter, proceeding, which step is next
        with self.log.open("a", buffering=1) as log:
            count = 0
            while not stop.is_set():
                key = str(uuid4())
                if waiting and chance.random() < 0.6:
                    _matter, proceeding, nth = waiting.pop(chance.randrange(len(waiting)))
                    what, form, who = STEPS[nth]
                    path = f"/api/v1/proceedings/{proceeding}/steps/{what}"
                    body, headers = {"form": form}, {"Authorization": f"Bearer {self.tokens[who]}"}
                else:
                    count += 1
                    what, nth, path = "report", -1, "/api/v1/reports"
                    body = {
                        "form": {
                            "description": "楼上漏水，水已经流到楼道里了。",
                            "title": f"第{self.number}-{count}件",
                            "reporter_name": "周桂兰",
                            "reporter_phone": f"138{chance.randrange(10**8):08d}",
                        }
                    }
                    headers = {"X-Forwarded-For": ".".join(str(chance.randrange(1, 250)) for _ in range(4))}
                answer = self.post(path, body, key, headers)
                log.write(f"{key}\t{what}\t{answer['entry']}\t{answer['matter']}\n")
                if chance.random() < AGAIN:
                    again = self.post(path, body, key, headers)
                    log.write(f"{key}\t{what}\t{again['entry']}\t{again['matter']}\n")
                if nth + 1 < len(STEPS):
                    waiting.append((answer["matter"], answer["proceeding"], nth + 1))
                time.sleep(PAUSE)


def main() -> None:
    """Arguments: number, port, log file; the tokens as JSON on the first line of stdin. Ends when stdin is closed."""
    tokens = json.loads(sys.stdin.readline())
    client = Client(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), tokens)
    stop = threading.Event()
    worker = threading.Thread(target=client.work, args=(stop,))
    worker.start()
    sys.stdin.read()
    stop.set()
    worker.join()


if __name__ == "__main__":
    main()
