"""The happy paths through python-telegram-bot itself, unmodified, over HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter


@pytest_asyncio.fixture
async def bot(sandbox) -> AsyncIterator[telegram.Bot]:
    running = telegram.Bot(sandbox.token, base_url=f"{sandbox.url}/bot", base_file_url=f"{sandbox.url}/file/bot")
    async with running:
        yield running


async def test_it_knows_itself(bot, sandbox):
    me = await bot.get_me()
    assert (me.username, me.is_bot, me.can_read_all_group_messages) == (sandbox.bot_username, True, False)
    await bot.set_my_name("督办")
    assert (await bot.get_my_name()).name == "督办"
    await bot.set_my_description("整改督办")
    assert (await bot.get_my_description()).description == "整改督办"
    await bot.set_my_short_description("督办")
    assert (await bot.get_my_short_description()).short_description == "督办"


async def test_a_conversation(bot, wang):
    wang.start("CODE-1")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message.text == "/start CODE-1"
    assert update.message.entities[0].type == "bot_command"
    html = "<b>已登记</b>　市水务局\n<blockquote expandable>一\n二</blockquote>"
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("签收 2 项", callback_data="ack")]])
    sent = await bot.send_message(wang.id, html, parse_mode="HTML", reply_markup=keyboard)
    assert sent.text_html == html
    card = wang.expect("已登记")
    pressing = asyncio.create_task(asyncio.to_thread(wang.press, card, "签收"))
    (update,) = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    assert await update.callback_query.answer("已签收", show_alert=True)
    assert (await pressing).show_alert
    edited = await update.callback_query.edit_message_text("<b>已签收</b>", parse_mode="HTML")
    assert edited.reply_markup is None
    assert wang.expect().html == "<b>已签收</b>"


async def test_files_both_ways(bot, wang, png):
    wang.album([("a.png", png), ("b.png", png)], caption="佐证 12")
    first, second = await bot.get_updates(timeout=5)
    assert first.message.media_group_id == second.message.media_group_id
    file = await first.message.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == png
    await bot.send_photo(wang.id, png, caption="一图")
    await bot.send_document(wang.id, b"docx", filename="周报.docx")
    media = [telegram.InputMediaPhoto(png, caption="前"), telegram.InputMediaPhoto(png, caption="后")]
    assert len(await bot.send_media_group(wang.id, media)) == 2
    seen = wang.expect_all()
    assert [(said.media["kind"], said.text) for said in seen] == [
        ("photo", "一图"), ("document", ""), ("photo", "前"), ("photo", "后"),
    ]  # fmt: skip
    assert seen[1].media["name"] == "周报.docx"
    photo = seen[0]
    await bot.edit_message_media(telegram.InputMediaPhoto(png, caption="新图"), wang.id, photo.id)
    await bot.edit_message_caption(wang.id, photo.id, caption="新说明")
    assert wang.again(photo).text == "新说明"


async def test_the_smaller_methods(bot, sandbox, wang):
    sent = await bot.send_message(wang.id, "x", disable_notification=True, protect_content=True)
    assert await bot.pin_chat_message(wang.id, sent.message_id)
    chat = await bot.get_chat(wang.id)
    assert chat.pinned_message.message_id == sent.message_id
    assert await bot.unpin_all_chat_messages(wang.id)
    assert await bot.send_chat_action(wang.id, "typing")
    assert await bot.delete_message(wang.id, sent.message_id)
    commands = [telegram.BotCommand("my", "我的任务")]
    assert await bot.set_my_commands(commands, scope=telegram.BotCommandScopeAllPrivateChats(), language_code="zh")
    assert list(await bot.get_my_commands(telegram.BotCommandScopeAllPrivateChats(), "zh")) == commands
    assert wang.commands() == [{"command": "my", "description": "我的任务"}]
    group = sandbox.group("群", [wang])
    assert (await bot.get_chat_member(group.id, wang.id)).status == "creator"
    assert await bot.get_chat_member_count(group.id) == 2
    assert len(await bot.get_chat_administrators(group.id)) == 1
    assert (await bot.forward_message(group.id, wang.id, wang.send("转").id)).forward_origin.sender_user.id == wang.id
    assert await bot.leave_chat(group.id)


async def test_group_updates_are_understood(bot, sandbox, wang):
    group = sandbox.group("群", [wang])
    new = group.upgrade()
    wang.block()
    updates = await bot.get_updates(timeout=5, allowed_updates=telegram.Update.ALL_TYPES)
    assert updates[0].my_chat_member.new_chat_member.status == "member"
    assert updates[-3].message.migrate_to_chat_id == new.id
    assert updates[-2].message.migrate_from_chat_id == group.id
    assert updates[-1].my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(group.id, "x")
    assert migrated.value.new_chat_id == new.id


async def test_refusals_become_its_exceptions(bot, sandbox, wang):
    stranger = sandbox.user("路人")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(stranger.id, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(42, "x")
    sandbox.fault("429", "sendMessage", retry_after=3)
    with pytest.raises(RetryAfter):
        await bot.send_message(wang.id, "x")
    with pytest.raises(InvalidToken):
        await telegram.Bot("1:wrong", base_url=f"{sandbox.url}/bot").get_me()


async def test_two_pollers_meet_a_conflict(bot, sandbox):
    other = telegram.Bot(sandbox.token, base_url=f"{sandbox.url}/bot")
    async with other:
        first = asyncio.create_task(bot.get_updates(timeout=10))
        await asyncio.sleep(0.3)
        second = asyncio.create_task(other.get_updates(timeout=1))
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await first
        assert await second == ()
