"""What can become of a message: exactly one of these."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived; the ids it got, in order (none for what leaves no message, such as an answered button)."""

    message_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FailedForGood:
    """It will never arrive. `unreachable`: nothing else to this chat will either, until the person comes back."""

    reason: str
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """It certainly did not arrive and may be tried again.

    `seconds`: what Telegram asked for (None: it did not say). `everywhere`: the way is closed for every chat.
    """

    reason: str
    seconds: float | None = None
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have arrived; to repeat it could say it twice, so a person decides."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group lives on under another id."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class TargetGone:
    """The message to rewrite, or the topic to write to, no longer exists."""

    reason: str


Outcome = Sent | FailedForGood | Later | Uncertain | Moved | TargetGone
