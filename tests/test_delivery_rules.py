"""Delivery's rules without a network: pace and lanes, cutting long texts, making calls, sorting errors, secrets."""

import heapq
import logging
import math
import random
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nodes import a_message, words
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.delivery.lanes import Lanes
from bot.delivery.long_text import length, plain, split
from bot.delivery.outcome import FailedForGood, Later, Moved, Sent, TargetGone, Uncertain
from bot.delivery.render import BadMessage, Renderer, Upload
from bot.delivery.secrecy import HIDDEN, keep_out_of_logs
from bot.delivery.service import AHEAD
from bot.delivery.telegram import sort
from bot.domain.post import Lane, Outbox
from bot.store.outbox import Entry, Letter

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def entries(count: int, chats: int, lane: Lane = Lane.DIGEST, start: int = 1) -> list[Entry]:
    return [Entry(start + n, 1000 + n % chats, lane) for n in range(count)]


def lived_through(
    lanes: Lanes, arrivals: list[tuple[float, Entry]], seconds: float, delays: list[float], ahead: float = 0.0
) -> list[Any]:
    """(when it reached the server, entry) for all sent in so many seconds; delays: of the ways there and back; ahead:
    so long before it may leave is each taken."""
    now, turn, arrived = 0.0, 0, []
    waiting, answers = sorted(arrivals, key=lambda pair: (pair[0], pair[1].id)), []
    while now < seconds:
        while waiting and waiting[0][0] <= now:
            lanes.put([waiting.pop(0)[1]])
        while answers and answers[0][0] <= now:
            at, _, left, entry = heapq.heappop(answers)
            lanes.answered(entry, left, at)
            lanes.finished(entry)
        entry = lanes.take(now, ahead)
        if entry is not None:
            left = max(now, lanes.leaves_at(entry))
            there, back = delays[turn % len(delays)], delays[(turn + 1) % len(delays)]
            turn += 1
            arrived.append((left + there, entry))
            heapq.heappush(answers, (left + there + back, entry.id, left, entry))
            continue
        coming = (waiting[0][0] if waiting else math.inf, answers[0][0] if answers else math.inf)
        now = max(now + 1e-6, min(*coming, lanes.next_at(now) - ahead, seconds))
    return sorted(arrived, key=lambda pair: pair[0])


def most_in(window: float, moments: list[float]) -> int:
    """The most of these moments that lie within any half-open window of this length."""
    return max((sum(1 for other in moments if at <= other < at + window - 1e-9) for at in moments), default=0)


@settings(max_examples=25, deadline=None)
@given(
    way=st.floats(0.0005, 0.15),
    jitters=st.lists(st.floats(0, 0.4), max_size=7),
    replies=st.lists(st.floats(0, 20), max_size=60),
    ahead=st.sampled_from((0.0, AHEAD)),
)
def test_no_second_at_the_server_sees_more_than_thirty(
    way: float, jitters: list[float], replies: list[float], ahead: float
) -> None:
    digests = [(0.0, entry) for entry in entries(700, 700)]
    answers = [(at, Entry(5000 + n, 9000 + n, Lane.REPLY)) for n, at in enumerate(replies)]
    # Now and then a message goes there and back without being held up.
    delays = [way, way, *(way + jitter for jitter in jitters)]
    arrived = lived_through(Lanes(29.5, 1, 20), digests + answers, 20, delays, ahead)
    assert most_in(1.0, [at for at, _ in arrived]) <= 30


def test_what_is_claimed_before_its_turn_leaves_in_its_turn() -> None:
    lanes = Lanes(29.5, 1, 20)
    lanes.put(entries(2, 2))
    first, second = lanes.take(0.0, AHEAD), lanes.take(0.02, AHEAD)
    assert first is not None
    assert second is not None
    assert lanes.leaves_at(first) == 0.0
    assert lanes.leaves_at(second) == pytest.approx(1 / 29.5)


def test_a_slow_spell_brings_no_second_more_than_thirty_afterwards() -> None:
    delays = [0.001] * 100 + [0.03] * 500 + [0.001] * 100
    arrived = lived_through(Lanes(29.5, 1, 20), [(0.0, entry) for entry in entries(700, 700)], 30, delays)
    assert len(arrived) == 700
    assert most_in(1.0, [at for at, _ in arrived]) <= 30


@pytest.mark.parametrize("seed", range(3))
def test_slow_first_messages_bring_no_second_more_than_thirty(seed: int) -> None:
    chance = random.Random(seed)
    delays = [0.001 + chance.uniform(0, 0.05) for _ in range(40)]
    delays += [0.001 + chance.expovariate(1 / 0.003) for _ in range(260)]
    arrived = lived_through(Lanes(29.5, 1, 20), [(0.0, entry) for entry in entries(300, 300)], 15, delays)
    assert len(arrived) == 300
    assert most_in(1.0, [at for at, _ in arrived]) <= 30


@pytest.mark.parametrize("way", [0.0005, 0.03, 0.15])
def test_broadcasts_keep_up_the_pace(way: float) -> None:
    arrived = lived_through(Lanes(29.5, 1, 20), [(0.0, entry) for entry in entries(2000, 2000)], 60, [way])
    assert len(arrived) / 60 >= 29


def test_replies_overtake_a_thousand_digests() -> None:
    digests = [(0.0, entry) for entry in entries(1000, 1000)]
    replies = [(2 + 0.2 * n, Entry(5000 + n, 9000 + n, Lane.REPLY)) for n in range(100)]
    asked = {entry.id: at for at, entry in replies}
    arrived = lived_through(Lanes(29.5, 1, 20), digests + replies, 30, [0.002])
    waits = [at - asked[entry.id] for at, entry in arrived if entry.id in asked]
    assert len(waits) == 100
    # Only the first may find the second full: until then nobody was known to be asking.
    assert sorted(waits)[-2] < 0.005
    assert max(waits) < 0.04


def test_a_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    arrived = lived_through(Lanes(29.5, 1, 20), [(0.0, Entry(n, 7, Lane.REPLY)) for n in range(1, 9)], 20, [0.01])
    assert [entry.id for _, entry in arrived] == list(range(1, 9))
    assert most_in(1.0, [at for at, _ in arrived]) == 3
    assert 4.9 < arrived[-1][0] < 5.2


def test_a_group_gets_twenty_a_minute() -> None:
    arrived = lived_through(Lanes(29.5, 1, 20), [(0.0, Entry(n, -7, Lane.DIGEST)) for n in range(1, 70)], 150, [0.01])
    assert most_in(60.0, [at for at, _ in arrived]) == 20
    assert len(arrived) == 60


def test_one_busy_chat_does_not_hold_up_the_others() -> None:
    busy = [(0.0, Entry(n, -7, Lane.DIGEST)) for n in range(1, 101)]
    arrived = lived_through(Lanes(29.5, 1, 20), [*busy, (0.0, Entry(500, 8, Lane.DIGEST))], 2, [0.01])
    assert min(at for at, entry in arrived if entry.chat_id == 8) < 0.2


def test_lanes_leave_in_their_order_and_each_chat_in_its_own() -> None:
    lanes = Lanes(1000, 1000, 1000)
    lanes.put([Entry(1, 1, Lane.DIGEST), Entry(2, 2, Lane.REMINDER), Entry(3, 3, Lane.REPLY), Entry(4, 3, Lane.REPLY)])
    assert [entry and entry.id for entry in (lanes.take(1.0), lanes.take(1.0))] == [3, 2]
    assert len(lanes) == 2
    lanes.finished(Entry(3, 3, Lane.REPLY))
    assert lanes.take(1.0) == Entry(4, 3, Lane.REPLY)


def test_an_entry_known_already_is_not_taken_twice() -> None:
    lanes = Lanes(1000, 1000, 1000)
    lanes.put([Entry(1, 1, Lane.REPLY)])
    lanes.put([Entry(1, 1, Lane.REPLY)])
    assert lanes.take(1.0)
    lanes.put([Entry(1, 1, Lane.REPLY)])
    lanes.finished(Entry(2, 1, Lane.REPLY))
    assert lanes.take(2.0) is None


def test_an_answered_button_waits_for_no_pace() -> None:
    lanes = Lanes(1, 1, 20)
    for number in range(1, 4):
        lanes.put([Entry(number, 7, Lane.REPLY)])
    assert lanes.take(1.0)
    lanes.put([Entry(9, 7, Lane.REPLY, "answer")])
    assert lanes.take(1.0) == Entry(9, 7, Lane.REPLY, "answer")
    assert lanes.take(1.0) is None


def test_too_many_for_a_calm_chat_closes_everything_for_as_long_as_asked() -> None:
    lanes = Lanes(1000, 1, 20)
    lanes.put([Entry(1, 7, Lane.REPLY), Entry(2, 8, Lane.REPLY), Entry(3, 9, Lane.REPLY, "answer")])
    assert lanes.take(0.0) == Entry(3, 9, Lane.REPLY, "answer")
    assert lanes.take(0.0)
    lanes.refused(7, 5.0, 0.1)
    assert lanes.take(4.99) is None
    assert lanes.next_at(0.2) == 5.0
    assert lanes.take(5.0)


def test_too_many_for_a_group_closes_the_group_and_a_second_refusal_everything() -> None:
    lanes = Lanes(1000, 1, 20)
    lanes.put([Entry(1, -7, Lane.REPLY), Entry(2, 8, Lane.REPLY), Entry(3, -9, Lane.REPLY), Entry(4, 10, Lane.REPLY)])
    assert lanes.take(0.0)
    lanes.refused(-7, 30.0, 0.1)
    assert [lanes.take(0.2), lanes.take(0.2)] == [Entry(2, 8, Lane.REPLY), Entry(3, -9, Lane.REPLY)]
    lanes.refused(-9, 20.0, 0.3)
    assert lanes.take(0.4) is None
    assert lanes.take(20.0) == Entry(4, 10, Lane.REPLY)


def test_what_waits_for_a_group_waits_for_the_supergroup_and_in_order() -> None:
    lanes = Lanes(1000, 1000, 1000)
    lanes.put([Entry(1, -5, Lane.REPLY), Entry(2, -5, Lane.REPLY)])
    lanes.move_chat(-5, -1005)
    assert lanes.take(0.0) == Entry(1, -1005, Lane.REPLY)
    assert lanes.take(0.0) is None


PARAGRAPHS = st.lists(
    st.text(alphabet="督办整改abc 🔵，。", max_size=60).map(
        lambda text: text.replace("督", "<b>督</b>").replace("c", "&lt;").replace("，", "<i>，<code>x</code></i>")
    ),
    max_size=40,
)


def balanced(html: str) -> bool:
    stack: list[str] = []
    for closing, name in re.findall(r"<(/?)(\w+)[^>]*>", html):
        if closing and (not stack or stack.pop() != name):
            return False
        if not closing:
            stack.append(name)
    return not stack


@settings(max_examples=200, deadline=None)
@given(paragraphs=PARAGRAPHS, limit=st.integers(20, 300), quoted=st.booleans())
def test_cut_texts_fit_are_balanced_and_lose_nothing(paragraphs: list[str], limit: int, quoted: bool) -> None:
    html = "\n".join(paragraphs)
    html = f"<blockquote expandable>{html}</blockquote>" if quoted else html
    parts = split(html, limit)
    assert all(length(part) <= limit and balanced(part) for part in parts)
    # Blanks around a cut may go: Telegram takes them off the ends of a message anyway.
    assert "".join("".join(map(plain, parts)).split()) == "".join(plain(html).split())


def test_a_long_text_is_cut_at_the_end_of_a_paragraph() -> None:
    html = "\n".join(f"<b>{n:03d}</b> " + "整改" * 20 for n in range(200))
    parts = split(html)
    assert len(parts) > 1
    assert all(re.match(r"<b>\d{3}</b> ", part) and part.endswith("整改") for part in parts)


def test_a_text_is_measured_in_utf_16_after_its_entities() -> None:
    assert length("<b>&lt;🔵</b>") == 3


def rendered(row: Outbox, tmp_path: Path = Path(), **options: Any) -> list[Any]:
    letter = Letter(**{each.name: getattr(row, each.name) for each in fields(Letter)})
    return Renderer(words, tmp_path, **options).calls(letter)


def test_a_message_has_its_words_buttons_topic_and_reply() -> None:
    row = a_message(-5, text="<刘>", buttons=[[["more", "m:1", {"n": "a&b"}]]], topic_id=3, replies_to=77)
    (call,) = rendered(row)
    assert call.method == "sendMessage"
    assert call.parameters == {
        "chat_id": -5,
        "message_thread_id": 3,
        "text": "&lt;刘&gt;",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_parameters": {"message_id": 77, "allow_sending_without_reply": True},
        "reply_markup": {"inline_keyboard": [[{"text": "more a&b", "callback_data": "m:1"}]]},
    }
    assert call.instead is not None
    assert "message_thread_id" not in call.instead.parameters


def test_a_rehearsal_marks_every_text() -> None:
    (call,) = rendered(a_message(5, text="好"), rehearsal=True)
    assert call.parameters["text"] == "[演练] 好"
    (call,) = rendered(a_message(5, method="answer", query_id="q", text="好"), rehearsal=True)
    assert call.parameters["text"] == "[演练] 好"


def test_a_question_asks_for_an_answer_with_a_hint() -> None:
    (call,) = rendered(a_message(5, text="?", ask="percent"))
    markup = {"force_reply": True, "selective": True, "input_field_placeholder": "12 60% …"}
    assert call.parameters["reply_markup"] == markup


def test_a_question_without_a_hint_is_a_question_still() -> None:
    (call,) = rendered(a_message(5, text="?", ask=True))
    assert call.parameters["reply_markup"] == {"force_reply": True, "selective": True}


def test_no_buttons_is_no_keyboard() -> None:
    (call,) = rendered(a_message(5, text="?", buttons=[]))
    assert "reply_markup" not in call.parameters


def test_files_come_ten_to_an_album_and_a_single_one_alone() -> None:
    row = a_message(5, "", method="album", facts={"files": [f"f{n}" for n in range(11)], "type": "document"})
    album, single = rendered(row)
    assert (album.method, len(album.parameters["media"])) == ("sendMediaGroup", 10)
    assert (single.method, single.parameters) == ("sendDocument", {"chat_id": 5, "document": "f10"})


def test_an_edit_names_its_message_and_what_to_send_if_it_is_gone() -> None:
    (call,) = rendered(a_message(5, method="edit", edits=70, text="x", replies_to=3))
    assert (call.method, call.parameters["message_id"]) == ("editMessageText", 70)
    assert "reply_parameters" not in call.parameters
    assert call.instead.method == "sendMessage"


def test_five_parts_become_a_file_with_the_beginning_as_caption() -> None:
    row = a_message(5, text="\n".join("整改" * 100 for _ in range(100)))
    (call,) = rendered(row)
    assert call.method == "sendDocument"
    assert length(call.parameters["caption"]) <= 1024
    assert call.parameters["caption"].startswith("整改")
    document = call.parameters["document"]
    assert document.name.endswith(".txt")
    assert document.content.decode("utf-8-sig") == row.facts["text"]


def test_three_parts_are_three_messages_the_last_with_the_buttons() -> None:
    calls = rendered(a_message(5, text="\n".join("整改" * 100 for _ in range(50)), buttons=[[["more", "m", {"n": 1}]]]))
    assert [call.method for call in calls] == ["sendMessage"] * 3
    assert ["reply_markup" in call.parameters for call in calls] == [False, False, True]


def test_files_come_from_the_data_folder_only(tmp_path: Path) -> None:
    (tmp_path / "board.png").write_bytes(b"png")
    (call,) = rendered(a_message(5, "", method="photo", facts={"file": "board.png"}), tmp_path)
    assert call.parameters["photo"] == Upload("board.png", tmp_path / "board.png")
    for outside in ("../secret", "/etc/passwd", "missing.png"):
        with pytest.raises(BadMessage):
            rendered(a_message(5, "", method="photo", facts={"file": outside}), tmp_path)


def test_a_file_known_to_telegram_is_named_by_its_id() -> None:
    (call,) = rendered(a_message(5, "echo", method="document", text="图", facts={"file_id": "abc"}))
    assert (call.parameters["document"], call.parameters["caption"]) == ("abc", "图")


@pytest.mark.parametrize("kind", ["broken", "there_is_no_such_kind"])
def test_a_broken_template_is_this_messages_trouble_alone(kind: str) -> None:
    with pytest.raises(BadMessage):
        rendered(a_message(5, kind))


def network(cause: Exception | None, error: NetworkError | None = None) -> NetworkError:
    error = error or NetworkError("trouble")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "method", "outcome"),
    [
        (BadRequest("Message is not modified: specified new message content"), "editMessageText", Sent()),
        (BadRequest("Message to edit not found"), "editMessageText", TargetGone),
        (BadRequest("message thread not found"), "sendMessage", TargetGone),
        (BadRequest("can't parse entities: Unclosed start tag"), "sendMessage", FailedForGood),
        (BadRequest("Chat not found"), "sendMessage", FailedForGood),
        (BadRequest("query is too old and response timeout expired"), "answerCallbackQuery", Sent()),
        (Forbidden("Forbidden: bot was blocked by the user"), "sendMessage", FailedForGood),
        (ChatMigrated(-1005), "sendMessage", Moved(-1005)),
        (RetryAfter(7), "sendMessage", Later),
        (network(httpx.ConnectError("refused")), "sendMessage", Later),
        (network(httpx.PoolTimeout("busy"), TimedOut()), "sendMessage", Later),
        (network(httpx.ReadTimeout("late"), TimedOut()), "sendMessage", Uncertain),
        (network(httpx.RemoteProtocolError("gone")), "sendMessage", Uncertain),
        (network(httpx.ReadTimeout("late"), TimedOut()), "editMessageText", Later),
        (network(None, NetworkError("Internal Server Error")), "sendMessage", Later),
        (network(None, NetworkError("Bad Gateway (502). Parsing the server response failed")), "sendMessage", Later),
        (network(None, NetworkError("Gateway Timeout (504)")), "sendMessage", Uncertain),
        (Conflict("terminated by other getUpdates request"), "sendMessage", Later),
        (InvalidToken(), "sendMessage", Later),
    ],
)
def test_every_error_has_its_outcome(error: Any, method: str, outcome: Any) -> None:
    found = sort(error, method)
    assert found == outcome if not isinstance(outcome, type) else isinstance(found, outcome)


def test_a_pause_is_as_long_as_asked_and_only_forbidden_means_unreachable() -> None:
    later = sort(RetryAfter(7), "sendMessage")
    assert isinstance(later, Later)
    assert later.seconds == 7
    blocked = sort(Forbidden("Forbidden: bot was blocked by the user"), "sendMessage")
    unparsed = sort(BadRequest("can't parse entities"), "sendMessage")
    assert isinstance(blocked, FailedForGood)
    assert isinstance(unparsed, FailedForGood)
    assert (blocked.unreachable, unparsed.unreachable) == (True, False)


def test_no_log_shows_the_token(caplog: pytest.LogCaptureFixture) -> None:
    made = logging.getLogRecordFactory()
    try:
        keep_out_of_logs(TOKEN)
        log = logging.getLogger("test")
        try:
            raise RuntimeError(f"https://api/bot{TOKEN}/getMe")
        except RuntimeError:
            log.exception("calling %s: %s", f"bot{TOKEN}", TOKEN)
        logging.getLogger("httpx").info("POST https://api/bot%s/getMe", TOKEN)
    finally:
        logging.setLogRecordFactory(made)
    assert HIDDEN in caplog.text
    assert TOKEN not in caplog.text
    assert "Traceback" in caplog.text
    assert len(caplog.records) == 1
