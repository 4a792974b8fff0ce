"""The base of every table: rows that are made quickly."""

from functools import cache
from typing import Any

from pydantic.fields import FieldInfo
from sqlmodel import SQLModel

PLAIN = (type(None), bool, int, float, str, bytes, tuple)


class Row(SQLModel):
    """A table's row. As with any SQLModel table, defaults are filled in and nothing is validated.

    SQLModel tells SQLAlchemy of every attribute that is set, 50 µs for a row; an import of 5,000 tasks makes 110,000
    rows, and a new row has no history to keep. So they are put in place at once. Unlike SQLModel's own, a name that
    is no column raises TypeError instead of being forgotten.
    """

    def __init__(self, **given: Any) -> None:
        names, defaults, makers = _columns(type(self))
        if not given.keys() <= names:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(given.keys() - names))}")
        own = self.__dict__
        own.update(defaults)
        for name, field in makers:
            if name not in given:
                own[name] = field.get_default(call_default_factory=True)
        own.update(given)
        object.__setattr__(self, "__pydantic_fields_set__", set(given))


@cache
def _columns(table: type[Row]) -> tuple[frozenset[str], dict[str, Any], list[tuple[str, FieldInfo]]]:
    """All names, the defaults that rows may share, and the fields whose default each row needs for itself."""
    fields = table.model_fields
    optional = {name: field for name, field in fields.items() if not field.is_required()}
    shared = {
        name: field.default
        for name, field in optional.items()
        if field.default_factory is None and isinstance(field.default, PLAIN)
    }
    return frozenset(fields), shared, [(name, field) for name, field in optional.items() if name not in shared]
