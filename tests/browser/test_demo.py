"""`make demo` as its users see it: the real bot, the demonstration plan, a real browser."""

import signal

import pytest
from conftest import Demo
from looking import opened, picture, press, said, write
from playwright.sync_api import Browser, expect

from bot.settings import shipped

LONG = 120_000
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_killed_right_after_its_first_start_it_is_all_there(browser: Browser, demo: Demo) -> None:
    demo.stop(signal.SIGKILL)
    demo.start()
    page = opened(browser, demo.url)
    said(page, "本周到期 3")
    unread = {text.split("\n")[0] for text in page.locator(".person .badge").all_inner_texts()}
    assert unread
    assert all(int(count) < 10 for count in unread), "who wrote has read what stood there"
    lived = page.evaluate("fetch('/sandbox/chats/1004/messages?limit=200').then((answer) => answer.text())")
    assert "5月16日 周一" in lived
    assert "机器人停过" not in lived, "nothing of the year before was missed"


def test_the_page_opens_on_the_liaisons_monday(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url)
    said(page, "本周到期 3")
    expect(page.locator(".hint")).to_contain_text("您是市水务局联络员")
    names = [text.split("\n")[0] for text in page.locator(".person-name").all_inner_texts()]
    assert [name[:3] for name in names] == [
        "市水务",
        "市整改",
        "市领导",
        "武清区",
        "市生态",
        "市水务",
        "市水务",
        "钱某未",
    ]
    expect(page.locator(".person").nth(1).locator(".badge")).to_be_visible()
    picture(page, "liaison")


def test_a_liaison_reports_by_reply_and_takes_it_back_by_button(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url)
    said(page, "本周到期 3").locator(".text").dblclick(position={"x": 4, "y": 4})
    expect(page.locator(".replying")).to_contain_text("本周到期")
    write(page, "07 62% 二标段清淤完成 1.8 公里")
    answer = said(page, "55% → 62%")
    expect(page.locator("article.turn.mine .quote").last).to_contain_text("督办")
    picture(page, "reported")
    press(answer, "撤回")
    said(page, "已撤回")


def test_a_liaison_reports_by_buttons_alone(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url)
    press(said(page, "本周到期 3"), "报 07")
    guide = said(page, "上次 55%")
    guide.scroll_into_view_if_needed()
    picture(page, "buttons")
    press(guide, "60%", exact=True)
    press(said(page, "55% → 60%"), "撤回")
    said(page, "已撤回")


def test_a_liaison_sends_pictures_as_evidence(browser: Browser, demo: Demo) -> None:
    files = [str(file) for file in sorted(shipped("demo").glob("*.jpg"))]
    page = opened(browser, demo.url)
    page.locator("input[type=file]").first.set_input_files(files)
    expect(page.locator(".parcel")).to_have_count(2)
    write(page, "佐证 31")
    said(page, "已收　31")
    picture(page, "evidence")


def test_two_pictures_stand_side_by_side(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url, "市整改办")
    write(page, "任务 12")
    press(said(page, "入河排口整治"), "前后对比")
    sheet = said(page, "左：2022-04-12 拍摄")
    expect(sheet.locator("img")).to_be_visible()
    picture(page, "before-after")


def test_a_receipt_is_no_progress(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url)
    write(page, "收到")
    said(page, "收到不作为进展")


def test_the_leader_questions_a_number(browser: Browser, demo: Demo) -> None:
    # As tall as the bulletin.
    page = opened(browser, demo.url, "市领导", viewport={"width": 1280, "height": 880})
    bulletin = said(page, "整改周通报 2022年第23期")
    expect(bulletin).to_contain_text("完成（+2），其中销号 13（+1）")
    expect(bulletin).to_contain_text("销号率 31.7%（13/41）")
    picture(page, "bulletin")
    press(bulletin, "看构成")
    press(said(page, "点一个数"), "超期 2")
    behind = said(page, "渗滤液积存处置")
    expect(behind).to_contain_text("41 = 完成 25 + 未完成 16")
    expect(behind).to_contain_text("转入 26")
    picture(page, "composition")


def test_the_leader_has_a_unit_on_one_page(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url, "市领导")
    write(page, "一页纸 武清区")
    unit = said(page, "会前一页纸　武清区")
    picture(page, "one-page")
    press(unit, "Word")
    expect(page.locator(".document").last).to_contain_text(".docx")


def test_a_stranger_learns_nothing(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url, "钱某")
    write(page, "任务 12")
    said(page, "只供受邀单位使用")
    assert "入河排口整治" not in page.locator(".log").first.inner_text()
    picture(page, "stranger")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_works_on_a_phone(browser: Browser, demo: Demo, scheme: str) -> None:
    page = opened(browser, demo.url, color_scheme=scheme, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, f"phone-list-{scheme}")
    page.locator(".person").first.tap()
    expect(page.locator(".pane-head")).to_be_visible()
    expect(page.locator("article.turn").last).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, f"phone-{scheme}")
    page.context.close()


def test_two_people_stand_side_by_side(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url)
    page.get_by_role("button", name="双栏对照").click()
    page.locator(".pane select").select_option("1")
    expect(page.locator(".pane")).to_have_count(2)
    log = page.locator(".pane").first.locator(".log")
    assert log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 80, "it kept its place"
    picture(page, "two-panes")


def test_the_page_speaks_english_in_the_dark(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url, color_scheme="dark", locale="en-GB")
    expect(page.get_by_text("Chen, Water").first).to_be_visible()
    write(page, "/lang en")
    said(page, "English")
    write(page, "/my")
    said(page, "My tasks")
    picture(page, "english-dark")
    write(page, "/lang zh")
    said(page, "中文")


def test_the_office_imports_a_list_and_answers_its_one_question(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url, "市整改办")
    page.locator("input[type=file]").first.set_input_files(str(shipped("demo/补充整改清单（演示）.csv")))
    page.locator(".send").first.click()
    press(said(page, "要问 1 处"), "逐项确认")
    question = said(page, "第 1/1 问")
    picture(page, "import")
    press(question, "2022年8月31日")
    press(said(page, "待确认导入"), "确认导入")
    said(page, "已导入")


def test_the_clock_is_turned_to_monday_and_the_bulletin_comes(browser: Browser, demo: Demo) -> None:
    page = opened(browser, demo.url, "市领导")
    page.get_by_role("button", name="下周一 09:00").click()
    expect(page.locator(".clock-day")).to_contain_text("6月20日", timeout=LONG)
    said(page, "整改周通报 2022年第24期")
    page.get_by_role("button", name="时钟记事").click()
    expect(page.locator(".deed.sum").first).to_contain_text("发")
    picture(page, "monday")
    page.locator("button.deed", has_text="整改周通报 2022年第24期").first.click()
    expect(page.locator(".turn.found")).to_be_visible()


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGKILL])
def test_everything_is_there_after_a_restart(browser: Browser, demo: Demo, ended_by: signal.Signals) -> None:
    demo.stop(ended_by)
    demo.start()
    page = opened(browser, demo.url, "市领导")
    said(page, "整改周通报 2022年第24期")
    expect(page.locator(".clock-day")).to_contain_text("6月20日")
    page.get_by_role("button", name="时钟记事").click()
    expect(page.locator(".deed.sum").first).to_be_visible()
