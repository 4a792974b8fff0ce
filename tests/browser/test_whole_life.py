"""One whole life of a task, played in the page as anybody may in ten minutes (docs/process.md, "Playing it")."""

from collections.abc import Iterator

import pytest
from conftest import Demo
from looking import opened, picture, press, said, write
from playwright.sync_api import Browser, Page, expect

from bot.settings import shipped

LONG = 240_000
LIAISON, HEAD, OFFICE = "市水务局 陈某", "市水务局 张某", "市整改办"
LEADER, VERIFIER = "市领导", "市生态环境局"


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The demonstration from its first morning on."""
    page = opened(browser, demo.url)
    write(page, "/whoami")
    said(page, "编号")
    page.get_by_role("button", name="重置").click()
    page.locator("#dialog").get_by_role("button", name="重置").click()
    expect(page.locator("article.turn", has_text="/whoami")).to_have_count(0, timeout=LONG)
    expect(page.locator("article.turn", has_text="本周到期 3")).to_be_visible(timeout=LONG)
    yield page
    page.context.close()


def be(page: Page, persona: str) -> None:
    page.locator(".person").filter(has=page.locator(".person-name", has_text=persona)).first.click()


def travel(page: Page, to: str, day: str) -> None:
    page.get_by_role("button", name="选时间").click()
    page.locator("#dialog input[type=datetime-local]").fill(to)
    page.locator("#dialog").get_by_role("button", name="前往").click()
    expect(page.locator(".clock-day")).to_contain_text(day, timeout=LONG)
    expect(page.locator(".toast")).to_have_count(0, timeout=20_000)


def test_a_task_lives_from_its_extension_to_its_relapse(page: Page) -> None:
    # A later date: asked in time, agreed by the unit's head, granted on a document.
    write(page, "延期 31 7月15日 管材到货晚")
    said(page, "已申请延期")
    be(page, HEAD)
    press(said(page, "请同意延期"), "同意")
    said(page, "送整改办决定")
    be(page, OFFICE)
    press(said(page, "请决定延期"), "同意", exact=True)
    said(page, "还缺批准依据")
    write(page, "津政办函〔2022〕31号")
    said(page, "延期已批准")

    # The work is done, shown, checked by the unit itself, and applied for.
    be(page, LIAISON)
    write(page, "进度 31.2 100% 管网全部贯通")
    said(page, "90% → 100%")
    page.locator("input[type=file]").first.set_input_files(
        [str(file) for file in sorted(shipped("demo").glob("*.jpg"))]
    )
    write(page, "佐证 31")
    said(page, "已收　31")
    write(page, "自查完成 31 已逐条核对")
    said(page, "完成不等于销号")
    write(page, "申请销号 31 新建管网 86 公里，断点全部打通")
    said(page, "现等：市水务局负责人")
    be(page, HEAD)
    press(said(page, "申请销号 请同意"), "同意")
    said(page, "现等：市生态环境局核查")

    # Looked at, on the spot too, and returned measure by measure.
    be(page, VERIFIER)
    press(said(page, "请核查　31"), "佐证 2")
    said(page, "31 佐证　2 件")
    write(page, "现场核查 31 6月13日 周某、吴某 两处井盖未复位")
    said(page, "现场核查已记")
    press(said(page, "请核查　31"), "退回")
    said(page, "请写明退回原因")
    write(page, "31.2 两处井盖未复位；31.1 缺用户清单")
    said(page, "已送达")
    be(page, LIAISON)
    said(page, "整改后重新自查完成")
    write(page, "任务 31")
    expect(said(page, "退回原因：31.2 两处井盖未复位")).to_contain_text("31.1 缺用户清单")
    picture(page, "returned")
    write(page, "自查完成 31 井盖已复位，清单已补")
    said(page, "井盖已复位")
    write(page, "申请销号 31 井盖已复位，清单已补")
    said(page, "现等：市水务局负责人")
    be(page, HEAD)
    press(said(page, "申请销号 请同意"), "同意")
    said(page, "现等：市生态环境局核查")
    be(page, VERIFIER)
    press(said(page, "上次退回：31.2 两处井盖未复位"), "验收合格")
    said(page, "已记：验收合格")

    # The public notice, with an objection that is answered.
    be(page, OFFICE)
    press(said(page, "已验收 待公示"), "拟公示")
    expect(page.locator(".document").last).to_contain_text("notice-31")
    press(said(page, "已验收 待公示"), "今日公示")
    said(page, "10 个工作日")
    be(page, LIAISON)
    write(page, "异议 31 北段一处仍有渗水")
    said(page, "异议已记")
    be(page, OFFICE)
    press(said(page, "公示异议"), "异议不成立")
    said(page, "请说明异议不成立的理由")
    write(page, "经现场复核，已无渗水")
    said(page, "答复：经现场复核")

    # After its last day everybody signs in order, and the office strikes it off.
    travel(page, "2022-06-28T09:30", "6月28日")
    for persona, n in ((HEAD, 1), (OFFICE, 2), (LEADER, 3)):
        be(page, persona)
        asked = said(page, f"请联签（{n}/3）")
        if persona == LEADER:
            picture(page, "countersigning")
        press(asked, "签字")
        said(page, f"{n}/3\n校验码")
    be(page, OFFICE)
    press(said(page, "联签已齐"), "销号")
    said(page, "本轮数据不再变动")

    # The look-back fails: a new cycle, while the old one stays what it was.
    travel(page, "2022-07-28T09:30", "7月28日")
    be(page, VERIFIER)
    write(page, "待办")
    press(said(page, "回头看（7月28日）"), "未通过 31")
    said(page, "请写明回头看发现的问题")
    write(page, "再生水利用率回落")
    said(page, "回头看未通过")
    be(page, OFFICE)
    press(said(page, "回头看未通过"), "重开", exact=True)
    press(said(page, "重开 31 再生水管网？"), "确认重开")
    said(page, "请重新签收")
    be(page, LIAISON)
    said(page, "请重新签收")
    write(page, "任务 31")
    said(page, "第 2 轮")
    write(page, "历史 31")
    said(page, "已交办（第 2 轮）")
    picture(page, "relapse")
