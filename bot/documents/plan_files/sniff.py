"""What a file really is, whatever its name says, and whether it is safe to open."""

import io
import struct
import zipfile
from typing import Literal

from bot.documents.plan_files.limits import Limits
from bot.domain.refusal import Refusal

Kind = Literal["xlsx", "xls", "docx", "text"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF8 = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILE_PASS = 0x002F
# The first bytes of what people send by mistake, and what to save it as instead.
_FOREIGN = (
    (b"%PDF", "PDF", "docx"),
    (b"{\\rtf", "RTF", "docx"),
    (b"\xff\xd8\xff", "JPEG", "xlsx"),
    (b"\x89PNG", "PNG", "xlsx"),
    (b"Rar!", "RAR", "xlsx"),
    (b"7z\xbc\xaf", "7z", "xlsx"),
    (b"\x1f\x8b", "gzip", "xlsx"),
)


def kind_of(data: bytes, name: str, limits: Limits) -> Kind:
    """Refuses with plan_empty, plan_corrupt, plan_encrypted, plan_old_word, plan_wrong_kind, plan_bomb."""
    if not data.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise Refusal("plan_empty", name=name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(data, name, limits)
    if data.startswith(_OLE):
        return _kind_of_ole(data, name)
    for start, found, instead in _FOREIGN:
        if data.startswith(start):
            raise Refusal("plan_wrong_kind", name=name, found=found, instead=instead)
    return _kind_of_text(data, name)


def _kind_of_zip(data: bytes, name: str, limits: Limits) -> Kind:
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as broken:
        raise Refusal("plan_corrupt", name=name) from broken
    _refuse_bomb(members, name, limits)
    names = {member.filename for member in members}
    if any(member.flag_bits & 0x1 for member in members):
        raise Refusal("plan_encrypted", name=name)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.bin" in names:
        raise Refusal("plan_wrong_kind", name=name, found="xlsb", instead="xlsx")
    if "content.xml" in names:
        found, instead = ("ods", "xlsx") if name.lower().endswith("ods") else ("odt", "docx")
        raise Refusal("plan_wrong_kind", name=name, found=found, instead=instead)
    if names & {"[Content_Types].xml"} or name.lower().endswith((".xlsx", ".docx")):
        raise Refusal("plan_corrupt", name=name)
    raise Refusal("plan_wrong_kind", name=name, found="ZIP", instead="xlsx")


def _refuse_bomb(members: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(members) > limits.members:
        raise Refusal("plan_bomb", name=name, member="", megabytes=0, members=len(members))
    unpacked = sum(member.file_size for member in members)
    largest = max(members, key=lambda member: member.file_size, default=None)
    steep = (
        member
        for member in members
        if member.file_size > 4 * 1024 * 1024 and member.file_size > limits.ratio * max(member.compress_size, 1)
    )
    suspect = next(steep, largest if unpacked > limits.unpacked_bytes else None)
    if suspect is not None:
        raise Refusal(
            "plan_bomb",
            name=name,
            member=suspect.filename,
            megabytes=_megabytes(suspect.file_size),
            members=len(members),
        )


def _kind_of_ole(data: bytes, name: str) -> Kind:
    streams = {
        stream for stream in ("EncryptedPackage", "WordDocument", "Workbook", "Book") if _has_stream(data, stream)
    }
    if "EncryptedPackage" in streams:
        raise Refusal("plan_encrypted", name=name)
    if "WordDocument" in streams:
        raise Refusal("plan_old_word", name=name)
    if streams and _has_file_pass(data):
        raise Refusal("plan_encrypted", name=name)
    if streams:
        return "xls"
    raise _broken(name)


def _broken(name: str) -> Refusal:
    """What opens as nothing; under the name of an old Word file the way out is the same as for a whole one."""
    return Refusal("plan_old_word" if name.lower().endswith(".doc") else "plan_corrupt", name=name)


def _has_stream(data: bytes, stream: str) -> bool:
    """A directory entry of a compound file begins with its UTF-16 name on a boundary of 128 bytes."""
    wanted = stream.encode("utf-16-le") + b"\0\0"
    at = data.find(wanted)
    while at >= 0:
        if at % 128 == 0:
            return True
        at = data.find(wanted, at + 1)
    return False


def _has_file_pass(data: bytes) -> bool:
    """A protected BIFF8 workbook says so right after its first record; calamine only finds it unreadable."""
    at = data.find(_BIFF8)
    for _ in range(4):
        kind, length = struct.unpack_from("<HH", data, at) if 0 <= at <= len(data) - 4 else (0, 0)
        if kind == _FILE_PASS:
            return True
        at += 4 + length
    return False


def _kind_of_text(data: bytes, name: str) -> Kind:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"mime-version")):
        raise Refusal("plan_wrong_kind", name=name, found="HTML / XML", instead="xlsx")
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" in data[:4096]:
        raise _broken(name)
    if name.lower().endswith((".xlsx", ".xls", ".docx", ".doc")):
        # A broken office file looks like text only by chance; plain text under such a name is read as what it is.
        try:
            data[:4096].decode("utf-8")
        except UnicodeDecodeError as broken:
            if broken.start < len(data[:4096]) - 4:
                raise _broken(name) from broken
    return "text"


def _megabytes(size: int) -> float:
    return round(size / (1024 * 1024), 1)
