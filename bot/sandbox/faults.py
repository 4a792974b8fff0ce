"""Troubles on demand: what the next calls of a method meet, in the order they were asked for."""

from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("429", "500", "502", "error", "hang", "drop", "drop_after", "slow")


@dataclass(slots=True)
class Fault:
    """The next `times` calls of `method` ("" = any but getUpdates) to `chat_id` (None = any) meet this.

    429: refused with `retry_after` · 500, 502: server errors (502 answers HTML) · error: `code` and `description` ·
    hang: carried out, but the answer waits `seconds` · drop: connection closed, nothing done · drop_after: done, then
    closed · slow: answered after `seconds`, carried out then.
    """

    kind: str
    method: str = ""
    times: int = 1
    chat_id: int | None = None
    retry_after: int = 1
    seconds: float = 60.0
    code: int = 400
    description: str = "Bad Request: asked for"

    def meets(self, method: str, chat_id: str) -> bool:
        if self.method.lower() != method and (self.method or method == "getupdates"):
            return False
        return self.chat_id is None or str(self.chat_id) == chat_id


class Faults:
    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.met = 0

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise ValueError(f"unknown fault {fault.kind}: one of {', '.join(KINDS)}")
        self.waiting.append(fault)

    def take(self, method: str, chat_id: str) -> Fault | None:
        """The trouble this call meets, counted off."""
        for fault in self.waiting:
            if fault.meets(method, chat_id):
                fault.times -= 1
                self.met += 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.waiting]
