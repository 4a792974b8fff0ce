"""Pictures, files and albums, both ways."""

import httpx
import pytest

from bot.sandbox.images import image_size, plain_png


@pytest.fixture
def multipart(sandbox):
    """multipart("sendPhoto", {fields}, {parts}): the whole JSON answer."""

    def post(method, fields, parts):
        url = f"{sandbox.url}/bot{sandbox.token}/{method}"
        return httpx.post(url, data=fields, files=parts, trust_env=False, timeout=30).json()

    return post


def test_a_persons_photo_can_be_downloaded(sandbox, api, wang, png):
    wang.photo(png, caption="佐证 12")
    message = api("getUpdates")["result"][-1]["message"]
    assert message["caption"] == "佐证 12"
    small, large = message["photo"]
    assert (small["width"], large["width"], large["height"]) == (320, 640, 480)
    path = api("getFile", file_id=large["file_id"])["result"]["file_path"]
    assert path.startswith("photos/")
    assert httpx.get(f"{sandbox.url}/file/bot{sandbox.token}/{path}", trust_env=False).content == png


def test_a_persons_document_keeps_its_name(api, wang):
    wang.document(b"x" * 10, name="整改台账.xlsx")
    document = api("getUpdates")["result"][-1]["message"]["document"]
    assert (document["file_name"], document["file_size"]) == ("整改台账.xlsx", 10)
    assert document["mime_type"].endswith("spreadsheetml.sheet")


def test_an_album_comes_as_messages_with_one_group_id(api, wang, png):
    wang.album([("a.png", png), ("b.png", png)], caption="佐证 12")
    first, second = (update["message"] for update in api("getUpdates")["result"])
    assert first["media_group_id"] == second["media_group_id"]
    assert first["caption"] == "佐证 12"
    assert "caption" not in second


def test_the_bot_sends_a_photo_and_a_document(sandbox, multipart, wang, png):
    sent = multipart("sendPhoto", {"chat_id": wang.id, "caption": "<b>一图</b>", "parse_mode": "HTML"}, {"photo": png})
    assert sent["result"]["caption_entities"] == [{"type": "bold", "offset": 0, "length": 2}]
    seen = wang.expect()
    assert (seen.media["kind"], seen.html) == ("photo", "<b>一图</b>")
    assert sandbox.file(seen.media) == png
    multipart("sendDocument", {"chat_id": wang.id}, {"document": ("周报.docx", b"docx")})
    assert wang.expect().media["name"] == "周报.docx"


def test_a_file_is_sent_again_by_its_id_but_not_as_something_else(api, refusal, multipart, wang, png):
    sent = multipart("sendPhoto", {"chat_id": wang.id}, {"photo": png})["result"]
    file_id = sent["photo"][-1]["file_id"]
    again = api("sendPhoto", chat_id=wang.id, photo=file_id)["result"]
    assert again["photo"] == sent["photo"]
    assert refusal("sendDocument", chat_id=wang.id, document=file_id) == (
        "Bad Request: can't use file of type Photo as Document"
    )
    assert refusal("sendPhoto", chat_id=wang.id, photo="nonsense").startswith(
        "Bad Request: wrong remote file identifier specified"
    )
    assert refusal("sendPhoto", chat_id=wang.id) == "Bad Request: there is no photo in the request"


def test_what_is_no_photo(multipart, wang):
    def refused(data):
        return multipart("sendPhoto", {"chat_id": wang.id}, {"photo": data})["description"]

    assert refused(b"plain text") == "Bad Request: IMAGE_PROCESS_FAILED"
    assert refused(plain_png(21, 1)) == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert refused(plain_png(5001, 5000)) == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    big = plain_png(10, 10) + b"\0" * (10 << 20)
    assert "is too big for a photo" in refused(big)


def test_captions_are_short(multipart, wang, png):
    def caption(text):
        return multipart("sendPhoto", {"chat_id": wang.id, "caption": text}, {"photo": png})

    assert caption("督" * 1024)["ok"]
    assert caption("督" * 1025)["description"] == "Bad Request: message caption is too long"


def test_the_bot_sends_an_album(api, refusal, multipart, wang, png):
    media = (
        '[{"type":"photo","media":"attach://a","caption":"前"},{"type":"photo","media":"attach://b","caption":"后"}]'
    )
    sent = multipart("sendMediaGroup", {"chat_id": wang.id, "media": media}, {"a": png, "b": png})["result"]
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [said.text for said in wang.expect_all()] == ["前", "后"]
    mixed = [{"type": "photo", "media": sent[0]["photo"][0]["file_id"]}, {"type": "document", "media": "x"}]
    assert refusal("sendMediaGroup", chat_id=wang.id, media=mixed) == (
        "Bad Request: can't use the media of the specified type in the album"
    )
    assert refusal("sendMediaGroup", chat_id=wang.id, media=[]) == "Bad Request: there are no messages to send"
    missing = [{"type": "photo", "media": "attach://none"}]
    assert refusal("sendMediaGroup", chat_id=wang.id, media=missing) == (
        "Bad Request: can't parse InputMedia: media not found"
    )


def test_a_photo_is_replaced_by_an_edit(multipart, wang, png):
    sent = multipart("sendPhoto", {"chat_id": wang.id, "caption": "旧"}, {"photo": png})["result"]
    fields = {"chat_id": wang.id, "message_id": sent["message_id"]}
    fields["media"] = '{"type":"photo","media":"attach://new","caption":"新"}'
    edited = multipart("editMessageMedia", fields, {"new": plain_png(800, 600)})["result"]
    assert (edited["caption"], edited["photo"][-1]["width"]) == ("新", 800)


def test_large_files(sandbox, api, refusal, multipart, wang):
    wang.document(b"\0" * (20 * 1024 * 1024 + 1), name="big.zip")
    document = api("getUpdates")["result"][-1]["message"]["document"]
    assert refusal("getFile", file_id=document["file_id"]) == "Bad Request: file is too big"
    answer = multipart("sendDocument", {"chat_id": wang.id}, {"document": ("huge.bin", b"\0" * (50 * 1024 * 1024 + 1))})
    assert (answer["error_code"], answer["description"]) == (413, "Request Entity Too Large")
    assert multipart("sendDocument", {"chat_id": wang.id}, {"document": ("empty.txt", b"")})["description"] == (
        "Bad Request: file must be non-empty"
    )


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (plain_png(7, 5), (7, 5)),
        (b"GIF89a" + b"\x07\x00\x05\x00" + b"\0" * 10, (7, 5)),
        (b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x11\x08\x00\x05\x00\x07" + b"\0" * 10, (7, 5)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x06\0\0\x04\0\0", (7, 5)),
        (b"not a picture", None),
    ],
)
def test_sizes_of_pictures(data, size):
    assert image_size(data) == size
