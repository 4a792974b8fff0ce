"""Documents made from the ledger, under DUBAN_DATA/papers. Once sent they are needed no more; nothing clears them."""

from pathlib import Path

FOLDER = "papers"


def keep(data: Path, name: str, content: bytes) -> str:
    """The document lies in the folder of papers; → its path below `data`, as the outbox names it."""
    path = data / FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return f"{FOLDER}/{name}"
