"""Groups: privacy, membership, topics, the upgrade to a supergroup."""

import pytest


@pytest.fixture
def group(sandbox, wang):
    made = sandbox.group("武清区整改群", [wang, sandbox.user("李某")])
    sandbox.call("getUpdates", offset=-1)
    return made


def told(api):
    updates = api("getUpdates")["result"]
    api("getUpdates", offset=updates[-1]["update_id"] + 1 if updates else 0)
    return [
        update["message"].get("text", update["message"].get("caption")) for update in updates if "message" in update
    ]


def test_the_bot_learns_that_it_was_added(api, sandbox, wang):
    group = sandbox.group("群", [wang])
    member, added = api("getUpdates")["result"]
    assert member["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert added["message"]["new_chat_members"][0]["username"] == sandbox.bot_username
    assert added["message"]["chat"] == {
        "id": group.id, "title": "群", "type": "group", "all_members_are_administrators": True,
    }  # fmt: skip


def test_with_privacy_the_bot_sees_commands_and_replies_to_itself_only(api, sandbox, group, wang):
    told(api)
    wang.send("收到", chat=group)
    wang.send(f"@{sandbox.bot_username} 你好", chat=group)
    wang.send("/digest", chat=group)
    wang.send(f"/due@{sandbox.bot_username} 30", chat=group)
    wang.send("/due@other_bot", chat=group)
    api("sendMessage", chat_id=group.id, text="周报")
    bulletin = wang.expect(chat=group)
    said = wang.reply(bulletin, "12 60% 清淤")
    wang.reply(said, "回复别人")
    assert told(api) == ["/digest", f"/due@{sandbox.bot_username} 30", "12 60% 清淤"]
    sandbox.privacy(False)
    wang.send("收到", chat=group)
    assert told(api) == ["收到"]
    assert api("getMe")["result"]["can_read_all_group_messages"] is True


def test_an_administrator_bot_sees_everything(api, group, wang):
    group.promote_bot()
    told(api)
    wang.send("收到", chat=group)
    assert told(api) == ["收到"]
    status = api("getChatMember", chat_id=group.id, user_id=api("getMe")["result"]["id"])["result"]
    assert (status["status"], status["can_pin_messages"]) == ("administrator", True)


def test_members(api, refusal, group, wang):
    assert api("getChatMemberCount", chat_id=group.id)["result"] == 3
    assert api("getChatMember", chat_id=group.id, user_id=wang.id)["result"]["status"] == "creator"
    admins = api("getChatAdministrators", chat_id=group.id)["result"]
    assert [one["user"]["id"] for one in admins] == [wang.id]
    assert refusal("getChatAdministrators", chat_id=wang.id) == (
        "Bad Request: there are no administrators in the private chat"
    )


def test_a_bot_thrown_out_cannot_write(api, refusal, group):
    group.kick_bot()
    assert refusal("sendMessage", chat_id=group.id, text="x") == "Forbidden: bot was kicked from the group chat"
    group.add_bot()
    assert api("sendMessage", chat_id=group.id, text="x")["ok"]
    assert api("leaveChat", chat_id=group.id)["ok"]
    assert refusal("sendMessage", chat_id=group.id, text="x") == "Forbidden: bot is not a member of the group chat"


def test_an_upgraded_group_names_its_new_id(api, group, wang):
    new = group.upgrade()
    answer = api("sendMessage", chat_id=group.id, text="x")
    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new.id},
    }
    messages = [update["message"] for update in api("getUpdates")["result"] if "message" in update]
    assert messages[-2]["migrate_to_chat_id"] == new.id
    assert messages[-1]["migrate_from_chat_id"] == group.id
    assert api("sendMessage", chat_id=new.id, text="x")["result"]["message_id"] == 2
    assert str(new.id).startswith("-100")


def test_topics_of_a_forum(api, refusal, sandbox, wang):
    forum = sandbox.group("论坛", [wang], forum=True)
    topic = forum.topic("整改")
    sent = api("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic)["result"]
    assert (sent["message_thread_id"], sent["is_topic_message"], sent["chat"]["is_forum"]) == (topic, True, True)
    asked = wang.send("/my", chat=forum, thread_id=topic)
    answer = api("sendMessage", chat_id=forum.id, text="y", reply_parameters={"message_id": asked.id})["result"]
    assert answer["message_thread_id"] == topic
    assert refusal("sendMessage", chat_id=forum.id, text="x", message_thread_id=999) == (
        "Bad Request: message thread not found"
    )


def test_message_ids_of_a_supergroup_are_its_own(api, sandbox, wang):
    first = sandbox.group("一", [wang], supergroup=True)
    second = sandbox.group("二", [wang], supergroup=True)
    ids = [api("sendMessage", chat_id=group.id, text="x")["result"]["message_id"] for group in (first, second)]
    assert ids[0] == ids[1]


def test_a_public_supergroup_is_found_by_name(api, sandbox, wang):
    group = sandbox.group("公开", [wang], supergroup=True, username="duban_open")
    assert api("sendMessage", chat_id="@duban_open", text="x")["result"]["chat"]["id"] == group.id


def test_supergroups_let_only_administrators_pin(api, refusal, sandbox, wang):
    group = sandbox.group("群", [wang], supergroup=True)
    sent = api("sendMessage", chat_id=group.id, text="x")["result"]["message_id"]
    assert refusal("pinChatMessage", chat_id=group.id, message_id=sent) == (
        "Bad Request: not enough rights to manage pinned messages in the chat"
    )
    group.promote_bot()
    assert api("pinChatMessage", chat_id=group.id, message_id=sent)["ok"]


def test_who_left_is_not_heard(sandbox, group, wang):
    wang.leave(group)
    with pytest.raises(Exception, match="no member"):
        wang.send("x", chat=group)
