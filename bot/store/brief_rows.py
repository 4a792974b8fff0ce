"""The rows that briefs are made of: one a task and one a measure, with whatever hangs on them folded into short texts.

Written as SQL, for it says what the database does: a few index seeks for each measure, however many reports there are.
The texts are read in domain/brief_texts.py. SQLite and PostgreSQL differ in the name of one function.
"""

from functools import cache

from sqlalchemy import TextClause, bindparam, text

from bot.domain.columns import UtcDateTime
from bot.domain.correction import UNIT_FIELDS
from bot.domain.ledger import FINISHED_STATES

# How tasks are chosen; `wanted` is a list of ids. `due`: those of which the reminder clock has something to say.
CHOSEN = {
    "all": "1 = 1",
    "ids": "t.id IN :wanted",
    "plan_ids": "t.plan_id IN :wanted",
    "due": "t.id IN (SELECT task_id FROM moment WHERE due_at <= :at0 AND said_at IS NULL)",
    "unit_ids": "t.id IN (SELECT task_id FROM task_unit WHERE unit_id IN :wanted)",
}
FINISHED = ", ".join(f"'{state}'" for state in sorted(FINISHED_STATES))
UNIT_COLUMNS = ", ".join(f"'{name}'" for name in sorted(UNIT_FIELDS))

BRIEFS = """
SELECT t.id, t.number, t.title, t.plan_id, t.cadence, t.state, t.registered_at,
  CASE WHEN t.state IN ({finished}) THEN (
    SELECT c.at FROM move c WHERE c.task_id = t.id AND c.state = 'finished' AND NOT EXISTS (
      SELECT 1 FROM move o WHERE o.task_id = t.id AND o.at >= c.at AND (o.at > c.at OR o.id > c.id)
        AND o.state NOT IN ({finished}))
    ORDER BY c.at DESC, c.id DESC LIMIT 1) END,
  m.id, m.ordinal, CAST(m.ongoing AS INTEGER),
  (SELECT {fold}(w, ' ') FROM (
    SELECT CAST(s.due AS TEXT) || ',' || coalesce(CAST(s.internal_due AS TEXT), '') || ','
      || coalesce(CAST(s.quantity AS TEXT), '') AS w
    FROM milestone s WHERE s.measure_id = m.id ORDER BY s.ordinal) AS x),
  CASE WHEN {with_ids} THEN (SELECT {fold}(w, ' ') FROM (
    SELECT CAST(s.id AS TEXT) AS w FROM milestone s WHERE s.measure_id = m.id ORDER BY s.ordinal) AS x) END,
  (SELECT {fold}(w, ' ') FROM (
    SELECT u.unit_id || substr(u.part, 1, 1) AS w
    FROM measure_unit u WHERE u.measure_id = m.id ORDER BY u.unit_id, u.part) AS x),
  CASE WHEN t.state NOT IN ({finished}) OR {stepped} THEN (SELECT {fold}(w, ' ') FROM (
    SELECT substr(u.part, 1, 1) || {said} AS w
    FROM measure_unit u WHERE u.measure_id = m.id ORDER BY u.unit_id, u.part) AS x) END
FROM task t LEFT JOIN measure m ON m.task_id = t.id WHERE {chosen} ORDER BY t.number, m.ordinal"""

# Folded in the order of the index, which is that of the parts' entry.
UNITS = """
SELECT x.task_id, {fold}(x.w, ' ') FROM (
  SELECT t.task_id, t.unit_id || substr(t.part, 1, 1) || CASE WHEN t.received_at IS NULL THEN '-' ELSE '' END AS w
  FROM task_unit t WHERE {chosen_part}{working} ORDER BY t.task_id, t.id) AS x
GROUP BY x.task_id"""

# What the unit said last of an unfinished task's measure: percent, whether of the whole, and when (brief_texts.py).
SAID = """coalesce((
      SELECT coalesce(CAST(r.percent AS TEXT), '') || ',' || CAST(r.whole AS INTEGER) || ','
        || CASE WHEN r.at > :at{n} THEN '2' WHEN r.at > CASE t.cadence WHEN 'monthly' THEN :monthly{n}
          WHEN 'quarterly' THEN :quarterly{n} ELSE :weekly{n} END THEN '1' ELSE '0' END
      FROM report r WHERE r.measure_id = u.measure_id AND r.cycle = t.cycle AND r.unit_id = u.unit_id AND {stood}
      ORDER BY r.at DESC, r.id DESC LIMIT 1), '')"""
STANDS = "r.ended_at IS NULL"
STOOD = "r.at <= :at{n} AND (r.ended_at IS NULL OR r.ended_at > :at{n})"

# Steps of tasks that have changed their state since the earliest moment.
STEPS = """
SELECT c.task_id, c.state, c.at FROM move c JOIN task t ON t.id = c.task_id
WHERE {chosen} AND {stepped} ORDER BY c.task_id, c.at, c.id"""

# Few dates are ever moved: as a CROSS JOIN SQLite begins with them, and not with all tasks chosen.
DATE_MOVES = """
SELECT c.task_id, c.milestone_id, c.field, c.before, c.at
FROM due_change c CROSS JOIN task t WHERE t.id = c.task_id AND {chosen} AND c.cycle = t.cycle ORDER BY c.at, c.id"""

# Tasks whose past is another than their rows tell: reopened, or since the earliest moment passed on to another unit,
# its units corrected, asked in another rhythm, its first date named only later (a question answered).
ODD = """
SELECT t.id FROM task t WHERE {chosen} AND (t.cycle > 1
  OR t.id IN (SELECT task_id FROM hand_over WHERE at > :earliest)
  OR t.id IN (SELECT task_id FROM correction WHERE field IN ({unit_columns}) AND at > :earliest)
  OR t.id IN (SELECT task_id FROM cadence_change WHERE at > :earliest)
  OR t.id IN (SELECT task_id FROM due_change WHERE field = 'due' AND before IS NULL))"""

TEMPLATES = {"briefs": BRIEFS, "units": UNITS, "steps": STEPS, "date_moves": DATE_MOVES, "odd": ODD}


@cache
def statement(name: str, by: str, moments: int, past: bool, dialect: str) -> tuple[TextClause, list[str]]:
    """One of the templates, and the names of what it takes; `moments` is how many are asked about.

    `past`: things as they stood at the moments; as they stand now, which the clock asks, the ids of stages are given.
    """
    said = SAID.replace("{stood}", STOOD if past else STANDS)
    words = TEMPLATES[name].replace("{said}", " || '/' || ".join(said.replace("{n}", str(n)) for n in range(moments)))
    part = CHOSEN[by].replace("t.id", "t.task_id")
    for place, value in {
        "fold": "group_concat" if dialect == "sqlite" else "string_agg",
        "chosen_part": part.replace("t.plan_id", "(SELECT plan_id FROM task WHERE task.id = t.task_id)"),
        "chosen": CHOSEN[by],
        # Of the past only who answers for a task is asked.
        "working": " AND t.part IN ('lead', 'responsible')" if past else "",
        "with_ids": "t.id IN (SELECT task_id FROM due_change)" if past else "1 = 1",
        "stepped": "t.id IN (SELECT task_id FROM move WHERE at > :earliest)" if past else "1 = 0",
        "finished": FINISHED,
        "unit_columns": UNIT_COLUMNS,
    }.items():
        words = words.replace(f"{{{place}}}", value)
    rhythms = [f"{each}{n}" for n in range(moments) for each in ("at", "weekly", "monthly", "quarterly")]
    bound = [bindparam(each, type_=UtcDateTime()) for each in ("earliest", *rhythms) if f":{each}" in words]
    if ":wanted" in words:
        bound.append(bindparam("wanted", expanding=True))
    return text(words).bindparams(*bound), [each.key for each in bound]
