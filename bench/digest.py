"""The weekly digest, with the changes on the week before, against one SQL aggregation over the same ledger."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import process_time

from sqlalchemy import text

from bench.figures import Figure, at_most, in_turn, median, seconds
from bench.ledgers import SHANGHAI, Shape, a_ledger, moment_text, office
from bot.domain.periods import Office
from bot.store.engine import Store
from bot.usecases.act import Act
from bot.usecases.digest import bulletin_facts, digest_at

NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
NATION = Shape(tasks=2_164, units=60, weeks=52)
LARGE = Shape(tasks=100_000, units=300, weeks=12, most_measures=1)
# The barest SQL that gives the bulletin's totals and its table by unit: every measure's latest figure by a window,
# the mean for each task, a straight line for what is expected, one row for each unit and label.
AGGREGATION = text("""
WITH latest AS (
  SELECT task_id, measure_id, percent,
         row_number() OVER (PARTITION BY measure_id, unit_id ORDER BY at DESC, id DESC) AS place
  FROM report WHERE at <= :now AND (ended_at IS NULL OR ended_at > :now)
), progress AS (
  SELECT m.task_id, avg(coalesce(l.percent, 0)) AS percent FROM measure m
  LEFT JOIN latest l ON l.measure_id = m.id AND l.place = 1 GROUP BY m.task_id
), step AS (
  SELECT task_id, state, row_number() OVER (PARTITION BY task_id ORDER BY at DESC, id DESC) AS place
  FROM move WHERE at <= :now
), due AS (SELECT task_id, max(due) AS due FROM milestone GROUP BY task_id
), standing AS (
  SELECT t.id, CASE
    WHEN s.state IN ('finished', 'struck_off') THEN s.state
    WHEN d.due < date(:now) THEN 'overdue'
    WHEN p.percent + 10 < 100 * (julianday(:now) - julianday(pl.issued)) / (julianday(d.due) - julianday(pl.issued))
      THEN 'behind' ELSE 'on_schedule' END AS label
  FROM task t JOIN plan pl ON pl.id = t.plan_id JOIN step s ON s.task_id = t.id AND s.place = 1
  JOIN due d ON d.task_id = t.id JOIN progress p ON p.task_id = t.id
)
SELECT u.unit_id, st.label, count(*) FROM standing st
JOIN task_unit u ON u.task_id = st.id AND u.part IN ('lead', 'responsible') GROUP BY u.unit_id, st.label
""")


def run(short: bool) -> Iterator[Figure]:
    yield from _measured("2,164 tasks, 52 weeks of reports", NATION, limit=0.150, rounds=3 if short else 9)
    if not short:
        yield from _measured("100,000 tasks, 1.2 M reports", LARGE, limit=2.0, rounds=3)


def _measured(what: str, shape: Shape, limit: float, rounds: int) -> Iterator[Figure]:
    _, rules = office()
    # The bulletin's own moment: everybody has reported in the week it tells of, and in the week it is compared with.
    moment = rules.week(NOW).start
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder:
        store = a_ledger(Path(folder) / "ledger.db", shape, NOW)
        try:
            _digest(store, rules, moment)
            spent: list[float] = []
            ours, facts, peer = in_turn(
                rounds,
                lambda: _digest(store, rules, moment, spent),
                lambda: _bulletin(store, rules, moment),
                lambda: _aggregation(store, moment),
            )
        finally:
            store.close()
    # Processor time: it is one thread's work, and whatever else the machine does is not part of it.
    beside = (
        f"by the wall {median(ours) * 1000:.0f} ms, with every fact the bulletin prints {median(facts) * 1000:.0f} ms, "
        f"SQL aggregation of one week's figures alone {median(peer) * 1000:.0f} ms"
    )
    yield at_most(f"weekly digest, {what}, processor time", median(spent) * 1000, limit * 1000, "ms", beside)


def _digest(store: Store, rules: Office, moment: datetime, spent: list[float] | None = None) -> float:
    with store.reading() as session:
        began = process_time()
        wall = seconds(lambda: digest_at(Act(session, rules, NOW), moment))
        if spent is not None:
            spent.append(process_time() - began)
        return wall


def _bulletin(store: Store, rules: Office, moment: datetime) -> float:
    with store.reading() as session:
        act = Act(session, rules, NOW)
        return seconds(lambda: bulletin_facts(act, digest_at(act, moment)))


def _aggregation(store: Store, moment: datetime) -> float:
    at = moment_text(moment)
    with store.reading() as session:
        return seconds(lambda: session.connection().execute(AGGREGATION, {"now": at}).all())
