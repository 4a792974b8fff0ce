"""What the words of an import by conversation are given."""

from typing import Any

MOMENT = "2022-06-13T09:05:00+08:00"
DUE = {
    "text": "清淤 <3> 公里",
    "phrase": "2022年底前",
    "kind": "date",
    "due": "2022-12-31",
    "stages": 0,
    "ongoing": False,
}
READINGS = [
    DUE | {"ongoing": True},
    DUE | {"kind": "staged", "stages": 3},
    *(DUE | {"kind": kind, "due": "", "phrase": ""} for kind in ("ask", "immediate", "ongoing", "recurring")),
]
PARTS = [{"part": "lead", "names": ["市水务局"]}, {"part": "responsible", "names": []}]
CARDS = [
    {"number": "12", "title": "入河排口", "parts": PARTS, "measures": [DUE, READINGS[0]], "more": 3},
    {"number": "", "title": "扬尘", "parts": [], "measures": READINGS[1:], "more": 0},
]
CHANGES = [
    {"number": 7, "title": "清淤", "what": ["problem", "deadline"], "before": "旧 & 文", "after": ""},
    {"number": 12, "title": "排口", "what": ["units"], "before": "", "after": ""},
]
OTHER = {
    "name": "方案.xlsx",
    "by": "王某",
    "since": MOMENT,
    "until": MOMENT,
    "state": "asking",
    "answered": 2,
    "asked": 5,
}
FRESH = OTHER | {"asked": 0, "answered": 0, "state": "reading"}
READ: dict[str, Any] = {
    "name": "方案.xlsx",
    "plan": "整改方案",
    "plans": ["整改方案", "专项方案"],
    "issued": "2021-05-20",
    "tasks": 41,
    "measures": 152,
    "milestones": 160,
    "units": 38,
    "parts": [{"part": "lead", "count": 12, "names": ["市水务局", "静海区", "西青区"]}],
    "cards": CARDS,
    "added": 39,
    "changes": CHANGES,
    "changed": 9,
    "wording": 1,
    "missing": [3, 4],
    "missing_count": 40,
    "aside": 2,
    "mended": [12, 80],
    "questions": 3,
    "others": [OTHER],
}
PLAIN = READ | {"plans": ["整改方案"], "changes": [], "changed": 0, "wording": 0, "missing": [], "missing_count": 0}
PLAIN |= {"aside": 0, "mended": [0, 0], "questions": 0, "others": []}
QUESTION: dict[str, Any] = {
    "kind": "deadline",
    "note": "before_or_end",
    "phrase": "2024年8月前",
    "choices": ["2024-07-31", "2024-08-31"],
    "where": "总表!I10",
    "places": 3,
    "alike": ["3", "7", "9"],
    "number": "3",
    "title": "扬尘管控",
    "text": "落实六个百分之百",
    "part": "",
    "n": 1,
    "of": 4,
    "picked": [],
    "issued": "2021-05-20",
}
ALONE = {"places": 1, "alike": ["3"], "number": "", "text": ""}
UNKNOWN = QUESTION | {
    "kind": "unit",
    "note": "unit_unknown",
    "phrase": "某某指挥部",
    "choices": ["市水务局"],
    "part": "lead",
}
OPEN_LIST = UNKNOWN | ALONE | {"note": "unit_open", "phrase": "各有关区", "choices": ["静海区", "西青区"]}
MISSING = UNKNOWN | ALONE | {"note": "unit_missing", "phrase": "", "choices": []}
QUESTIONS = [
    QUESTION,
    QUESTION | ALONE | {"phrase": "", "note": "missing", "choices": []},
    UNKNOWN,
    OPEN_LIST,
    OPEN_LIST | {"picked": ["静海区"]},
    OPEN_LIST | {"choices": [], "part": ""},
    MISSING,
]
ANSWER = {
    "phrase": "2024年8月前",
    "note": "before_or_end",
    "number": "3",
    "text": "2024-08-31",
    "new": False,
    "places": 2,
}
ANSWERS = [
    ANSWER,
    ANSWER | {"phrase": "", "note": "unit_missing", "number": "", "places": 1},
    ANSWER | {"text": "某某指挥部", "new": True},
    ANSWER | {"text": ""},
]
READY = READ | {"answers": ANSWERS, "reason": "", "open": 2, "moved": False}
LEFT = {"number": 7, "what": "deadline"}
WRITTEN: dict[str, Any] = {
    "name": "方案.xlsx",
    "plan": "整改方案",
    "tasks": 39,
    "first": 1,
    "last": 41,
    "measures": 150,
}
WRITTEN |= {
    "answered": 3,
    "open": 2,
    "asked": 1,
    "corrected": ["7 problem"],
    "not_corrected": [LEFT, LEFT | {"number": 12}],
}
LEDGER_QUESTION = {
    name: QUESTION[name] for name in ("kind", "note", "phrase", "choices", "where", "part", "title", "text")
}
LEDGER_QUESTION |= {"id": 5, "number": 12, "of": 3}

IMPORT_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "import_prompt": [{"others": [OTHER, FRESH], "open": 3}, {"others": [], "open": 0}],
    "import_collecting": [{"pieces": 2, "chars": 5210}],
    "import_reading": [
        {"name": "方案.xlsx", "stage": stage, "done": done, "of": of}
        for stage, done, of in (("fetch", 0, 0), ("read", 500, 2000), ("read", 0, 0), ("draft", 0, 0))
    ],
    "import_issued": [{"name": "方案.xlsx"}],
    "import_read": [READ, PLAIN, READ | {"questions": 0}],
    "import_question": QUESTIONS,
    "import_ask_words": [
        {"kind": "deadline", "phrase": "尽快", "number": "3"},
        {"kind": "deadline", "phrase": "", "number": ""},
        {"kind": "unit", "phrase": "有关部门", "number": "3"},
        {"kind": "unit", "phrase": "", "number": "3"},
    ],
    "import_ask_reason": [{"count": 1, "changes": CHANGES}],
    "import_ready": [
        READY,
        READY | {"answers": [], "open": 0, "wording": 0, "changed": 0},
        READY | {"reason": "市政府修订", "moved": True, "answers": ANSWERS * 6},
    ],
    "import_writing": [{"name": "方案.xlsx", "tasks": 39, "measures": 152}],
    "import_written": [
        WRITTEN,
        WRITTEN | {"answered": 0, "open": 0, "corrected": [], "not_corrected": []},
        WRITTEN | {"tasks": 0, "open": 0, "not_corrected": []},
        WRITTEN | {"answered": 0},
    ],
    "import_nothing_new": [READ, PLAIN],
    "import_refused": [
        {"name": "方案.xlsx", "reason": reason, "facts": facts}
        for reason, facts in (
            ("plan_secret", {"where": "总表!A1", "mark": "秘密"}),
            ("plan_old_word", {"name": "方案.doc"}),
            ("import_not_fetched", {"name": "方案.xlsx"}),
        )
    ],
    "import_failed": [{"name": "方案.xlsx"}],
    "import_expired": [{"name": "方案.xlsx", "days": 3}],
    "import_cancelled": [{"name": "方案.xlsx", "answered": 2}, {"name": "", "answered": 0}],
    "import_under_way": [OTHER, FRESH],
    "import_one_at_a_time": [OTHER, FRESH | {"name": ""}],
    "import_taken": [{"name": "方案.xlsx", "by": "李某"}],
    "import_offer": [{"chars": 900, "lines": 20}],
    "open_question": [
        LEDGER_QUESTION,
        LEDGER_QUESTION | {"phrase": "", "note": "missing", "text": ""},
        *(
            LEDGER_QUESTION | {"kind": "unit", "note": note, "phrase": phrase, "part": "responsible"}
            for note, phrase in (("unit_unknown", "某某指挥部"), ("unit_open", "各有关区"), ("unit_missing", ""))
        ),
    ],
    "question_settled": [
        {"number": 7, "title": "清淤", "phrase": phrase, "answer": answer, "note": note}
        for phrase, answer, note in (
            ("2024年8月前", "2024-08-31", "before_or_end"),
            ("", "市水务局", "unit_missing"),
            ("", "2022年底前", "missing"),
            ("等部门", "", "unit_open"),
        )
    ],
}
IMPORT_PRESSED = {"day": "2022-06-30", "unit": "静海区", "ticked": True}
