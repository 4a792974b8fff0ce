"""The safe side of reading: a file is opened in a process of its own; whatever happens there is one clear line."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import bot
from bot.documents.plan_files.limits import Limits
from bot.domain.plan_rows import Cell, Row, Sheet
from bot.domain.refusal import Refusal

logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
_ROOT = Path(bot.__file__).resolve().parent.parent


def read_plan_file(
    data: bytes, name: str, progress: Progress | None = None, limits: Limits | None = None
) -> list[Sheet]:
    """Every plan's table in the file, in order, at least one row among them.

    `progress(done, of)` counts rows. Refuses with one of plan_empty, plan_corrupt, plan_corrupt_line, plan_encrypted,
    plan_old_word, plan_wrong_kind, plan_encoding, plan_too_large, plan_bomb, plan_too_many_rows, plan_too_heavy,
    plan_no_header, plan_no_tasks, plan_cell_error, plan_cell_formula, plan_secret; the facts name file, cell or line.
    """
    bounds = limits or Limits()
    file_name = Path(name).name or "plan"
    if len(data) > bounds.file_bytes:
        size, limit = (round(count / (1024 * 1024), 1) for count in (len(data), bounds.file_bytes))
        raise Refusal("plan_too_large", name=file_name, megabytes=size, limit=limit)
    told = _run(data, file_name, bounds, progress or (lambda done, of: None))
    if "refusal" in told:
        raise Refusal(told["refusal"], **told["facts"])
    return [_sheet(sheet) for sheet in told["sheets"]]


def _run(data: bytes, name: str, limits: Limits, progress: Progress) -> dict[str, Any]:
    command = [sys.executable, "-m", "bot.documents.plan_files.child", name, json.dumps(asdict(limits))]
    # The child sees no settings and no token: a file that takes it over finds nothing there.
    environment = {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=_ROOT,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        watch = threading.Timer(limits.wall_seconds, child.kill)
        feeder = threading.Thread(target=_feed, args=(child.stdin, data), daemon=True)
        watch.start()
        feeder.start()
        try:
            told = _last_word(child.stdout, progress)
        finally:
            # Whatever ended the reading (also a progress bar that raised), nothing is left running.
            watch.cancel()
            child.kill()
            feeder.join()
    if told is None:
        # Killed by its limits or by the timer: the file asked for more than any plan does.
        raise Refusal("plan_too_heavy", name=name)
    if "crash" in told:
        logger.error("reading a plan's file failed unexpectedly:\n%s", told["crash"])
        raise Refusal("plan_corrupt", name=name)
    return told


def _feed(pipe: IO[bytes], data: bytes) -> None:
    try:
        with pipe:
            pipe.write(data)
    except OSError:
        return  # the child ended before it had read everything; its last word says why


def _last_word(lines: IO[bytes], progress: Progress) -> dict[str, Any] | None:
    for line in lines:
        try:
            told: dict[str, Any] = json.loads(line)
        except ValueError:
            return None  # killed in the middle of a line
        if "progress" not in told:
            return told
        progress(*told["progress"])
    return None


def _sheet(told: dict[str, Any]) -> Sheet:
    rows = tuple(
        Row(where, {name: Cell(*cell) for name, cell in cells.items()}, category)
        for where, category, cells in told["rows"]
    )
    lines = tuple(Cell(*line) for line in told["lines"])
    return Sheet(told["name"], told["title"], rows, lines, tuple(told["mended"]))
