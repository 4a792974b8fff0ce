"""The files of the sandbox: what was uploaded, under the ids and paths the Bot API gives them."""

import mimetypes
import secrets
from dataclasses import dataclass
from pathlib import Path, PurePath

from bot.sandbox.images import image_size, image_suffix, plain_png, thumbnail_size
from bot.sandbox.refusals import bad
from bot.sandbox.state import Media

DOWNLOAD_LIMIT = 20 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024


@dataclass(slots=True)
class StoredFile:
    """One file; `path` is what getFile answers. `data` is None when it lies on disk under `place`."""

    id: str
    unique_id: str
    kind: str
    path: str
    name: str
    mime: str
    size: int
    width: int = 0
    height: int = 0
    data: bytes | None = None
    place: Path | None = None

    def read(self) -> bytes:
        if self.data is not None:
            return self.data
        return self.place.read_bytes() if self.place is not None and self.place.exists() else b""


class Files:
    """All files by id and by path, `sizes` of a photo by the id of any; on disk when there is a folder for state."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.by_id: dict[str, StoredFile] = {}
        self.by_path: dict[str, StoredFile] = {}
        self.sizes: dict[str, list[str]] = {}
        self.count = 0

    def add(self, file: StoredFile) -> StoredFile:
        self.by_id[file.id] = file
        self.by_path[file.path] = file
        return file

    def clear(self) -> None:
        for file in self.by_id.values():
            if file.place is not None:
                file.place.unlink(missing_ok=True)
        self.by_id.clear()
        self.by_path.clear()
        self.sizes.clear()

    def _store(self, kind: str, data: bytes, name: str, suffix: str, mime: str, size: tuple[int, int]) -> StoredFile:
        self.count += 1
        mark = {"photo": "AgACAgUAAx", "document": "BQACAgUAAx", "thumbnail": "AAMCBQADGQ"}[kind]
        folder = "documents" if kind == "document" else "photos"
        unique = f"AQAD{self.count:06d}{secrets.token_hex(3)}"
        file = StoredFile(
            id=f"{mark}{self.count:06d}{secrets.token_urlsafe(24)}",
            unique_id=unique,
            kind=kind,
            path=f"{folder}/file_{self.count}{suffix}",
            name=name,
            mime=mime,
            size=len(data),
            width=size[0],
            height=size[1],
            data=data,
        )
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            file.place = self.folder / unique
            file.place.write_bytes(data)
            file.data = None
        return self.add(file)

    def photo(self, data: bytes) -> Media:
        """Stores a photo (with a small stand-in copy beside a large one); refuses what Telegram cannot process."""
        if not data:
            raise bad("file must be non-empty")
        if len(data) > PHOTO_LIMIT:
            raise bad(f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes")
        size = image_size(data)
        if size is None:
            raise bad("IMAGE_PROCESS_FAILED")
        width, height = size
        if not width or not height or width + height > 10_000 or max(size) > 20 * min(size):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        suffix = image_suffix(data)
        ids = []
        small = thumbnail_size(width, height)
        if small is not None:
            ids.append(self._store("thumbnail", plain_png(*small), "", ".png", "image/png", small).id)
        ids.append(self._store("photo", data, "", f".{suffix}", f"image/{suffix.replace('jpg', 'jpeg')}", size).id)
        self.sizes.update(dict.fromkeys(ids, ids))
        return Media("photo", ids)

    def document(self, data: bytes, name: str, mime: str = "") -> Media:
        """Stores a document under its name."""
        if not data:
            raise bad("file must be non-empty")
        name = PurePath(name.replace("\\", "/")).name or "file"
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        plain = mime if mime and mime != "application/octet-stream" else guessed
        stored = self._store("document", data, name, PurePath(name).suffix.lower(), plain, (0, 0))
        return Media("document", [stored.id], name)

    def again(self, file_id: str, kind: str) -> Media:
        """A file sent before, by its id; its kind cannot change on the way."""
        file = self.by_id.get(file_id)
        if file is None:
            raise bad("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
        actual = "photo" if file.kind == "thumbnail" else file.kind
        if actual != kind:
            raise bad(f"can't use file of type {actual.capitalize()} as {kind.capitalize()}")
        if kind == "photo":
            return Media("photo", self.sizes.get(file_id, [file_id]))
        return Media("document", [file_id], file.name)
