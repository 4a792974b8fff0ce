"""Running numbers of documents, given one by one however many nodes ask."""

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from bot.domain.urging import SheetSeries
from bot.store.carry import table_of


def next_number(session: Session, year: int, series: str) -> int:
    """The next number of the series in that year; one given in a transaction that fails is given again."""
    table = table_of(SheetSeries)
    dialect = session.get_bind().dialect.name
    statement = (
        (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table)
        .values(year=year, series=series, last=1)
        .on_conflict_do_update(index_elements=["year", "series"], set_={"last": table.c.last + 1})
        .returning(table.c.last)
    )
    return int(session.connection().execute(statement).scalar_one())
