"""Two app servers on one database and one run folder behind nginx: one dies, the class goes on.

They have no engine (the cluster that they are told of does not exist): a class needs none. Without
an nginx on the machine the test is skipped, with a line that says so; without a PostgreSQL both
servers share an SQLite file.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from model.classroom.database import FILE, Database
from model.classroom.lifecycle import class_of_teacher
from model.classroom.questions import ask_class
from model.classroom.view import ClassView, view_class
from tests.browser.conftest import ROOT, WARM, end_server, start_server
from tests.browser.test_class import begin_class, come_in
from tests.browser.test_nginx import BASE, nginx
from tests.postgres import find_postgres, postgres
from tests.waiting import wait_until

pytestmark = pytest.mark.browser
OPTIONS = ("a", "b", "c")


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The database of both servers, which inherit the environment."""
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    monkeypatch.setenv("DIGITSCOPE_SCHEDULER", "tcp://127.0.0.1:9")
    with ExitStack() as stack:
        url = str(tmp_path / FILE)
        if find_postgres() is not None:
            url = stack.enter_context(postgres()).url
            monkeypatch.setenv("DIGITSCOPE_DATABASE", url)
        yield url


def view_of(database: Database, key: str) -> ClassView:
    class_id = class_of_teacher(database, key)
    assert class_id is not None
    view = view_class(database, class_id)
    assert view is not None
    return view


def wait_for_answers(page: Page, database: Database, key: str, counts: tuple[int, ...]) -> None:
    """Wait until the database has these answers: no screen shows them before the class is told."""

    def counted() -> bool:
        question = view_of(database, key).question
        return question is not None and question.counts[0] == counts

    # The tab, too, is served meanwhile.
    wait_until(counted, WARM / 1000, f"the answers {counts}", lambda: page.wait_for_timeout(50))


def test_a_class_goes_on_when_one_of_two_servers_is_killed(
    browser: Browser, where: str, tmp_path: Path
) -> None:
    logs = [tmp_path / f"log {number}" for number in (1, 2)]
    servers = [start_server(ROOT / "app.py", log, BASE) for log in logs]
    ports = [urlsplit(url).port for url, _ in servers]

    def both(rules: str) -> str:
        second, place = "# server 127.0.0.1:8502;", "location /digits/ {"
        assert second in rules
        assert place in rules
        rules = rules.replace(second, f"server 127.0.0.1:{ports[1]} max_fails=1 fail_timeout=5s;")
        return rules.replace(place, f"{place} add_header X-Server $upstream_addr always;")

    database = Database(where)
    killed = None
    try:
        with nginx(servers[0][0], tmp_path, both) as url, ExitStack() as stack:
            contexts = [stack.enter_context(browser.new_context()) for _ in range(2)]
            teacher, fox = (context.new_page() for context in contexts)
            code, key = begin_class(teacher, url)
            name = come_in(fox, url, code)
            fox.locator(".sign .hand").click()
            ask_class(database, view_of(database, key).id, "Which?", OPTIONS, 1)
            choices = fox.locator(".panel .choices button")
            choices.nth(0).click(timeout=WARM)
            expect(teacher.locator(".board .stage")).to_have_text("1 of 1 have answered")

            answer = contexts[1].request.get(f"{url}/_stcore/health")
            mine = int(answer.headers["x-server"].rpartition(":")[2])
            killed = ports.index(mine)
            servers[killed][1].kill()
            servers[killed][1].wait(20)

            choices.nth(2).click()  # at once: what is asked of a server that is gone is not lost
            class_is_as_it_was(teacher, fox, name)
            expect(choices.nth(2)).to_have_attribute("aria-pressed", "true")
            wait_for_answers(fox, database, key, (0, 0, 1))
            fox.reload()
            class_is_as_it_was(teacher, fox, name)
            expect(choices.nth(2)).to_have_attribute("aria-pressed", "true")
            wait_for_answers(fox, database, key, (0, 0, 1))
            assert len(view_of(database, key).students) == 1
    finally:
        database.close()
        for number, (_, server) in enumerate(servers):
            if number != killed:
                end_server(server, logs[number])


def class_is_as_it_was(teacher: Page, fox: Page, name: str) -> None:
    """The same animal with its hand up, connected to the server that is left, and the board."""
    expect(fox.locator(".sign[data-state='open'] .who")).to_have_text(name, timeout=WARM)
    expect(fox.locator(".sign .hand")).to_have_text("Hand is up", timeout=WARM)
    tile = teacher.locator(".board[data-state='open'] .tile", has_text=name)
    expect(tile.locator(".up")).to_be_visible(timeout=WARM)
    expect(tile).not_to_have_class("gone", timeout=WARM)
    expect(teacher.locator(".board .stage")).to_have_text("1 of 1 have answered", timeout=WARM)
