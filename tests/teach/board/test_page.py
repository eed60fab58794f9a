"""The board's page in a real Chromium, with the real command."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.deadlines import seconds
from tests.teach.board.boards import BoardProgram, learner_of

HTML = "<b onclick=x>Mallory</b>"


@pytest.fixture(scope="module")
def kept_file(tmp_path_factory):
    return tmp_path_factory.mktemp("board") / "class.board"


@pytest.fixture(scope="module")
def shown_board(browser, kept_file):
    """A board in which three learners have come some way, and its page."""
    with BoardProgram("--port", "0", "--keep", str(kept_file)) as board, browser.new_context() as context:
        context.set_default_timeout(seconds(15) * 1000)
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(board.page)
        expect(page.locator("#line")).to_have_text(
            f'from lesson import share; share("{board.address}/{board.token}")'
        )
        yield board, page
        assert errors == []


def names(page):
    return page.locator("tbody th")


def words_in_cell(page, name, exercise):
    """Return the words of one exercise of one learner."""
    headings = page.locator("thead tr").last.locator("th").all()
    place = [head.get_attribute("aria-label") or head.text_content() for head in headings].index(exercise)
    row = page.locator("tbody tr", has=page.get_by_role("rowheader", name=name, exact=True))
    return row.locator("td").nth(1 + place).locator(".words")


def choose_lesson(page, lesson):
    page.locator("#lesson").select_option(lesson)


def test_a_class(shown_board):
    """Events arrive in the page: who has been stuck longest comes first, and counts add up."""
    board, page = shown_board
    with learner_of(board, "Ann") as ann, learner_of(board, "Bob") as bob, learner_of(board, HTML) as mallory:
        ann.event(1, "01.1", "tried", "2000-01-01T00:00:00Z")  # a clock that is wrong: 12 hours
        ann.event(2, "01.1", "done")
        ann.event(3, "04.1", "tried", "2099-01-01T00:00:00Z")  # and one that is ahead: now
        mallory.event(1, "04.2", "tried", "2000-01-01T00:00:00Z")
        mallory.event(2, "04.2", "hint")
        bob.event(1, "90.1", "done")
    expect(names(page)).to_have_text([HTML, "Ann", "Bob"])
    expect(words_in_cell(page, "Ann", "01.1")).to_contain_text("done at ")
    expect(words_in_cell(page, HTML, "04.2")).to_contain_text("tried once since ")
    expect(words_in_cell(page, HTML, "04.2")).to_contain_text(", 1 hint")
    expect(words_in_cell(page, "Bob", "90.1")).to_contain_text("done at ")
    expect(words_in_cell(page, "Bob", "04.1")).to_have_text("not begun")
    expect(page.locator("#counts")).to_contain_text("3 learners2 stuck, longest 12 h 0 min2 of ")
    assert board.page.partition("#")[2] not in page.url  # which the class can read


def test_filter(shown_board):
    """One lesson has its columns alone, and the order of who is stuck in it."""
    _, page = shown_board
    choose_lesson(page, "01")
    expect(names(page)).to_have_text(["Ann", "Bob", HTML])
    assert {head.text_content()[:2] for head in page.locator("thead tr").last.locator("th").all()} == {"01"}
    expect(page.locator("#counts")).to_contain_text("0 stuck")
    choose_lesson(page, "")
    expect(names(page)).to_have_text([HTML, "Ann", "Bob"])


def test_hold_still(shown_board):
    """Held still, the table changes when it is let go."""
    board, page = shown_board
    hold = page.get_by_role("button", name="Hold still")
    hold.press("Space")
    count = names(page).count()
    page.get_by_text("Send to everybody").click()
    page.get_by_label("A text, or the code").fill("hello")
    with learner_of(board, "Cleo"):
        page.get_by_role("button", name="Send").click()
    expect(page.locator("#sent li")).to_have_count(1)  # which came after Cleo
    assert names(page).count() == count
    hold.press("Space")
    expect(names(page)).to_have_count(count + 1)


def test_send_to_everybody(shown_board):
    """A cell that is sent reaches a learner, and is in the page as text."""
    board, page = shown_board
    with learner_of(board, "Dan") as dan:
        dan.hears()  # what was sent before
        page.get_by_label("A text, or the code").fill("print('<i>')")
        page.get_by_label("It is code").check()
        page.get_by_role("button", name="Send").press("Enter")
        news = dan.hears()
        assert (news["type"], news["text"], news["cell"]) == ("news", "print('<i>')", True)
    expect(page.locator("#sent code")).to_have_text(["print('<i>')"])
    expect(page.locator("#newsState")).to_have_text("Sent.")
    expect(page.get_by_label("A text, or the code")).to_have_value("")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe(shown_board, scheme, width):
    """axe finds nothing, in the whole table and in one lesson, and no page is wider than the window."""
    _, page = shown_board
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for lesson in ["", "04"]:
        choose_lesson(page, lesson)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    choose_lesson(page, "")


def test_wrong_link(browser, shown_board):
    """The learners' token opens no page, and the page says what to do."""
    board, _ = shown_board
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(board.page.partition("#")[0] + "#" + board.token)
        expect(page.get_by_role("status").first).to_have_text(
            "This link does not open the board. Open the one that the board's terminal shows."
        )
        expect(names(page)).to_have_count(0)


def test_killed(shown_board, kept_file):
    """After kill -9 the board has its port, links and rows again; the page comes back and misses nothing."""
    board, page = shown_board
    before = page.locator("tbody").inner_text()
    with learner_of(board, "Last") as last:
        last.event(7, "15.2", "done")
        board.process.kill()
    board.process.wait(timeout=seconds(10))
    expect(page.locator("#connection")).to_contain_text("Not connected.")
    with BoardProgram("--keep", str(kept_file)) as again:
        assert (again.page, again.token) == (board.page, board.token)
        expect(page.locator("#connection")).to_be_empty()
        with learner_of(again, "Last", last.learner) as last:
            last.event(7, "15.2", "done")
            last.event(8, "15.1", "done")
        expect(words_in_cell(page, "Last", "15.1")).to_contain_text("done at ")
        expect(words_in_cell(page, "Last", "15.2")).to_contain_text("done at ")
        page.reload()
        expect(page.locator("tbody")).to_contain_text("Last")
        expect(words_in_cell(page, "Last", "15.1")).to_contain_text("done at ")
        assert all(line in page.locator("tbody").inner_text() for line in before.splitlines()[:1])
