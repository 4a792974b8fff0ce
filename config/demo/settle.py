"""Office files with the same bytes each time: fixed times in the zip and in the document's core properties."""

import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

_MOMENTS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def write(packed: BytesIO, target: Path, day: date) -> None:
    """Stored, not deflated: compressed bytes differ between builds of zlib."""
    settled = BytesIO()
    with zipfile.ZipFile(packed) as before, zipfile.ZipFile(settled, "w", zipfile.ZIP_STORED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = _MOMENTS.sub(rb"\g<1>%sT00:00:00Z\g<3>" % day.isoformat().encode(), content)
            after.writestr(zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0)), content)
    target.write_bytes(settled.getvalue())
