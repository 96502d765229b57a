"""The door: links, passwords and codes, passkeys, through the pages as a browser sees them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.authenticator import Authenticator
from tests.web_door import (
    ADMINISTRATOR,
    ANALYST,
    PASSWORD,
    Door,
    code,
    csrf,
    door_in,
    found,
    inside,
    passkey,
)
from tests.web_entered import register_of

from redball.app.people import first_administrator
from redball.store import open_store
from redball.web.security.cookies import SESSION, STEP
from redball.web.settings import Limits


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door_in(tmp_path_factory.mktemp("door")) as opened:
        yield opened


def test_a_new_server_has_no_way_in_but_the_first_link(tmp_path: Path) -> None:
    with door_in(tmp_path) as door:
        browser = door.browser()
        page = browser.get("/sign-in").text
        assert "Nobody has an account here yet" in page
        assert 'type="password"' not in page
        for name in ("administrator", "admin", "root", "redball"):
            for password in ("", "admin", "password", "redball", name):
                door.password(browser, name, password or "-")
                assert not inside(browser)
        link = first_administrator(register_of(door.services), "NLD")
        assert browser.post(f"/link/{link}").headers["location"] == "/enrol"
        key = Authenticator("https://testserver")
        answer = key.register(browser.post("/api/v1/enrol/passkey").text)
        assert passkey(browser, "/enrol/passkey/answer", answer).status_code == 200
        assert inside(browser)
        assert first_administrator(register_of(door.services), "NLD") is None


def test_looking_at_a_link_does_not_use_it(door: Door) -> None:
    link = door.link("previewed", ANALYST)
    for _ in range(3):
        page = door.browser().get(f"/link/{link}")
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
    assert door.browser().post(f"/link/{link}").headers["location"] == "/enrol"
    again = door.browser().post(f"/link/{link}")
    assert again.status_code == 404
    assert again.text.count(link) == door.browser().post("/link/none").text.count("none")


def test_a_password_and_a_code_open(door: Door) -> None:
    browser, person = door.enrolled("anna")
    assert inside(browser)
    assert len(person.recovery) == 10
    other = door.browser()
    first = door.password(other, "Anna")
    assert first.headers["location"] == "/sign-in/code?then=%2F"
    done = other.post("/sign-in/code", data={"code": code(person.seed, 1), "then": "/findings"})
    assert done.headers["location"] == "/findings"
    assert inside(other)
    assert STEP not in other.cookies


def test_a_password_alone_opens_nothing(door: Door) -> None:
    door.enrolled("bert")
    browser = door.browser()
    assert door.password(browser, "bert").status_code == 303
    assert not inside(browser)
    assert browser.get("/account").headers["location"].startswith("/sign-in")


def test_no_step_can_be_left_out(door: Door) -> None:
    _, person = door.enrolled("carl")
    browser = door.browser()
    assert browser.get("/sign-in/code").headers["location"].startswith("/sign-in")
    assert browser.post("/sign-in/code", data={"code": code(person.seed, 1)}).status_code == 403
    browser.cookies.set(STEP, "made-up")
    assert browser.post("/sign-in/code", data={"code": code(person.seed, 1)}).status_code == 403
    assert browser.post("/enrol/password", data={"password": PASSWORD}).status_code == 403
    assert browser.post("/api/v1/enrol/passkey").status_code == 403
    assert not inside(browser)


def test_a_code_counts_once(door: Door) -> None:
    _, person = door.enrolled("dora")
    now = code(person.seed, 1)
    one, two = door.browser(), door.browser()
    door.password(one, "dora")
    door.password(two, "dora")
    assert one.post("/sign-in/code", data={"code": now}).status_code == 303
    assert two.post("/sign-in/code", data={"code": now}).status_code == 403
    assert two.post("/sign-in/code", data={"code": code(person.seed, -1)}).status_code == 403
    assert not inside(two)


def test_a_recovery_code_counts_once(door: Door) -> None:
    _, person = door.enrolled("emil")
    for status in (303, 403):
        browser = door.browser()
        door.password(browser, "emil")
        answer = browser.post("/sign-in/code", data={"code": person.recovery[0].lower()})
        assert answer.status_code == status


def test_whoever_fails_is_told_the_same(door: Door) -> None:
    door.enrolled("fred")
    answers = [
        door.password(door.browser(), name, "wrong horse entirely")
        for name in ("fred", "nobody", "x", "' or 1=1 --", "\u202efred")
    ]
    assert {one.status_code for one in answers} == {403}
    texts = [one.text.split('id="f-name"')[0] for one in answers]
    assert "Name and password do not fit." in texts[0]
    assert len(set(texts)) == 1


def test_a_session_is_another_after_signing_in_and_after_a_proof(door: Door) -> None:
    browser, key = door.with_passkey("gina")
    first = browser.cookies[SESSION]
    options = browser.post("/api/v1/prove/passkey", headers={"x-csrf-token": csrf(browser)}).text
    headers = {"x-csrf-token": csrf(browser)}
    import json

    given = {"answer": json.loads(key.answer(options)), "then": "/tokens"}
    done = browser.post("/api/v1/prove/passkey/answer", json=given, headers=headers)
    assert done.json() == {"go": "/tokens"}
    second = browser.cookies[SESSION]
    assert second != first
    old = door.browser()
    old.cookies.set(SESSION, first)
    assert not inside(old)
    fixed = door.browser()
    fixed.cookies.set(SESSION, second)
    begun = fixed.post("/api/v1/sign-in/passkey").text
    again = passkey(fixed, "/sign-in/passkey/answer", key.answer(begun))
    assert again.status_code == 200, again.text
    values = [one.value for one in fixed.cookies.jar if one.name == SESSION]
    assert second not in values[-1:]
    assert not inside(browser)  # what the browser had before has ended


@pytest.mark.parametrize("lie", ["origin", "host", "verified", "counter", "key", "again", "type"])
def test_a_passkey_that_is_not_right(door: Door, lie: str) -> None:
    _, key = door.with_passkey(f"hans-{lie}")
    key.count = 5
    browser = door.browser()
    passkey(browser, "/sign-in/passkey/answer", key.answer(_begun(browser)))
    assert inside(browser)
    browser = door.browser()
    changed: dict[str, object] = {}
    if lie == "origin":
        key.origin = "https://testserver.evil.example"
    elif lie == "host":
        key.host = "evil.example"
    elif lie == "verified":
        key.verifies = False
    elif lie == "counter":
        key.count = 3
    elif lie == "key":
        changed["key"] = Authenticator("x").key
    elif lie == "type":
        changed["type"] = "webauthn.create"
    answer = key.answer(_begun(browser), **changed)
    if lie == "again":
        other = door.browser()
        assert passkey(other, "/sign-in/passkey/answer", answer).status_code == 200
    assert passkey(browser, "/sign-in/passkey/answer", answer).status_code == 403
    assert not inside(browser)


def _begun(browser: object) -> str:
    return str(browser.post("/api/v1/sign-in/passkey").text)  # type: ignore[attr-defined]  # a client


def test_guessing_is_slowed_by_account_and_by_address(tmp_path: Path) -> None:
    with door_in(tmp_path, limits=Limits(sign_ins_per_minute=4)) as door:
        browser = door.browser()
        codes = [door.password(browser, "anna", "wrong").status_code for _ in range(6)]
        assert codes == [403] * 4 + [429] * 2
        assert door.password(browser, "bert", "wrong").status_code == 403
        others = [door.password(browser, f"name{n}", "wrong").status_code for n in range(20)]
        assert others[-1] == 429
        assert int(door.password(browser, "anna", "wrong").headers["retry-after"]) >= 1


def test_passwords_are_masked_and_may_be_pasted(door: Door) -> None:
    door.enrolled("ines")
    page = door.browser().get("/sign-in").text
    field = found(r'(<input id="f-password"[^>]*>)', page)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page


def test_a_weak_password_is_told_why(door: Door) -> None:
    browser = door.enrolling("jana")
    for weak in ("short", "password1234", "jana-jana-jana", "qwertzuiopasdf"):
        answer = browser.post("/enrol/password", data={"password": weak})
        assert answer.status_code == 400
        assert weak not in answer.text


def test_after_another_site_the_page_asks_again_from_here(door: Door) -> None:
    browser = door.browser()
    page = browser.get("/sign-in?then=/findings", headers={"sec-fetch-site": "cross-site"})
    assert 'http-equiv="refresh" content="0; url=/sign-in?then=%2Ffindings"' in page.text


def test_an_open_redirect_is_none(door: Door) -> None:
    browser, key = door.with_passkey("kurt")
    for then in ("//evil.example", "https://evil.example", "/\\evil.example"):
        done = browser.get("/sign-in", params={"then": then})
        assert done.headers["location"] == "/"
        fresh = door.browser()
        given = passkey(fresh, "/sign-in/passkey/answer", key.answer(_begun(fresh)), then=then)
        assert given.json() == {"go": "/"}


def test_what_happens_at_the_door_is_in_the_ledger(tmp_path: Path) -> None:
    with door_in(tmp_path) as door:
        _, person = door.enrolled("lena", ADMINISTRATOR)
        door.password(door.browser(), "lena", "wrong")
        browser = door.browser()
        door.password(browser, "lena")
        browser.post("/sign-in/code", data={"code": "000000"})
        browser.post("/sign-in/code", data={"code": code(person.seed, 1)})
        browser.post("/sign-out", data={"csrf": csrf(browser)})
        register_of(door.services).close()
        with open_store(door.services.settings.store, migrate=False) as store:
            told = [(str(one.kind), one.verb, one.facts.get("reason")) for one in store.events()]
        assert ("refusal", "sign in", "password") in told
        assert ("refusal", "sign in", "code") in told
        assert ("sign-in", "sign in", None) in told
        assert ("sign-in", "sign out", None) in told
        assert PASSWORD not in str(told)
        assert person.seed not in str(told)
