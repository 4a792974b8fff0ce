"""The page in a real chromium (`make test-browser`; needs /usr/bin/chromium, which tests/browser/install installs).

The echo bot answers; every test looks at what a person would see.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from echo_bot import DAILY, DAILY_KEYS, EchoBot
from playwright.sync_api import Browser, Page, expect

from bot.sandbox import Sandbox, serve
from bot.sandbox.clock import CHINA, Clock
from bot.sandbox.images import plain_png

PERSONAS = [
    {"user_id": 1001, "name_zh": "市水务局", "name_en": "Water Bureau", "role_zh": "联络员", "role_en": "liaison"},
    {"user_id": 1002, "name_zh": "整改办", "name_en": "Office", "role_zh": "办公室", "role_en": "office"},
    {"user_id": 1001, "name_zh": "工作群", "name_en": "Work group", "role_zh": "群", "role_en": "group", "chat": -4001},
    {
        "user_id": 1008,
        "name_zh": "路人",
        "name_en": "Stranger",
        "role_zh": "未登记",
        "role_en": "not bound",
        "hint_zh": "任务 12",
    },
]
START = {
    "open": 1001,
    "caption_zh": "您是市水务局联络员，回复这条试试",
    "caption_en": "You are the Water Bureau's liaison",
    "tour": [
        {"zh": "回复日报", "en": "Reply", "open": 1001, "text": "12 95%", "says": "已经记下", "says_en": "已记"},
        {"zh": "下周一", "en": "Monday", "wish": "monday 09:00"},
    ],
}
MONDAY = datetime(2022, 6, 13, 9, tzinfo=CHINA)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    clock = Clock()
    clock.set(MONDAY)

    def travel(to: datetime) -> list[dict[str, object]]:
        clock.set(to)
        sent = bot.say(1001, DAILY, DAILY_KEYS)
        return [{"at": to.isoformat(), "kind": "日报", "to": 1001, "text": "发 1 条", "message_id": sent["message_id"]}]

    with (
        serve(personas=PERSONAS, start_page=START, clock=clock, travel=travel, reset=lambda: None) as running,
        EchoBot(running.url, running.token) as bot,
    ):
        for user_id in (1001, 1002):
            running.user("", id=user_id, started=True)
        bot.say(1001, DAILY, DAILY_KEYS)
        bot.say(1002, "<b>拟发 第24期</b>")
        yield running


def opened(browser: Browser, sandbox: Sandbox, **options: object) -> Page:
    settings = {"locale": "zh-CN", "viewport": {"width": 1280, "height": 800}, **options}
    page = browser.new_context(**settings).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(5000)
    page.faults = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]
    page.goto(sandbox.url)
    page.wait_for_selector(".person")
    return page


@pytest.fixture
def page(browser: Browser, sandbox: Sandbox) -> Iterator[Page]:
    opened_page = opened(browser, sandbox)
    yield opened_page
    assert opened_page.faults == []  # type: ignore[attr-defined]
    opened_page.context.close()


def test_it_opens_at_the_caption_with_unread_marks_and_the_newest_message(page: Page) -> None:
    expect(page.locator(".hint")).to_contain_text("您是市水务局联络员")
    expect(page.locator(".person").nth(1).locator(".badge")).to_have_text("1")
    expect(page.locator("article.turn").last.locator(".key").first).to_be_in_viewport()
    expect(page.locator(".clock-time")).to_have_text("09:00")


def test_a_reply_by_double_click_is_answered_in_place(page: Page) -> None:
    page.locator("article.turn .text").last.dblclick(position={"x": 5, "y": 5})
    expect(page.locator(".replying")).to_be_visible()
    page.keyboard.type("12 95%")
    page.keyboard.press("Enter")
    expect(page.locator("article.turn.mine .quote")).to_be_visible()
    expect(page.locator("article.turn").last).to_contain_text("已记")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".toast")).to_have_text("已撤回")
    expect(page.locator("article.turn").last).to_contain_text("已修改")


def test_an_alert_is_a_dialog(page: Page) -> None:
    page.get_by_role("button", name="为何提醒").click()
    expect(page.get_by_role("dialog")).to_contain_text("每个工作日 09:00")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).not_to_be_visible()


def test_quotes_unfold_and_codes_are_copied_into_the_input(page: Page) -> None:
    quote = page.locator("blockquote.fold").last
    short = quote.bounding_box()["height"]  # type: ignore[index]
    quote.get_by_role("button").click()
    assert quote.bounding_box()["height"] > short  # type: ignore[index]
    page.locator("code", has_text="12 95%").last.click()
    expect(page.locator("textarea").first).to_have_value("12 95% 二标段完工")


def test_the_command_menu_is_chosen_by_keys(page: Page) -> None:
    page.locator("textarea").first.fill("/d")
    page.keyboard.press("ArrowDown")
    expect(page.locator('[role="option"][aria-selected="true"]')).to_contain_text("/due")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("article.turn.mine").last).to_contain_text("/digest")
    expect(page.locator("article.turn").last).to_contain_text("本周到期")


def test_pictures_go_as_an_album_and_files_by_their_name(page: Page, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(plain_png(640, 480))
    (tmp_path / "说明.docx").write_bytes(b"docx")
    page.set_input_files("input[type=file]", [tmp_path / "a.png", tmp_path / "b.png"])
    expect(page.locator(".parcel")).to_have_count(2)
    page.locator("textarea").first.fill("佐证 12")
    page.keyboard.press("Enter")
    expect(page.locator(".media.album img")).to_have_count(2)
    page.set_input_files("input[type=file]", [tmp_path / "说明.docx"])
    page.locator(".send").first.click()
    expect(page.locator(".document").last).to_contain_text("说明.docx")


def test_time_moves_forward_only_and_says_what_it_did(page: Page) -> None:
    page.get_by_role("button", name="下周一 09:00").click()
    expect(page.locator(".toast").last).to_contain_text("发 1 条")
    expect(page.locator(".clock-day")).to_contain_text("6月20日")
    page.get_by_role("button", name="时钟记事").click()
    page.locator(".deed").first.click()
    expect(page.locator(".turn.found")).to_be_visible()
    page.get_by_role("button", name="选时间").click()
    page.locator("#dialog input").fill("2022-06-01T09:00")
    page.locator("#dialog form").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="前往", exact=True).click()
    expect(page.locator(".toast").last).to_contain_text("请先重置")


def test_two_panes_show_the_same_chat_from_two_sides(page: Page, sandbox: Sandbox) -> None:
    page.get_by_role("button", name="双栏对照").click()
    expect(page.locator(".pane")).to_have_count(2)
    page.locator(".pane select").select_option("2")
    page.locator(".pane").nth(1).locator("textarea").fill("/my")
    page.keyboard.press("Enter")
    expect(page.locator(".pane").nth(1).locator("article.turn").last).to_contain_text("本周到期")


def test_the_stranger_sees_an_empty_chat_with_a_start(page: Page) -> None:
    page.get_by_role("button", name="路人").click()
    expect(page.locator(".empty")).to_be_visible()
    page.get_by_role("button", name="开始").click()
    expect(page.locator("article.turn").last).to_contain_text("已登记")


def test_who_has_said_nothing_is_shown_what_to_say(page: Page) -> None:
    page.get_by_role("button", name="路人").click()
    page.get_by_role("button", name="试试：任务 12").click()
    expect(page.locator("textarea").first).to_have_value("任务 12")
    expect(page.locator("textarea").first).to_have_attribute("placeholder", "如：任务 12")


def test_what_is_being_written_waits_for_its_writer(page: Page) -> None:
    page.locator("article.turn .text").last.dblclick(position={"x": 5, "y": 5})
    page.locator("textarea").first.fill("12 95% 写到一半")
    page.locator(".person").nth(1).click()
    expect(page.locator("textarea").first).to_have_value("")
    page.locator(".person").nth(0).click()
    expect(page.locator("textarea").first).to_have_value("12 95% 写到一半")
    expect(page.locator(".replying")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.locator("textarea").first).to_have_value("12 95% 写到一半")
    page.locator("textarea").first.press("Enter")
    expect(page.locator("textarea").first).to_have_value("")


def test_what_is_written_while_the_last_is_on_its_way_is_kept(page: Page) -> None:
    page.route("**/send", lambda route: (page.wait_for_timeout(400), route.continue_()))
    field = page.locator("textarea").first
    field.fill("第一句")
    field.press("Enter")
    field.fill("第二句")
    field.press("Enter")
    field.fill("写到一半")
    expect(page.locator("article.turn.mine .text")).to_have_text(["第一句", "第二句"])
    expect(field).to_have_value("写到一半")
    page.unroute("**/send")
    page.context.set_offline(True)
    field.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("没有发出")
    expect(field).to_have_value("写到一半")


def test_the_clocks_log_is_closed_by_escape_and_leaves_two_panes_their_width(page: Page) -> None:
    page.get_by_role("button", name="双栏对照").click()
    width = page.locator(".pane").first.bounding_box()["width"]  # type: ignore[index]
    log = page.get_by_role("button", name="时钟记事")
    log.click()
    assert page.locator(".pane").first.bounding_box()["width"] == width  # type: ignore[index]
    page.keyboard.press("Escape")
    expect(page.locator("#journal")).not_to_be_visible()
    expect(log).to_be_focused()


CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = (colour) => {
    const curve = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.map((part) => curve(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    let found = [0, 0, 0, 0];
    for (let each = node; each && found[3] < 0.99; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor);
      const share = colour[3] * (1 - found[3]);
      found = [0, 1, 2].map((n) => found[n] + colour[n] * share).concat(found[3] + share);
    }
    return found.slice(0, 3);
  };
  const poor = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    if (!texts.currentNode.data.trim() || !box.width || !box.height) continue;
    if (node.closest('[aria-hidden], :disabled, .tools')) continue;
    if (parseFloat(style.fontSize) < 2 || style.visibility === 'hidden') continue;
    const [above, below] = [light(rgba(style.color).slice(0, 3)), light(behind(node))].sort().reverse();
    const contrast = (above + 0.05) / (below + 0.05);
    if (contrast < 4.5) poor.push(`${node.className} ${texts.currentNode.data.slice(0, 12)} ${contrast.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(browser: Browser, sandbox: Sandbox, scheme: str) -> None:
    page = opened(browser, sandbox, color_scheme=scheme)
    page.locator(".hint").get_by_role("button", name="三分钟导览").click()
    page.locator("textarea").first.fill("12 95%")
    page.keyboard.press("Enter")
    expect(page.locator("article.turn").last).to_contain_text("已记")
    page.get_by_role("button", name="下周一 09:00").click()
    page.get_by_role("button", name="时钟记事").click()
    expect(page.locator(".deed").first).to_be_visible()
    page.locator("textarea").first.fill("/")
    expect(page.locator("[role=option]").first).to_be_visible()
    assert page.evaluate(CONTRASTS) == []
    page.context.close()


def test_a_forced_reply_and_a_reset(page: Page) -> None:
    page.locator("textarea").first.fill("/ask")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator(".replying")).to_contain_text("进度多少")
    page.get_by_role("button", name="重置").click()
    page.locator("#dialog").get_by_role("button", name="重置").click()
    expect(page.locator(".empty")).to_be_visible()


def test_a_phone_shows_the_list_then_the_chat_and_fits(browser: Browser, sandbox: Sandbox) -> None:
    phone = opened(browser, sandbox, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.locator(".person").first.tap()
    expect(phone.locator(".pane-head")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="返回").tap()
    expect(phone.locator(".people")).to_be_visible()
    phone.context.close()


def test_english_and_dark(browser: Browser, sandbox: Sandbox) -> None:
    page = opened(browser, sandbox, locale="en-GB", color_scheme="dark")
    expect(page.locator(".person").first).to_contain_text("Water Bureau")
    expect(page.get_by_role("button", name="Next 09:00")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="下个 09:00")).to_be_visible()
    page.context.close()


def test_what_comes_while_the_line_is_down_is_there_when_it_is_back(page: Page, sandbox: Sandbox) -> None:
    page.context.set_offline(True)
    sandbox.call("sendMessage", chat_id=1001, text="断线时说的")
    page.context.set_offline(False)
    expect(page.locator("article.turn").last).to_contain_text("断线时说的")


def test_everything_is_pushed_and_nothing_asked_for_again(page: Page, sandbox: Sandbox) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1500)
    sandbox.call("sendMessage", chat_id=1001, text="推送来的")
    expect(page.locator("article.turn").last).to_contain_text("推送来的")
    # Only that it was read is told, once.
    assert [url for url in asked if not url.endswith("/read")] == []


def test_the_bot_is_seen_typing_and_pins_a_message(page: Page, sandbox: Sandbox) -> None:
    sandbox.call("sendChatAction", chat_id=1001, action="typing")
    expect(page.locator(".pane-title .note")).to_contain_text("正在输入")
    expect(page.locator(".dots")).to_be_visible()
    daily = page.locator("article.turn", has_text="本周到期 3").last
    sandbox.call("pinChatMessage", chat_id=1001, message_id=int(daily.get_attribute("data-id") or 0))
    expect(page.locator(".pinned")).to_contain_text("6月13日 周一")
    sandbox.call("sendMessage", chat_id=1001, text="\n".join("长" * 20 for _ in range(60)))
    expect(page.locator(".dots")).not_to_be_visible()
    expect(daily).not_to_be_in_viewport()
    page.locator(".pinned").click()
    expect(daily).to_be_in_viewport()
    expect(page.locator(".turn.found")).to_contain_text("本周到期 3")


def test_days_are_parted_and_the_place_is_kept_when_something_comes(page: Page, sandbox: Sandbox) -> None:
    sandbox.call("sendMessage", chat_id=1001, text="\n".join("长" * 20 for _ in range(60)))
    page.get_by_role("button", name="下周一 09:00").click()
    expect(page.locator(".day")).to_have_text(["6月13日 周一", "6月20日 周一"])
    log = page.locator(".log")
    log.evaluate("log => log.scrollTo(0, 0)")
    expect(page.locator(".to-end")).to_be_visible()
    sandbox.call("sendMessage", chat_id=1001, text="后来的")
    expect(page.locator(".to-end .badge")).to_have_text("1")
    assert log.evaluate("log => log.scrollTop") == 0
    page.locator(".to-end").click()
    expect(page.locator("article.turn").last).to_be_in_viewport()
    expect(page.locator(".to-end")).not_to_be_visible()


HAND_IN = """([kind, name]) => {
  const given = new DataTransfer();
  given.items.add(new File([new Uint8Array([137, 80, 78, 71])], name, { type: 'image/png' }));
  const made = kind === 'paste'
    ? new ClipboardEvent('paste', { clipboardData: given, bubbles: true, cancelable: true })
    : new DragEvent('drop', { dataTransfer: given, bubbles: true, cancelable: true });
  document.querySelector(kind === 'paste' ? 'textarea' : '.pane').dispatchEvent(made);
}"""


def test_pictures_are_pasted_and_dropped(page: Page) -> None:
    page.evaluate(HAND_IN, ["paste", "贴.png"])
    expect(page.locator(".parcel")).to_have_text("贴.png")
    page.evaluate(HAND_IN, ["drop", "拖.png"])
    expect(page.locator(".parcel")).to_have_count(2)
    page.get_by_role("button", name="移除 贴.png").click()
    expect(page.locator(".parcel")).to_have_text("拖.png")


def test_a_swipe_to_the_left_replies(browser: Browser, sandbox: Sandbox) -> None:
    phone = opened(browser, sandbox, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.locator(".person").first.tap()
    box = phone.locator("article.turn .text").last.bounding_box()
    assert box is not None
    x, y = box["x"] + 150, box["y"] + 20
    touch = phone.context.new_cdp_session(phone)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 8):
        point = {"x": x - 15 * step, "y": y}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(phone.locator(".replying")).to_be_visible()
    phone.context.close()


def test_everything_can_be_done_by_keys_and_has_a_name(page: Page) -> None:
    nameless = "nodes => nodes.filter(n => !n.innerText.trim() && !n.getAttribute('aria-label')).map(n => n.outerHTML)"
    assert page.locator("button:visible").evaluate_all(nameless) == []
    page.locator(".person").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log", name="整改办")).to_be_visible()
    page.locator("textarea").first.focus()
    page.keyboard.type("/my")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    answer = page.locator("article.turn:not(.mine)").last
    expect(answer).to_contain_text("本周到期")
    answer.locator(".key").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast, #dialog[open]").first).to_be_visible()


def test_whoever_types_anywhere_writes_in_the_chat(page: Page) -> None:
    field = page.locator("textarea").first
    page.locator(".person").first.focus()
    page.keyboard.type("12 95%")
    expect(field).to_have_value("12 95%")
    page.locator("article.turn .key").last.focus()
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    page.get_by_role("button", name="重置").click()
    page.keyboard.type("x")
    expect(field).to_have_value("12 95%")


def test_the_tour_can_be_skipped_and_ticks_itself_off(page: Page, sandbox: Sandbox) -> None:
    hint = page.locator(".hint")
    hint.get_by_role("button", name="三分钟导览").click()
    hint.get_by_role("button", name="填入").click()
    expect(page.locator("textarea").first).to_have_value("12 95%")
    page.keyboard.press("Enter")
    expect(page.locator(".hint.ticked")).to_contain_text("1/2")
    page.reload()
    expect(page.locator(".hint.ticked")).to_contain_text("1/2")
    hint.get_by_role("button", name="下一步").click()
    expect(hint).to_contain_text("2/2")
    hint.get_by_role("button", name="跳过").click()
    expect(hint).to_contain_text("您是市水务局联络员")
