"""What a picture tells of itself: the day it was taken and how it looks, read in a child process."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")
SMALLEST = 1024
WALL_SECONDS = 20.0
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Photo:
    """`look`: 128 bits in hex that nearly agree for pictures that look alike; "" where that cannot be told."""

    taken_on: date | None = None
    look: str = ""


def worth_a_look(kind: str, mime: str, name: str, size: int) -> bool:
    """A photo, or a file that says it is a picture; one of fewer bytes shows nothing that could be compared."""
    if size < SMALLEST:
        return False
    return kind == "photo" or mime.startswith("image/") or name.lower().endswith(PICTURES)


def look_at(file: Path) -> Photo:
    """What is known of the picture. A broken file, one of another kind or a decompression bomb tells nothing."""
    command = [sys.executable, "-m", "bot.documents.photo_child", str(file.resolve())]
    # The child sees no settings and no token: a picture that takes it over finds nothing there.
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=WALL_SECONDS, check=True)
        told = json.loads(done.stdout)
        return Photo(date.fromisoformat(told["taken"]) if told["taken"] else None, told["look"])
    except (subprocess.SubprocessError, OSError, ValueError, KeyError):
        return Photo()
