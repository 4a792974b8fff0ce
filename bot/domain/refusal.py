"""A no has a name: the reason is the key of its words, the facts fill them in."""

from typing import Any


class Refusal(Exception):
    """The request is refused and the ledger is unchanged; `reason` is a key under [refusal] in the words."""

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts
