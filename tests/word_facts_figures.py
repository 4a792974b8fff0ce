"""What the words of figures are given (words/*/figures.toml), in the shapes the use cases pass them."""

from typing import Any

MOMENT = "2022-06-10T17:00:00+08:00"
TOTALS = {"tasks": 41, "finished": 25, "struck_off": 13, "in_progress": 14, "on_schedule": 9, "behind": 3}
TOTALS |= {"overdue": 2, "kept_up": 2}
LATE: dict[str, Any] = {"number": 18, "title": "生活垃圾填埋场渗滤液处置", "due": "2022-06-03", "days_left": -10}
LATE |= {"progress": 80, "flag": "overdue", "flags": ["overdue"], "state": "in_progress", "upkeep": False}
LATE |= {"units": ["市城市管理委", "静海区", "武清区", "宝坻区"]}
COUNTS = TOTALS | {"due": 24, "in_time": 21, "not_in_time": 3, "unreported": 3, "in30": 7}
HEAD = {"as_of": MOMENT, "scope": "", "totals": TOTALS}
PAGE = {"page": 1, "pages": 1, "count": 1}
LIST = HEAD | PAGE | {"name": "overdue", "days": 0, "tasks": [LATE], "of": 2, "parts": [], "change": None}
SINCE = {"since": "2022-06-03T17:00:00+08:00", "n": 1, "came": [18], "left": []}
UNIT = {"unit_id": 3, "unit": "市水务局", **TOTALS, "due": 5}

FIGURE_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "composition_menu": [
        HEAD | {"counts": COUNTS, "days": 30},
        HEAD | {"scope": "武清区", "counts": COUNTS, "days": 30},
    ],
    "composition": [
        LIST | {"pages": 3, "change": SINCE},
        LIST | {"scope": "武清区", "tasks": [], "change": SINCE | {"n": 0, "came": []}},
        LIST | {"change": SINCE | {"n": -1, "came": [18], "left": list(range(1, 40))}},
        LIST
        | {"name": "in_time", "of": 24, "parts": [{"name": n, "unit": "", "n": 3} for n in ("in_time", "not_in_time")]},
        LIST
        | {"name": "unreported", "parts": [{"name": "", "unit": unit, "n": 1} for unit in ("武清区", "市农业农村委")]},
        LIST | {"name": "within", "days": 30, "parts": [{"name": "behind", "unit": "", "n": 1}]},
    ],
    "composition_units": [
        HEAD | PAGE | {"units": [UNIT, UNIT | {"behind": 0, "overdue": 0}], "pages": 2},
    ],
}
PROMISE = {"what": "report", "text": "二标段清淤完成 1.8 公里", "day": None, "at": MOMENT}
PRESSING = [LATE | {"promise": PROMISE | {"what": what}, "files": 2} for what in ("report", "sheet", "instruction")]
PRESSING += [LATE | {"promise": PROMISE | {"what": "extension", "day": "2022-07-30"}, "files": 0}]
PRESSING += [LATE | {"promise": None, "files": 0, "flag": "behind", "days_left": 4}]
OPEN_NOTE = {"number": 18, "title": "渗滤液处置", "text": "请市城市管理委 <本周> 报时间表", "days": 3, "at": MOMENT}
SHEET = {"n": 18, "title": "渗滤液处置", "series": "red", "colour": "red", "word": "", "serial": 3, "late": True}
SHEET |= {"reply_by": "2022-06-08", "reply_at": "17:00", "days_left": -2}
BRIEF = {"unit": "市城市管理委", "as_of": MOMENT, "totals": TOTALS, "unreported": 2, "due": PRESSING, "due_count": 9}
BRIEF |= {"rates": {"completion": {"n": 25, "of": 41}, "on_time": {"n": 21, "of": 24}}, "days": 30}
BRIEF |= {"instructions": [OPEN_NOTE], "instruction_count": 1, "difficulties": [OPEN_NOTE], "difficulty_count": 7}
BRIEF |= {"sheets": [SHEET], "files": 12, "last_file": {"number": 18, "at": MOMENT}, "unit_id": 3}
BARE = BRIEF | {"totals": TOTALS | {"kept_up": 0}, "unreported": 0, "due": [], "due_count": 0, "sheets": []}
BARE |= {"instructions": [], "instruction_count": 0, "difficulties": [], "difficulty_count": 0, "last_file": None}
BARE |= {"rates": {"completion": {"n": 0, "of": 2}, "on_time": {"n": 0, "of": 0}}, "files": 0}
SHOT = {"day": "2022-05-20", "taken": True, "unit": "市水务局", "measure": "12.1"}
SHOTS = {"number": 12, "title": "入河排口整治", "place": "", "pictures": [SHOT, SHOT | {"taken": False, "measure": ""}]}
SHOTS |= {"apart": 24, "count": 5}
COST = {"name": "市水务局", "people": 2, "sent": 18, "answers": 31, "daily": 12, "told": 138, "withdrawn": 31}
COST |= {"reports": 22, "unchanged": 9, "seconds": 871, "folded": 126}
BILL = COST | {"month": "2022-05-01", "unit": "", "groups": 4, "days": 20, "a_day": 0.85, "reporters": 5}
BILL |= {"week_seconds": 218, "forms": 57, "rows": [COST, COST | {"seconds": 0}, COST | {"reports": 0}, *[COST] * 9]}
QUIET_BILL = BILL | {
    "unit": "武清区",
    "groups": 0,
    "reports": 0,
    "seconds": 0,
    "forms": 0,
    "rows": [COST | {"name": ""}],
}
FIGURE_MESSAGES |= {
    "brief": [BRIEF, BARE],
    "brief_paper": [BRIEF],
    "board": [HEAD, HEAD | {"scope": "武清区"}],
    "board_lost": [HEAD],
    "bulletin_paper": [HEAD, HEAD | {"scope": "武清区"}],
    "ledger_file": [HEAD | {"tasks": 41, "measures": 110}, HEAD | {"scope": "武清区", "tasks": 1, "measures": 1}],
    "comparison": [SHOTS, SHOTS | {"place": "12.1", "apart": 0}],
    "pair_unreadable": [SHOTS, SHOTS | {"place": "12.1"}],
    "burden": [BILL, QUIET_BILL, BILL | {"reports": 1, "answers": 1, "forms": 1}],
}
FIGURE_PRESSED: dict[str, Any] = {"days": 30, "finished": 2, "tasks": 5}
FIGURE_REFUSED: dict[str, Any] = {"issue": 23, "newest": 22}
