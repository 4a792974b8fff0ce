"""The Bot API's methods the sandbox knows, by their lower-case names."""

from collections.abc import Callable
from typing import Any

from bot.sandbox import methods_chat as chat
from bot.sandbox import methods_edit as edit
from bot.sandbox import methods_send as send
from bot.sandbox import webhook
from bot.sandbox.arguments import Call
from bot.sandbox.world import World

Method = Callable[[World, Call], Any]

METHODS: dict[str, Method] = {
    "getme": chat.get_me,
    "logout": chat.closing,
    "close": chat.closing,
    "getupdates": chat.get_updates,
    "setwebhook": webhook.set_webhook,
    "deletewebhook": webhook.delete_webhook,
    "getwebhookinfo": webhook.get_webhook_info,
    "sendmessage": send.send_message,
    "sendphoto": send.send_photo,
    "senddocument": send.send_document,
    "sendmediagroup": send.send_media_group,
    "sendchataction": send.send_chat_action,
    "forwardmessage": send.forward_message,
    "copymessage": send.copy_message,
    "editmessagetext": edit.edit_message_text,
    "editmessagecaption": edit.edit_message_caption,
    "editmessagereplymarkup": edit.edit_message_reply_markup,
    "editmessagemedia": edit.edit_message_media,
    "deletemessage": edit.delete_message,
    "deletemessages": edit.delete_messages,
    "pinchatmessage": edit.pin_chat_message,
    "unpinchatmessage": edit.unpin_chat_message,
    "unpinallchatmessages": edit.unpin_all_chat_messages,
    "answercallbackquery": edit.answer_callback_query,
    "setmessagereaction": edit.set_message_reaction,
    "getfile": chat.get_file,
    "setmycommands": chat.set_my_commands,
    "getmycommands": chat.get_my_commands,
    "deletemycommands": chat.delete_my_commands,
    "setmyname": chat.set_my_name,
    "getmyname": chat.get_my_name,
    "setmydescription": chat.set_my_description,
    "getmydescription": chat.get_my_description,
    "setmyshortdescription": chat.set_my_short_description,
    "getmyshortdescription": chat.get_my_short_description,
    "getchat": chat.get_chat,
    "getchatmember": chat.get_chat_member,
    "getchatadministrators": chat.get_chat_administrators,
    "getchatmembercount": chat.get_chat_member_count,
    "leavechat": chat.leave_chat,
    "createforumtopic": chat.create_forum_topic,
}
