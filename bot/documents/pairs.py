"""Two pictures of a place side by side with their days, made in a child process."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

WALL_SECONDS = 30.0
ROOT = Path(__file__).resolve().parents[2]


def side_by_side(files: Sequence[Path], days: Sequence[date]) -> bytes | None:
    """A JPEG; None when one of the files is no picture that can be read."""
    told = [each for file, day in zip(files, days, strict=True) for each in (str(file.resolve()), day.isoformat())]
    command = [sys.executable, "-m", "bot.documents.pair_child", *told]
    # The child sees no settings and no token: a picture that takes it over finds nothing there.
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=WALL_SECONDS, check=True)
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout or None
