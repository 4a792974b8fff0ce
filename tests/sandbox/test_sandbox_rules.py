"""Who may be written to, what may be edited or answered, and the sentence of every refusal."""

from datetime import datetime, timedelta

import httpx
import pytest

from bot.sandbox.clock import CHINA
from bot.sandbox.refusals import NOT_MODIFIED


def test_a_wrong_token_and_an_unknown_method(sandbox):
    def status(path):
        answer = httpx.get(sandbox.url + path, trust_env=False)
        return answer.status_code, answer.json()["description"]

    assert status("/bot123:wrong/getMe") == (401, "Unauthorized")
    assert status("/botnonsense/getMe") == (404, "Not Found")
    assert status(f"/bot{sandbox.token}/getNothing") == (404, "Not Found: method not found")
    assert status(f"/file/bot{sandbox.token}/documents/none.txt") == (404, "Not Found")


def test_arguments_come_by_query_form_json_and_multipart(sandbox, wang):
    url = f"{sandbox.url}/bot{sandbox.token}/SENDMESSAGE"
    arguments = {"chat_id": str(wang.id), "text": "督办 & 整改"}
    for answer in (
        httpx.get(url, params=arguments, trust_env=False),
        httpx.post(url, data=arguments, trust_env=False),
        httpx.post(url, json=arguments, trust_env=False),
        httpx.post(url, data=arguments, files={"unused": b"x"}, trust_env=False),
    ):
        assert answer.json()["result"]["text"] == "督办 & 整改"


@pytest.mark.parametrize("chat_id", [0, -1, 42, "not_a_chat", "@nobody_there"])
def test_an_unknown_chat(refusal, chat_id):
    assert refusal("sendMessage", chat_id=chat_id, text="x") == "Bad Request: chat not found"


def test_no_chat_named(refusal):
    assert refusal("sendMessage", text="x") == "Bad Request: chat_id is empty"


def test_nobody_is_written_to_who_never_started(sandbox, api):
    stranger = sandbox.user("路人")
    answer = api("sendMessage", chat_id=stranger.id, text="x")
    assert (answer["error_code"], answer["description"]) == (
        403, "Forbidden: bot can't initiate conversation with a user",
    )  # fmt: skip
    stranger.start()
    assert api("sendMessage", chat_id=stranger.id, text="x")["ok"]


def test_a_block_and_its_end_are_told_and_kept(api, wang):
    wang.block()
    answer = api("sendMessage", chat_id=wang.id, text="x")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    wang.unblock()
    assert api("sendMessage", chat_id=wang.id, text="x")["ok"]
    told = [update["my_chat_member"] for update in api("getUpdates")["result"]]
    assert [(one["old_chat_member"]["status"], one["new_chat_member"]["status"]) for one in told] == [
        ("member", "kicked"), ("kicked", "member"),
    ]  # fmt: skip


def test_replies(api, refusal, wang):
    asked = wang.send("进度 12 60%")
    sent = api("sendMessage", chat_id=wang.id, text="已记", reply_parameters={"message_id": asked.id})["result"]
    assert sent["reply_to_message"]["text"] == "进度 12 60%"
    assert wang.expect().reply_to == asked.id
    gone = {"message_id": 999}
    assert refusal("sendMessage", chat_id=wang.id, text="x", reply_parameters=gone) == (
        "Bad Request: message to be replied not found"
    )
    assert refusal("sendMessage", chat_id=wang.id, text="x", reply_to_message_id=999) == (
        "Bad Request: message to be replied not found"
    )
    gone["allow_sending_without_reply"] = True
    assert api("sendMessage", chat_id=wang.id, text="x", reply_parameters=gone)["ok"]
    assert refusal("sendMessage", chat_id=wang.id, text="x", reply_parameters={"quote": "x"}) == (
        'Bad Request: can\'t find field "message_id"'
    )


def test_a_topic_that_is_not_there(refusal, wang):
    said = refusal("sendMessage", chat_id=wang.id, text="x", message_thread_id=7)
    assert said == "Bad Request: message thread not found"


def test_edits_change_something_or_are_refused(api, refusal, wang):
    markup = {"inline_keyboard": [[{"text": "签收", "callback_data": "a"}]]}
    sent = api("sendMessage", chat_id=wang.id, text="<b>07</b>", parse_mode="HTML", reply_markup=markup)["result"]
    here = {"chat_id": wang.id, "message_id": sent["message_id"]}
    same = refusal("editMessageText", **here, text="<b>07</b> ", parse_mode="HTML", reply_markup=markup)
    assert same == f"Bad Request: {NOT_MODIFIED}"
    assert refusal("editMessageReplyMarkup", **here, reply_markup=markup) == f"Bad Request: {NOT_MODIFIED}"
    edited = api("editMessageText", **here, text="07")["result"]
    assert edited["edit_date"]
    assert "reply_markup" not in edited
    seen = wang.expect()
    assert (seen.text, seen.edited, seen.labels) == ("07", True, [])
    assert seen.seen["versions"][0]["html"] == "<b>07</b>"


def test_what_cannot_be_edited(api, refusal, wang):
    own = wang.send("我的话")
    keyboard = api("sendMessage", chat_id=wang.id, text="x", reply_markup={"keyboard": [["A"]]})["result"]["message_id"]
    plain = api("sendMessage", chat_id=wang.id, text="x")["result"]["message_id"]

    def edit(message_id, method="editMessageText", **changes):
        return refusal(method, chat_id=wang.id, message_id=message_id, **(changes or {"text": "y"}))

    assert edit(own.id) == "Bad Request: message can't be edited"
    assert edit(keyboard) == "Bad Request: message can't be edited"
    assert edit(999) == "Bad Request: message to edit not found"
    assert edit(0) == "Bad Request: message identifier is not specified"
    assert edit(plain, "editMessageCaption", caption="y") == "Bad Request: there is no caption in the message to edit"
    assert edit(plain, text="y", reply_markup={"force_reply": True}) == "Bad Request: inline keyboard expected"


def test_deletions(api, refusal, sandbox, wang):
    sandbox.set_clock(datetime(2022, 6, 13, 9, tzinfo=CHINA))
    sent = api("sendMessage", chat_id=wang.id, text="x")["result"]
    assert sent["date"] == int(datetime(2022, 6, 13, 9, tzinfo=CHINA).timestamp())
    here = {"chat_id": wang.id, "message_id": sent["message_id"]}
    sandbox.set_clock(datetime(2022, 6, 13, 9, tzinfo=CHINA) + timedelta(hours=49))
    assert refusal("deleteMessage", **here) == "Bad Request: message can't be deleted for everyone"
    sandbox.set_clock(datetime(2022, 6, 14, 9, tzinfo=CHINA))
    assert api("deleteMessage", **here)["result"] is True
    assert refusal("deleteMessage", **here) == "Bad Request: message to delete not found"


def test_a_pressed_button_is_answered_once_and_in_time(sandbox, api, refusal, wang):
    markup = {
        "inline_keyboard": [[{"text": "报 07", "callback_data": "report:7"}, {"text": "报 12", "callback_data": "r"}]]
    }
    api("sendMessage", chat_id=wang.id, text="x", reply_markup=markup)
    card = wang.expect()
    assert wang.press(card, "07", wait=0).answered is False
    query = api("getUpdates")["result"][-1]["callback_query"]
    assert query["data"] == "report:7"
    assert query["message"]["message_id"] == card.id
    assert query["from"]["id"] == wang.id
    assert api("answerCallbackQuery", callback_query_id=query["id"], text="好")["ok"]
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert refusal("answerCallbackQuery", callback_query_id=query["id"]) == too_old
    assert refusal("answerCallbackQuery", callback_query_id="1") == too_old
    wang.press(card, data="r", wait=0)
    late = api("getUpdates")["result"][-1]["callback_query"]["id"]
    sandbox.expire_buttons()
    assert refusal("answerCallbackQuery", callback_query_id=late) == too_old


def test_a_button_that_is_not_there_cannot_be_pressed(api, wang):
    api("sendMessage", chat_id=wang.id, text="x")
    with pytest.raises(Exception, match="no button 签收"):
        wang.press(wang.expect(), "签收")


def test_commands_have_scopes_and_languages(api, refusal, sandbox, wang):
    def command(name, description="说明"):
        return [{"command": name, "description": description}]

    api("setMyCommands", commands=command("my"))
    api("setMyCommands", commands=command("english", "in English"), language_code="en")
    api("setMyCommands", commands=command("office"), scope={"type": "chat", "chat_id": wang.id})
    reader = sandbox.user("Reader", language_code="en-GB", started=True)
    assert [one["command"] for one in wang.commands()] == ["office"]
    assert [one["command"] for one in reader.commands()] == ["english"]
    assert api("getMyCommands", language_code="en")["result"] == command("english", "in English")
    assert refusal("setMyCommands", commands=command("督办")) == "Bad Request: BOT_COMMAND_INVALID"
    assert refusal("setMyCommands", commands=command("x", "")) == "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
    api("deleteMyCommands", scope={"type": "chat", "chat_id": wang.id})
    assert [one["command"] for one in wang.commands()] == ["my"]


def test_pins_and_typing_and_reactions(api, refusal, wang):
    sent = api("sendMessage", chat_id=wang.id, text="x")["result"]["message_id"]
    assert api("pinChatMessage", chat_id=wang.id, message_id=sent)["ok"]
    assert wang.head()["pinned"] == sent
    assert api("getChat", chat_id=wang.id)["result"]["pinned_message"]["message_id"] == sent
    assert api("unpinChatMessage", chat_id=wang.id)["ok"]
    assert refusal("unpinChatMessage", chat_id=wang.id) == "Bad Request: message to unpin not found"
    assert api("sendChatAction", chat_id=wang.id, action="typing")["ok"]
    assert (
        refusal("sendChatAction", chat_id=wang.id, action="dance") == "Bad Request: wrong parameter action in request"
    )
    said = wang.send("收到")
    thumb = {"type": "emoji", "emoji": "\U0001f44d"}
    assert api("setMessageReaction", chat_id=wang.id, message_id=said.id, reaction=[thumb])["ok"]
    assert wang.again(said).seen["reactions"]
    wrong = {"type": "emoji", "emoji": "A"}
    assert refusal("setMessageReaction", chat_id=wang.id, message_id=said.id, reaction=[wrong]) == (
        "Bad Request: REACTION_INVALID"
    )


def test_forwards_and_copies(api, refusal, sandbox, wang):
    li = sandbox.user("李某", started=True)
    said = wang.send("12 60% 清淤")
    source = {"from_chat_id": wang.id, "message_id": said.id}
    forwarded = api("forwardMessage", chat_id=li.id, **source)["result"]
    assert forwarded["forward_origin"]["sender_user"]["first_name"] == "王某"
    assert api("copyMessage", chat_id=li.id, **source)["result"]["message_id"]
    assert li.chat()[-1].text == "12 60% 清淤"
    assert refusal("copyMessage", chat_id=li.id, from_chat_id=wang.id, message_id=999) == (
        "Bad Request: message to copy not found"
    )
    secret = api("sendMessage", chat_id=wang.id, text="x", protect_content=True)["result"]
    assert secret["has_protected_content"]
    assert refusal("forwardMessage", chat_id=li.id, from_chat_id=wang.id, message_id=secret["message_id"]) == (
        "Bad Request: the message can't be forwarded"
    )
