"""A backup is one zip: the ledger as a SQLite file, whichever database it came from, and the evidence under its hashes.

It is taken while the bot runs, and goes back into an empty ledger on either database.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from bot.app import House, migrated
from bot.domain.refusal import Refusal
from bot.store import schema
from bot.store.copying import Progress, clear_notes, copy_rows, is_empty
from bot.store.engine import Store
from bot.usecases.act import Act
from bot.usecases.auditing import verify_chain

ABOUT, LEDGER = "about.json", "ledger.db"
EVIDENCE = re.compile(r"evidence/([0-9a-f]{2})/(\1[0-9a-f]{62})")


def backup(house: House, file: Path, now: datetime, progress: Progress) -> dict[str, Any]:
    """The backup lies at `file`, whole or not at all, readable by its owner only. → what it holds.

    Refusals: chain_broken (what was tampered with is not worth keeping as if it were whole).
    """
    with TemporaryDirectory(prefix="duban-backup-") as folder:
        place = Path(folder) / LEDGER
        with _ledger(place) as copied:
            migrated(copied)
            with house.store.snapshot() as source, copied.writing() as target:
                clear_notes(target)
                copy_rows(source, target, progress=progress)
                events, head = verify_chain(Act(target, house.office, now))
        kept = sorted(path for path in (house.settings.data / "evidence").glob("??/*") if len(path.name) == 64)
        about: dict[str, Any] = {"made_at": house.office.local(now).isoformat(), "version": schema.newest()}
        about |= {"events": events, "head": head, "files": len(kept)}
        fresh = file.with_name(file.name + ".part")
        with (
            os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
            ZipFile(out, "w") as made,
        ):
            made.writestr(ABOUT, json.dumps(about, indent=2))
            made.write(place, LEDGER, ZIP_DEFLATED)
            for path in kept:
                # Pictures hardly get smaller.
                made.write(path, f"evidence/{path.parent.name}/{path.name}", ZIP_STORED)
        fresh.replace(file)
    return about


def restore(house: House, file: Path, now: datetime, progress: Progress) -> dict[str, Any]:
    """The ledger and the archive are what they were when the backup was taken. → what it holds.

    Refusals: ledger_not_empty, no_backup (of what is no backup, or damaged), newer_backup, chain_broken; the ledger is
    then as empty as before.
    """
    with house.store.reading() as session:
        if not is_empty(session):
            raise Refusal("ledger_not_empty")
    try:
        with ZipFile(file) as zipped, TemporaryDirectory(prefix="duban-restore-") as folder:
            about: dict[str, Any] = json.loads(zipped.read(ABOUT))
            if str(about["version"]) > schema.newest():
                raise Refusal("newer_backup", version=about["version"], newest=schema.newest())
            place = Path(folder) / LEDGER
            with zipped.open(LEDGER) as packed, place.open("wb") as out:
                shutil.copyfileobj(packed, out)
            _unpack_evidence(zipped, house.settings.data)
            with _ledger(place) as copied:
                migrated(copied)
                _refill(house, copied, about, now, progress)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise Refusal("no_backup", name=str(file), why=f"{type(error).__name__}: {error}") from error
    return about


def _refill(house: House, copied: Store, about: dict[str, Any], now: datetime, progress: Progress) -> None:
    with copied.reading() as source, house.store.writing() as target:
        # Somebody may have joined meanwhile.
        if not is_empty(target):
            raise Refusal("ledger_not_empty")
        clear_notes(target)
        copy_rows(source, target, progress=progress)
        found = verify_chain(Act(target, house.office, now))
        if found != (about["events"], about["head"]):
            raise ValueError("the audit trail is another than when it was made")


def _unpack_evidence(zipped: ZipFile, data: Path) -> None:
    """Every file under its hash; one of other bytes than its name says is refused before the ledger is touched."""
    for name in zipped.namelist():
        found = EVIDENCE.fullmatch(name)
        if found is None:
            continue
        content = zipped.read(name)
        if hashlib.sha256(content).hexdigest() != found[2]:
            raise ValueError(f"{name} is damaged")
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextmanager
def _ledger(place: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{place}")
    try:
        yield store
    finally:
        store.close()
