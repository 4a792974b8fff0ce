"""The archive of evidence: pictures and files are fetched from Telegram and kept under the hash of their bytes."""

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol, TypeGuard

from sqlmodel import Session

from bot.documents.photos import Photo, look_at, worth_a_look
from bot.domain.ledger import Evidence
from bot.domain.photos import Look, nearest
from bot.domain.policy import PhotoPolicy
from bot.domain.post import Lane, Outbox
from bot.store import evidence, outbox
from bot.store.engine import Store

log = logging.getLogger(__name__)

AT_ONCE = 4
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
# With these waits, 33 tries are about a day.
MOST_TRIES = 33
LOOK_AGAIN = 1.0


class CannotFetch(Exception):
    """The file did not come. `reason` is a word of [message] (evidence_<reason>) when it never will, else empty."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class Source(Protocol):
    """Where files come from (bot.delivery.telegram.Files)."""

    async def fetch(self, file_id: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What now lies in the archive, and what the picture, if it is one, tells of itself."""

    sha256: str
    size: int
    photo: Photo


# What now lies in the archive, or why it does not.
Fetched = Kept | CannotFetch


class Archive:
    """Fetches pending evidence while `run` runs; `folder` is DUBAN_DATA/evidence. Only the holder of the lease may.

    `asked` is called when somebody was asked, in the outbox, to send a file again; `settled`, in the transaction that
    notes it, with the tasks whose files have come or never will. `near`: see PhotoPolicy.
    """

    def __init__(
        self,
        store: Store,
        source: Source,
        folder: Path,
        clock: Callable[[], datetime],
        *,
        asked: Callable[[], None] = lambda: None,
        settled: Callable[[Session, Collection[int], datetime], None] = lambda session, tasks, now: None,
        near: int = PhotoPolicy().near,
    ) -> None:
        self._near = near
        self._store = store
        self._source = source
        self._folder = folder
        self._clock = clock
        self._asked = asked
        self._settled = settled
        self._news = asyncio.Event()
        self._quiet = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        self._quiet.clear()
        self._news.set()

    async def idle(self) -> None:
        """Returns when nothing is to be fetched by now."""
        self.wake()
        await self._quiet.wait()

    def stop(self) -> None:
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        self._stopping = False
        while not self._stopping:
            try:
                found = await self._round()
            except Exception:
                log.exception("archive: the ledger is out of reach")
                found = 0
            if not found:
                await self._wait()

    async def _wait(self) -> None:
        if not self._news.is_set():
            self._quiet.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), LOOK_AGAIN)
        self._news.clear()

    async def _round(self) -> int:
        rows = await asyncio.to_thread(self._due)
        results = await asyncio.gather(*(self._fetch(row) for row in rows))
        if rows:
            await asyncio.to_thread(self._note, list(zip(rows, results, strict=True)))
            self._asked()
        return len(rows)

    def _due(self) -> Sequence[Evidence]:
        with self._store.reading() as session:
            return evidence.to_fetch(session, self._clock(), AT_ONCE)

    async def _fetch(self, row: Evidence) -> Fetched:
        try:
            content = await self._source.fetch(row.file_id)
            return await asyncio.to_thread(self._keep, row, content)
        except CannotFetch as error:
            return error
        except OSError as error:
            return CannotFetch(f"{type(error).__name__}: {error.strerror}")

    def _keep(self, row: Evidence, content: bytes) -> Kept:
        sha256 = keep(self._folder, content)
        looked = worth_a_look(row.kind, row.mime, row.file_name, len(content))
        photo = look_at(place_of(self._folder, sha256)) if looked else Photo()
        return Kept(sha256, len(content), photo)

    def _note(self, fetched: Sequence[tuple[Evidence, Fetched]]) -> None:
        now = self._clock()
        near = self._nearest(fetched)
        with self._store.writing() as session:
            for row, result in fetched:
                if isinstance(result, CannotFetch):
                    _note_failure(session, row, result, now)
                else:
                    # The same upload was flagged when it came in; the same bytes show only now.
                    seen = row.seen_on_task or evidence.seen_before(session, result.sha256, row.task_id)
                    done = {"state": "fetched", "sha256": result.sha256, "size": result.size, "seen_on_task": seen}
                    told = {"taken_on": result.photo.taken_on, "look": result.photo.look, "near_id": near.get(row.id)}
                    evidence.note(session, row, done | told | {"next_attempt_at": None})
            self._settled(session, {row.task_id for row, _ in fetched}, now)

    def _nearest(self, fetched: Sequence[tuple[Evidence, Fetched]]) -> dict[int | None, int]:
        """Of these pictures those that resemble an earlier one: id → id. Read before anything is written."""
        fresh = [Look(row.id or 0, row.task_id, row.at, r.photo.look) for row, r in fetched if _has_look(r)]
        if not fresh:
            return {}
        with self._store.reading() as session:
            known = [*evidence.looks(session), *fresh]
        pairs = {look.id: nearest(look, known, self._near) for look in fresh}
        return {id_: found for id_, found in pairs.items() if found is not None}


def _has_look(result: Fetched) -> TypeGuard[Kept]:
    return isinstance(result, Kept) and bool(result.photo.look)


def place_of(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def keep(folder: Path, content: bytes) -> str:
    """The bytes lie in the folder under their SHA-256, whole or not at all, also after a power cut; the hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = place_of(folder, sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(target)
        _sync(target.parent)
    return sha256


def _sync(folder: Path) -> None:
    """The renaming itself reaches the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _note_failure(session: Session, row: Evidence, error: CannotFetch, now: datetime) -> None:
    """Another try after a growing wait; at the end of them the sender is asked for the file again."""
    tries = row.attempts + 1
    reason = error.reason or ("lost" if tries >= MOST_TRIES else "")
    log.warning("archive: evidence %s did not come (try %d): %s", row.id, tries, error)
    if not reason:
        wait = min(FIRST_WAIT * 2 ** min(row.attempts, 12), LONGEST_WAIT)
        evidence.note(session, row, {"attempts": tries, "next_attempt_at": now + wait})
        return
    evidence.note(session, row, {"attempts": tries, "state": "failed", "next_attempt_at": None})
    member, number = evidence.sender_and_number(session, row)
    if member is None:
        return
    asked = Outbox(
        key=f"evidence_failed:{row.id}",
        chat_id=member.user_id,
        member_id=member.id,
        kind=f"evidence_{reason}",
        locale=member.locale,
        facts={"number": number, "name": row.file_name},
        about={"task": number},
        lane=Lane.URGENT,
        created_at=now,
    )
    outbox.queue(session, [asked])
