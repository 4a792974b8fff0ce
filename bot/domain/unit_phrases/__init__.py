"""Unit phrases (责任分工): who leads, does, co-operates, supervises and verifies, as officials write it.

`read_units(text, registry)` is the whole of it. source: one written form; lexer: tokens; items: what adjacent tokens
mean together; reader: lists bound to role words; reading: the role each list has in the end.
"""

from bot.domain.unit_phrases.reading import UnitsReading, read_units

__all__ = ["UnitsReading", "read_units"]
