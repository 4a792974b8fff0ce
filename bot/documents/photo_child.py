"""Looks at one picture, alone in its process with little memory and time: what people send is not trusted."""

import json
import resource
import sys
import warnings
from datetime import date, datetime
from typing import Any

import dhash
from PIL import Image, ImageStat

MEMORY, SECONDS = 768 * 1024 * 1024, 10
# More is no photo of a site: Pillow refuses it before it unpacks a single point.
Image.MAX_IMAGE_PIXELS = 64_000_000
# A picture whose grey levels vary less shows nothing that could be compared (a blank page, a black frame).
FLAT = 4.0
SMALL = (64, 64)
EXIF_IFD, TAKEN, DIGITISED = 0x8769, 0x9003, 0x9004


def main() -> None:
    """Argument: the file. Prints {"taken": "YYYY-MM-DD" or null, "look": 32 hex digits or ""} and nothing else."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(sys.argv[1]) as picture:
        taken = taken_on(picture)
        print(json.dumps({"taken": taken.isoformat() if taken else None, "look": look_of(picture)}))


def taken_on(picture: Image.Image) -> date | None:
    """The day the camera wrote (EXIF DateTimeOriginal, else when it was digitised). A camera knows no zone."""
    exif = picture.getexif()
    inner: dict[int, Any] = exif.get_ifd(EXIF_IFD)
    for written in (inner.get(TAKEN), inner.get(DIGITISED)):
        try:
            return datetime.strptime(str(written or "")[:10], "%Y:%m:%d").date()
        except ValueError:
            continue
    return None


def look_of(picture: Image.Image) -> str:
    """The difference hash of 128 bits; "" for a picture of one grey, which would resemble every other of its kind."""
    # A JPEG unpacks itself at an eighth of its size: enough here, and sixty times less to hold.
    picture.draft("L", SMALL)
    small = picture.convert("L").resize(SMALL)
    if ImageStat.Stat(small).stddev[0] < FLAT:
        return ""
    return str(dhash.format_hex(*dhash.dhash_row_col(small)))


if __name__ == "__main__":
    main()
