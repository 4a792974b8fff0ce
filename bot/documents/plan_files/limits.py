"""How much of a plan's file may be opened: a province's plan has 40-80 findings, so these bounds are generous."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. A file beyond any of them is refused, never read in part."""

    file_bytes: int = 20 * MIB  # Telegram hands a bot no larger file
    members: int = 3000
    unpacked_bytes: int = 160 * MIB
    ratio: int = 200  # of one member larger than 4 MiB: pictures and office XML stay well below
    cells: int = 1_000_000
    rows: int = 20_000
    cell_chars: int = 32_767  # as much as a spreadsheet's cell can hold
    text_chars: int = 8_000_000
    memory_bytes: int = 1024 * MIB
    cpu_seconds: int = 30
    wall_seconds: float = 60.0
