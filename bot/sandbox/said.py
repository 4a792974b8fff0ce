"""What the client hands to a test: a message as a person sees it, the answer to a pressed button, what went wrong."""

from dataclasses import dataclass, field
from typing import Any


class NothingCame(AssertionError):
    """The bot did not say what was expected in time; the message tells what it did say."""


class SandboxError(Exception):
    """The sandbox could not do what was asked of it (a person without the chat, a button that is not there)."""


@dataclass(frozen=True)
class Said:
    """A message as a person sees it. `seen` is everything the sandbox tells of it; `edited` after an edit."""

    seen: dict[str, Any] = field(repr=False)

    def __repr__(self) -> str:
        return f"<Said {self.id}{' edited' if self.edited else ''} {self.text!r} {self.labels}>"

    @property
    def id(self) -> int:
        return int(self.seen["id"])

    @property
    def chat_id(self) -> int:
        return int(self.seen["chat_id"])

    @property
    def text(self) -> str:
        """The text, or the caption."""
        return str(self.seen["text"])

    @property
    def html(self) -> str:
        return str(self.seen["html"])

    @property
    def stamp(self) -> int:
        return int(self.seen["stamp"])

    @property
    def date(self) -> int:
        return int(self.seen["date"])

    @property
    def edited(self) -> bool:
        return bool(self.seen["edit_date"])

    @property
    def by_bot(self) -> bool:
        return bool(self.seen["from"]["bot"])

    @property
    def rows(self) -> list[list[str]]:
        """The buttons' labels, row by row."""
        return [[button["text"] for button in row] for row in self.seen["buttons"]]

    @property
    def labels(self) -> list[str]:
        return [label for row in self.rows for label in row]

    @property
    def data(self) -> dict[str, str]:
        """Callback data by label."""
        return {button["text"]: button.get("data", "") for row in self.seen["buttons"] for button in row}

    @property
    def media(self) -> dict[str, Any] | None:
        """{"kind": photo|document, "name", "mime", "size", "url", …} or None."""
        media: dict[str, Any] | None = self.seen["media"]
        return media

    @property
    def reply_to(self) -> int | None:
        return self.seen["reply_to"]["id"] if self.seen["reply_to"] else None

    @property
    def album(self) -> str:
        return str(self.seen["album"])

    @property
    def markup(self) -> dict[str, Any]:
        """A reply keyboard, its removal or a forced reply; {} when the message brings none."""
        return dict(self.seen.get("markup") or {})


@dataclass(frozen=True)
class Answer:
    """What came back for a pressed button: `answered` is False when the bot kept silent."""

    answered: bool
    text: str = ""
    show_alert: bool = False
    url: str = ""
    copy: str = ""
