"""What a text may be: lengths, entities, keyboards, and the sentence of every refusal."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import Sandbox, serve
from bot.sandbox.entities import parse_html, utf16_length
from bot.sandbox.formatting import read_text, tidy
from bot.sandbox.html_out import to_html
from bot.sandbox.refusals import ApiError


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all: nothing here leaves traces that another test could meet."""
    with serve() as running:
        yield running


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<script>x</script>", 'Unsupported start tag "script" at byte offset 0'),
        ("督办 <div>x</div>", 'Unsupported start tag "div" at byte offset 7'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ('<tg-emoji emoji-id="no">x</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_html_is_refused_in_telegrams_words(refusal, wang, source, reason):
    said = refusal("sendMessage", chat_id=wang.id, text=source, parse_mode="HTML")
    if source == "<a href>x</a>":
        assert said.startswith("Bad Request: can't parse entities: ")
    else:
        assert said == f"Bad Request: can't parse entities: {reason}"


def test_every_tag_becomes_its_entity():
    source = (
        "<b>a</b><strong>b</strong> <i>c</i> <em>d</em> <u>e</u> <ins>f</ins> <s>g</s> <strike>h</strike> <del>i</del> "
        '<code>j</code> <pre>k</pre> <pre><code class="language-python">l</code></pre> <a href="http://e.com/">m</a> '
        '<tg-spoiler>n</tg-spoiler> <span class="tg-spoiler">o</span> '
        '<tg-emoji emoji-id="5368324170671202286">x</tg-emoji>'
    )
    _, entities = parse_html(source)
    kinds = [entity["type"] for entity in entities]
    assert kinds == (
        ["bold"] * 2 + ["italic"] * 2 + ["underline"] * 2 + ["strikethrough"] * 3
        + ["code", "pre", "pre", "text_link", "spoiler", "spoiler", "custom_emoji"]
    )  # fmt: skip
    assert entities[11]["language"] == "python"


def test_an_expandable_quote_and_entities_of_characters():
    text, entities = parse_html("&lt;07&gt; &amp; &#20013;&#x6587; &nbsp;<blockquote expandable>一\n二</blockquote>")
    assert text == "<07> & 中文 &nbsp;一\n二"
    assert entities == [{"type": "expandable_blockquote", "offset": 16, "length": 3}]


def test_offsets_and_lengths_are_utf16():
    text, entities = parse_html("🟡🟡 <b>𠮷野</b>")
    assert entities == [{"type": "bold", "offset": 5, "length": 3}]
    assert to_html(text, entities) == "🟡🟡 <b>𠮷野</b>"


PIECES = st.text("a<&>\"'督办🟡𠮷 \n#/@.", min_size=1, max_size=8)
KINDS = st.sampled_from(["bold", "italic", "underline", "strikethrough", "spoiler", "code", "blockquote"])


@given(st.lists(st.tuples(st.one_of(st.none(), KINDS), PIECES), max_size=6))
def test_html_made_from_entities_reads_back_the_same(pieces):
    text, entities = "", []
    for kind, piece in pieces:
        if kind:
            entities.append({"type": kind, "offset": utf16_length(text), "length": utf16_length(piece)})
        text += piece
    text, entities = tidy(text, entities)
    again = tidy(*parse_html(to_html(text, entities)))
    assert again == (text, entities)


@given(st.text("<>/b=\"' &;#x督a", max_size=30))
def test_any_source_reads_or_is_refused(source):
    try:
        text, _ = read_text(source, "HTML", None, limit=4096)
    except ApiError as refusal:
        text = refusal.description.removeprefix("Bad Request: ")
    assert text


def test_lengths_count_utf16_after_the_markup_is_read(api, refusal, wang):
    assert api("sendMessage", chat_id=wang.id, text="<b>" + "督" * 4096 + "</b>", parse_mode="HTML")["ok"]
    assert api("sendMessage", chat_id=wang.id, text="🟡" * 2048)["ok"]
    assert refusal("sendMessage", chat_id=wang.id, text="🟡" * 2049) == "Bad Request: message is too long"
    assert refusal("sendMessage", chat_id=wang.id, text="督" * 4097) == "Bad Request: message is too long"
    assert refusal("sendMessage", chat_id=wang.id, text="x" * 40_000) == "Bad Request: text is too long"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "message text is empty"), ("  \n ", "text must be non-empty"), ("<b></b>", "text must be non-empty")],
)
def test_an_empty_text_is_refused(refusal, wang, text, reason):
    assert refusal("sendMessage", chat_id=wang.id, text=text, parse_mode="HTML") == f"Bad Request: {reason}"


def test_text_is_trimmed_and_control_characters_leave(api, wang):
    source = " \n督<b>办\r\n </b>\x07x \n"
    sent = api("sendMessage", chat_id=wang.id, text=source, parse_mode="HTML")["result"]
    assert (sent["text"], sent["entities"]) == ("督办\n  x", [{"type": "bold", "offset": 1, "length": 3}])


def test_other_parse_modes(refusal, wang):
    assert refusal("sendMessage", chat_id=wang.id, text="x", parse_mode="BAD") == "Bad Request: unsupported parse_mode"
    assert "parse_mode MarkdownV2" in refusal("sendMessage", chat_id=wang.id, text="*x*", parse_mode="MarkdownV2")


def test_given_entities_are_checked(api, refusal, wang):
    def with_entity(**entity):
        return refusal("sendMessage", chat_id=wang.id, text="hello", entities=[entity])

    assert with_entity(type="bold", offset=100, length=1) == (
        "Bad Request: entity begins after the end of the text at UTF-16 offset 100"
    )
    assert with_entity(type="bold", offset=0, length=100) == (
        "Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 100"
    )
    assert with_entity(type="odd", offset=0, length=1) == (
        "Bad Request: can't parse MessageEntity: Unsupported type specified"
    )
    assert with_entity(type="text_link", offset=0, length=5) == (
        "Bad Request: can't parse MessageEntity: Can't find field \"url\""
    )
    assert with_entity(type="text_link", offset=0, length=5, url="not-a-url") == (
        "Bad Request: entity URL 'not-a-url' is invalid: Wrong HTTP URL"
    )
    sent = api("sendMessage", chat_id=wang.id, text="hello", entities=[{"type": "bold", "offset": 0, "length": 5}])
    assert sent["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 5}]


def test_commands_mentions_and_links_are_found_by_themselves(wang):
    sent = wang.send("/update@duban_sandbox_bot 12 见 https://example.com/a 和 @somebody #督办 a@b.com")
    found = [(entity["type"], entity["offset"], entity["length"]) for entity in sent.seen["entities"]]
    assert found == [
        ("bot_command", 0, 25), ("url", 31, 21), ("mention", 55, 9), ("hashtag", 65, 3), ("email", 69, 7),
    ]  # fmt: skip


def test_only_a_hundred_entities_are_kept(api, wang):
    text = " ".join(f"<code>{number:03}</code>" for number in range(130))
    assert len(api("sendMessage", chat_id=wang.id, text=text, parse_mode="HTML")["result"]["entities"]) == 100


def button(**fields):
    return {"inline_keyboard": [[{"text": "x", **fields}]]}


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (button(callback_data="督" * 22), "BUTTON_DATA_INVALID"),
        (
            button(callback_data=""),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (button(), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (button(url="not-a-url"), "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL"),
        (button(url="ftp://e.com"), "inline keyboard button URL 'ftp://e.com' is invalid: Unsupported URL protocol"),
        (button(pay=True), "BUTTON_TYPE_INVALID"),
        (button(copy_text={"text": "x" * 257}), "BUTTON_COPY_TEXT_INVALID"),
        (
            button(web_app={"url": "http://e.com"}),
            "inline keyboard button Web App URL 'http://e.com' is invalid: Only HTTPS links are allowed",
        ),
        ({"inline_keyboard": "bad"}, 'field "inline_keyboard" must be of type Array'),
        ({"keyboard": "bad"}, 'field "keyboard" must be of type Array'),
        ({"force_reply": "yes"}, 'field "force_reply" must be of type Boolean'),
        ({"keyboard": [["A"]], "selective": "yes"}, 'field "selective" must be of type Boolean'),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "1"}] * 9]}, "reply markup is too long"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "1"}]] * 101}, "reply markup is too long"),
        ("{", "can't parse reply keyboard markup JSON object"),
    ],
)
def test_a_keyboard_is_refused_in_telegrams_words(refusal, wang, markup, reason):
    assert refusal("sendMessage", chat_id=wang.id, text="x", reply_markup=markup) == f"Bad Request: {reason}"


def test_a_full_keyboard_and_the_longest_data_are_taken(api, wang):
    rows = [[{"text": "x", "callback_data": "d" * 64}] * 8] * 12
    sent = api("sendMessage", chat_id=wang.id, text="x", reply_markup={"inline_keyboard": rows})
    assert sent["result"]["reply_markup"]["inline_keyboard"] == rows
