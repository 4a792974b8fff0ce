"""What a picture gives away: it looks like an earlier one, or was taken long before it was sent. Never a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture looks: 128 bits in hex (dhash), nearly the same for pictures that look alike."""

    id: int
    task_id: int
    at: datetime
    look: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture among the evidence as the signals see it: its place in the list, the day it was sent, the day it says
    it was taken, and the earlier picture it resembles (`near_task`, a number, and `near_on`)."""

    place: int
    sent_on: date
    taken_on: date | None = None
    near_task: int | None = None
    near_on: date | None = None


def nearest(look: Look, known: Iterable[Look], near: int) -> int | None:
    """The earlier picture it most resembles: one of another task, or of the same task sent a day or more before.

    Several pictures of one place sent together resemble each other, and that says nothing.
    """
    bits = int(look.look, 16)
    best: tuple[int, int] | None = None
    for other in known:
        if other.id >= look.id or (other.task_id == look.task_id and (look.at - other.at).days < 1):
            continue
        far = (int(other.look, 16) ^ bits).bit_count()
        if far <= near and (best is None or far < best[0]):
            best = (far, other.id)
    return best[1] if best else None


def old(shot: Shot, old_days: int) -> int:
    """Days between taking and sending when they are more than `old_days`, else 0."""
    if shot.taken_on is None:
        return 0
    days = (shot.sent_on - shot.taken_on).days
    return days if days > old_days else 0
