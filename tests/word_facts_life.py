"""What the words of a close-out are given (words/*/close_out.toml), in the shapes the use cases pass them."""

from typing import Any

MOMENT = "2022-06-10T17:00:00+08:00"
WRITTEN = '二标段清淤完成 1.8 公里，<余下> "管线" & 涵洞'
HEAD = {"name": "unit", "unit": "武清区"}
TURN = [HEAD, {"name": "lead", "unit": "市水务局"}]
TURNS = [HEAD, {"name": "unit_people", "unit": "市水务局"}, {"name": "verifier", "unit": "市生态环境局"}]
TURNS += [{"name": "office", "unit": ""}, {"name": "leader", "unit": ""}, {"name": "notice", "unit": "2022-06-27"}]
OFFICE_TURNS = ("office_verifies", "office_publishes", "office_answers", "office_strikes_off", "office_reopens")
TURNS += [{"name": name, "unit": ""} for name in (*OFFICE_TURNS, "extension", "extension_sign")]
TURNS += [{"name": "look_back", "unit": "2022-07-28"}, {"name": "extension_agree", "unit": "武清区"}]
TASK: dict[str, Any] = {"number": 5, "title": "龙河治理"}
FILES = [
    {"kind": "photo", "name": "", "hash": "8e21414f", "state": "fetched"},
    {"kind": "document", "name": "验收<终>单.pdf", "hash": "", "state": "pending"},
    {"kind": "document", "name": "", "hash": "0a1b2c3d", "state": "fetched"},
]
BUNDLE = TASK | {"unit": "市水务局", "by": "李某", "asked": MOMENT, "text": WRITTEN, "count": 3, "files": FILES}
BUNDLE |= {"bare": ["5.1", "5.2"], "stamp": "8e21414f"}
SIGNALS = [
    {"kind": "same_file", "place": "", "unit": "", "tasks": [6, 12]},
    *({"kind": kind, "place": "5.1", "unit": "武清区", "periods": 4} for kind in ("jump", "copied", "frozen")),
    {"kind": "deadline_day", "place": "5.2", "unit": "武清区"},
    {"kind": "near_file", "place": "", "unit": "", "file": 2, "task": 6, "day": "2022-05-10"},
    {"kind": "old_photo", "place": "", "unit": "", "file": 3, "day": "2021-11-30", "days": 195},
]
REASONS = [{"measure": "5.2", "text": "照片不清"}, {"measure": "", "text": WRITTEN}]
VERIFY = BUNDLE | {"objective": "水质达标", "signals": SIGNALS, "upheld": "", "for_office": False, "returned": []}
DAYS = {"first_day": "2022-06-14", "last_day": "2022-06-27", "days": 10, "working": True, "calendar_known": True}
SPOT = {"day": "2022-06-13", "people": "张某、李某", "conclusion": WRITTEN, "pictures": 2}
SIGNATURE = {"name": "unit", "unit": "武清区", "by": "孙某", "hash": "dddc2cd9", "paper": ""}
ON_PAPER = SIGNATURE | {"paper": "津武整改〔2022〕3号"}
SIGN = BUNDLE | DAYS | {"verified_by": "市生态环境局", "verified_text": WRITTEN, "spots": [SPOT], "seen": "251e5a40"}
SIGN |= {
    "objections": [{"text": "有异味", "answer": "已复核"}],
    "signatures": [SIGNATURE, ON_PAPER],
    "signed": 1,
    "signers": 4,
    "peers": 1,
}
MANY = SIGN | {"signatures": [SIGNATURE] * 6, "signed": 6, "signers": 19, "peers": 16}
FIRST_SIGN = SIGN | {"spots": [], "objections": [], "signatures": [], "signed": 0, "verified_text": "", "text": ""}
OBJECTION = TASK | {"text": WRITTEN, "by": "李某", "unit": "武清区", "last_day": "2022-06-27"}
ANSWERED = OBJECTION | {"upheld": False, "answer": "已复核", "answered_by": "王某", "turn": TURN}
RETURNED = TASK | {"by": "赵某", "unit": "市生态环境局", "reasons": REASONS}
LOOKED = TASK | {"due": "2022-07-28", "passed": True, "text": WRITTEN, "by": "赵某", "unit": "市生态环境局"}
LOOKED |= {"left": ["2022-09-26"], "kept_up": False}
REOPEN = TASK | {"cycle": 2, "reason": WRITTEN, "basis": "群众举报第5号", "days": 30, "due": "2022-10-26"}
WAITS = TASK | {"since": MOMENT, "days": 2, "due": "2022-07-28", "text": WRITTEN}
KINDS = ("agree", "verify", "notice", "objection", "sign", "strike_off", "look_back", "relapse")
STRUCK = TASK | {"cycle": 1, "look_backs": ["2022-07-28", "2022-09-26"], "signers": 4, "evidence": 3, "asked": MOMENT}

PAPER = TASK | {"by": "孙某", "on": "2022-06-28", "document": "津武整改〔2022〕3号", "scan": 9, "clerk": "王某"}
PAPER |= {"whose": [HEAD], "signed": 1, "signers": 4, "turn": TURN}
AMENDED: dict[str, Any] = TASK | {"place": "5.2", "field": "text", "before": "护岸", "after": WRITTEN, "reason": "笔误"}
AMENDED |= {"basis": "", "told": 3, "missing": ["reason"]}
UNITS = AMENDED | {"place": "5", "field": "responsible", "before": "", "after": "武清区、北辰区", "told": 0}
DATED = AMENDED | {"field": "deadline", "basis": "津整改办〔2022〕15号", "missing": ["reason", "basis"]}
PLACED: dict[str, Any] = {"n": 2, "kind": "document", "name": "验收<终>单.pdf", "at": MOMENT}
GOING = TASK | {"file": PLACED, "applied": True, "signed": 2, "reason": WRITTEN, "count": 3}
SHORT: dict[str, Any] = {"id": 3, "name": "再生水<利用>率", "target": "≥ 90%", "value": "87.5%", "reason": ""}
SHORT |= {"reached": False, "settled": False, "at": MOMENT, "unit": "武清区", "by": "李某"}
EXPLAINED = SHORT | {"reason": WRITTEN, "settled": True}
REACHED = SHORT | {"name": "PM2.5", "target": "≤ 39 µg/m³", "value": "35 µg/m³", "reached": True, "settled": True}
UNSAID = SHORT | {"value": "", "at": "", "unit": "", "by": ""}
GAUGED = TASK | {"indicators": [SHORT, EXPLAINED, REACHED, UNSAID]}

LIFE_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "pending": [
        {"rows": [], "count": 0, "page": 1, "pages": 1},
        {"rows": [WAITS | {"kind": kind} for kind in KINDS], "count": 9, "page": 1, "pages": 2},
        {"rows": [WAITS | {"kind": "verify", "days": 0}], "count": 1, "page": 1, "pages": 1},
    ],
    "ask_reason": [TASK | {"kind": kind} for kind in ("objection", "look_back", "verify", "extension")],
    "close_out_asked": [
        BUNDLE | {"agreed": agreed, "turn": TURN, "told": told}
        for agreed, told in (("", 1), ("head", 2), ("no_head", 0))
    ]
    + [BUNDLE | {"agreed": "", "turn": TURN, "told": 1, "bare": [], "text": ""}],
    "indicators": [
        GAUGED | {"reports": True, "sets": False},
        GAUGED | {"reports": False, "sets": True},
        TASK | {"indicators": [], "reports": True, "sets": False},
        TASK | {"indicators": [], "reports": False, "sets": True},
    ],
    "indicator_list": [
        {"tasks": [GAUGED] * 2, "count": 9, "page": 1, "pages": 2, "role": "office"},
        *({"tasks": [], "count": 0, "page": 1, "pages": 1, "role": role} for role in ("office", "liaison")),
    ],
    "indicator_set": [TASK | {"indicator": each, "left": []} for each in (UNSAID, SHORT)],
    "indicator_dropped": [TASK | {"indicator": SHORT}],
    "indicator_kept": [
        TASK | {"indicator": each, "left": left}
        for each, left in ((SHORT, ["PM2.5", "优良水体"]), (EXPLAINED, []), (REACHED, []), (REACHED, ["优良水体"]))
    ],
    "which_indicator": [GAUGED | {"value": "87.5"}],
    "agree_asked": [BUNDLE, BUNDLE | GAUGED, BUNDLE | {"text": "", "bare": [], "files": []}],
    "verify_asked": [
        VERIFY,
        VERIFY | GAUGED,
        VERIFY | {"returned": REASONS},
        VERIFY | {"signals": [], "bare": [], "text": "", "objective": "", "for_office": True, "upheld": "有异味"},
    ],
    "notice_asked": [BUNDLE | DAYS | {"verifier": "市生态环境局", "calendar_known": known} for known in (True, False)],
    "notice_draft": [
        TASK | DAYS | {"phone": "022-12345678"},
        TASK | DAYS | {"phone": "", "working": False, "days": 7, "calendar_known": False},
    ],
    "published": [
        TASK | DAYS | {"published": "2022-06-13"},
        TASK | DAYS | {"published": "2022-06-13", "working": False, "calendar_known": False},
    ],
    "objection_kept": [OBJECTION],
    "objection": [OBJECTION],
    "ask_objection_answer": [OBJECTION],
    "objection_answered": [ANSWERED, ANSWERED | {"upheld": True}],
    "sign_asked": [SIGN, FIRST_SIGN, MANY],
    "strike_off_asked": [SIGN, MANY],
    "no_signer": [
        TASK | {"turn": [turn]} for turn in (HEAD, {"name": "office", "unit": ""}, {"name": "leader", "unit": ""})
    ],
    "signed_off": [TASK | {"signed": 2, "signers": 4, "seen": "251e5a40", "turn": turn} for turn in (TURN, TURNS)],
    "signatures_void": [
        TASK | {"by": "李某", "unit": "武清区", "count": 2, "evidence": 4, "why": "evidence"},
        TASK | {"by": "李某", "unit": "武清区", "count": 2, "evidence": 4, "why": "correction"},
        TASK | {"by": "", "unit": "", "count": 2, "evidence": 3, "why": "evidence"},
    ],
    "struck_off": [STRUCK, STRUCK | {"cycle": 2, "look_backs": []}],
    "returned": [RETURNED],
    "returned_done": [RETURNED | {"told": 3}, RETURNED | {"told": 0, "reasons": REASONS[1:]}],
    "case_news": [
        TASK | {"what": what, "by": "孙某", "unit": "市水务局", "text": text}
        for what, text in (("agreed", ""), ("accepted", WRITTEN))
    ],
    "case_done": [TASK | {"what": "accepted", "text": text, "count": 3, "turn": TURN} for text in ("", WRITTEN)],
    "spot_kept": [TASK | SPOT],
    "look_again": [LOOKED | {"again": "2022-08-27", "reason": WRITTEN}],
    "look_back_done": [
        LOOKED,
        LOOKED | {"left": [], "kept_up": True, "text": ""},
        LOOKED | {"passed": False},
        LOOKED | {"left": []},
    ],
    "ask_reopen_basis": [REOPEN],
    "confirm_reopen": [REOPEN],
    "reopened": [REOPEN, REOPEN | {"due": ""}],
    "confirm_amend": [AMENDED, UNITS, DATED],
    "ask_amend_reason": [AMENDED, UNITS, DATED],
    "amended": [AMENDED, UNITS, DATED],
    "which_file": [TASK | {"files": [PLACED]}],
    "ask_withdrawal": [GOING, GOING | {"signed": 0}, GOING | {"signed": 0, "applied": False}],
    "withdrawn": [GOING, GOING | {"signed": 0, "file": PLACED | {"name": "", "kind": "photo"}}],
    "paper_kept": [PAPER, PAPER | {"scan": None, "whose": [{"name": "leader", "unit": ""}]}],
    "paper_signed": [PAPER, PAPER | {"scan": None}],
    "waits_long": [
        TASK | {"kind": kind, "days": 3, "people": [{"unit": "市生态环境局", "name": "赵某"}] * 2}
        for kind in ("agree", "verify", "sign", "look_back", "relapse", "extension_agree", "extension_sign")
    ],
}
LIFE_HISTORY: list[dict[str, Any]] = [
    {"at": MOMENT, "by": "李某", "unit": "武清区", "text": WRITTEN} | entry
    for entry in (
        {"what": "evidence", "count": 3, "withdrawn": 1},
        {"what": "evidence", "count": 1, "withdrawn": 0},
        {"what": "withdrawn", "file": 2, "hash": "8e21414f"},
        {"what": "accepted"},
        {"what": "returned", "reasons": REASONS},
        {"what": "spot", "spot": SPOT, "pictures": 2},
        {"what": "spot", "spot": SPOT, "pictures": 0},
        {"what": "published", "first_day": "2022-06-14", "last_day": "2022-06-27"},
        {"what": "objection"},
        {"what": "objection_answered", "upheld": True},
        {"what": "objection_answered", "upheld": False},
        {"what": "signature", "hash": "dddc2cd9", "paper": {}, "void": True},
        {"what": "signature", "hash": "dddc2cd9", "paper": PAPER, "void": False, "unit": ""},
        {"what": "indicator", "name": "再生水利用率", "target": "≥ 90%"},
        {"what": "indicator_dropped", "name": "再生水利用率", "target": "≥ 90%"},
        {"what": "indicator_value", "name": "再生水利用率", "value": "87.5%"},
        {"what": "indicator_value", "name": "再生水利用率", "value": "91%", "text": ""},
        {"what": "look_back", "due": "2022-07-28", "passed": False},
        {"what": "look_again", "due": "2022-07-28"},
        {"what": "look_back", "due": "2022-07-28", "passed": True, "text": ""},
    )
]
LIFE_PRESSED: dict[str, Any] = {"at": MOMENT, "kind": "photo", "target": "≥ 90%"}
LIFE_REFUSED: dict[str, Any] = {"file": 2, "turn": TURNS, "step": "reopen", "last_day": "2022-06-27", "cycle": 2}
LIFE_REFUSED |= {"yours": True}
LIFE_REFUSED |= {"indicators": [SHORT, UNSAID], "indicator": "再生水利用率 ≥ 90%"}
