"""What the words of the clock, its settings and its silence are given, in the shapes the use cases pass them."""

from typing import Any

MOMENT = "2022-06-10T17:00:00+08:00"
FIGURES = {"progress": 40, "expected": 90, "days_left": -3, "due": "2022-06-03", "missed": 2}
CLIMB = {"series": "red", "colour": "red", "word": "", "serial": 3, "unit": "武清区", "cause": "overdue"}
CLIMB |= {"figures": FIGURES, "at": MOMENT, "issued": True, "ended": None, "ended_why": ""}
CLIMBS = [
    CLIMB,
    CLIMB | {"series": "notice", "colour": "", "serial": None, "issued": False},
    *(
        CLIMB | {"ended": MOMENT, "ended_why": why}
        for why in ("reported", "finished", "back_on_schedule", "caught_up", "date_moved", "handed_over")
    ),
    *(
        CLIMB | {"ended": MOMENT, "ended_why": why}
        for why in ("own_part_done", "new_cycle", "dropped", "overtaken", "nothing_left")
    ),
]
COMING = {"on": "2022-06-16", "what": "deadline", "offset": 1, "day": "2022-06-15", "series": "", "word": ""}
NEXT_DATES = [
    *(COMING | {"offset": offset} for offset in (-3, 0, 7)),
    COMING | {"what": "report"},
    COMING | {"what": "reply", "series": "red"},
    COMING | {"what": "climb", "series": "own", "word": "约见"},
]
WRITTEN = '42 个排口完成 38 个，<余下> "4 个" & 待管线迁改'
SHARE = {"unit": "北辰区", "percent": 70, "at": MOMENT, "silent": False, "said": WRITTEN}
MUTE_SHARE = {"unit": "武清区", "percent": None, "at": None, "silent": True, "said": ""}
GATHERED = {"place": "12.2", "ordinal": 2, "text": "排口整治" * 20, "progress": 35, "units": [SHARE, MUTE_SHARE]}
GATHERED |= {"draft": f"北辰区70%：{WRITTEN}"}
QUIET_MEASURE = GATHERED | {"place": "12.3", "units": [MUTE_SHARE], "draft": ""}
ASSEMBLED = {"number": 12, "title": "入河排口整治", "progress": 35, "stamp": 81, "measures": [GATHERED, QUIET_MEASURE]}
ASSEMBLED |= {"silent": ["武清区"], "ready": True}
# What the noise budget folds is said by the first line of its own words.
MISSED: list[dict[str, Any]] = [
    {
        "tasks": [{"number": 7, "before": [15, 0], "after": []}, {"number": 12, "before": [1], "after": [1, 3]}],
        "asks": 2,
    },
    {"tasks": [{"number": 7, "before": [], "after": [1, 3, 7, 14, 21, 28]}], "asks": 0},
    {"tasks": [], "asks": 1},
]
HELD_BACK = [{"kind": "group_lost", "facts": {"title": f"工作群{n}"}} for n in range(7)]

SCORE: dict[str, Any] = {
    "unit": "市水务局",
    "value": 96.5,
    "due": 4,
    "veto": False,
    "counts": {"late": 1, "praised": 1},
}
SCORES = {"year": 2022, "base": 100, "fewest": 3}
POINTS: list[dict[str, Any]] = [
    {"what": "late", "points": -5, "day": "2022-06-10", "number": 18, "until": until, "text": "", "id": 0}
    for until in (None, "2022-06-13")
]
POINTS.append(POINTS[0] | {"what": "praised", "points": 3, "text": "现场会推广", "id": 412})
POINTS.append(POINTS[0] | {"what": "falsified", "points": -20, "number": None, "text": "<b>", "id": 413})

CLOCK_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "scores": [
        SCORES | {"rows": [SCORE | {"place": 1}, SCORE | {"value": None, "place": None, "veto": True, "counts": {}}]},
        SCORES | {"rows": []},
    ],
    "score": [
        SCORES | SCORE | {"points": POINTS},
        SCORES | SCORE | {"value": None, "veto": True, "points": []},
    ],
    "cadence": [{"number": 7, "title": "清淤", "cadence": "monthly", "own": own} for own in (True, False)],
    "assembled": [ASSEMBLED, ASSEMBLED | {"measures": [QUIET_MEASURE], "ready": False}],
    "assembled_sent": [ASSEMBLED, ASSEMBLED | {"silent": []}],
    "nothing_new": [
        {"scope": scope, "as_of": MOMENT, "totals": {"tasks": 41}, "outlook_days": 30, "next": MOMENT}
        for scope in ("", "武清区")
    ],
    "cadence_set": [
        {
            "number": 7,
            "title": "清淤",
            "before": "weekly",
            "after": after,
            "own": own,
            "next": MOMENT,
            "unknown_years": years,
        }
        for after, own, years in (("monthly", True, []), ("quarterly", False, [2029]))
    ],
}
CLOCK_REFUSED: dict[str, Any] = {"cadence": "monthly", "file": "config/policy.toml", "line": 12, "nearest": "tolerance"}
CLOCK_PRESSED: dict[str, Any] = {"index": 2, "cadence": "monthly"}
