"""One's own account: what may be changed, by whom, and after which proof."""

from collections.abc import Iterator

import pytest
from tests.web_door import PASSWORD, Door, csrf, door_in, inside, passkey
from tests.web_entered import entered

from redball.web.security.cookies import SESSION


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door_in(tmp_path_factory.mktemp("account")) as opened:
        yield opened


def test_a_password_is_changed_and_other_sessions_end(door: Door) -> None:
    browser, person = door.enrolled("anna")
    other = door.browser()
    other.cookies.set(SESSION, entered(door.services, "anna", "NLD role=analyst").secret)
    form = {"csrf": csrf(browser), "current": PASSWORD, "password": "quiet lantern above rivers"}
    wrong = browser.post("/account/password", data=form | {"current": "wrong"})
    assert wrong.status_code == 400
    assert browser.post("/account/password", data=form).status_code == 303
    assert inside(browser)
    assert not inside(other)
    again = door.browser()
    assert door.password(again, person.name).status_code == 403
    assert door.password(again, person.name, "quiet lantern above rivers").status_code == 303


def test_ways_to_sign_in_change_only_after_a_fresh_proof(door: Door) -> None:
    browser = door.browser()
    old = entered(door.services, "bert", "NLD role=analyst", strong=False)
    browser.cookies.set(SESSION, old.secret)
    form = {"csrf": old.present.csrf, "password": "quiet lantern above rivers", "current": "x",
            "key": "x", "setup": "x", "code": "x"}  # fmt: skip
    for path in ("password", "codes", "codes/prove", "recovery", "passkeys/remove"):
        answer = browser.post(
            f"/account/{path}", data=form, headers={"referer": "https://testserver/account"}
        )
        assert answer.headers["location"] == "/prove?then=%2Faccount", path
    begun = browser.post("/api/v1/account/passkeys", headers={"x-csrf-token": old.present.csrf})
    assert begun.json()["error"]["kind"] == "ProveAgain"


def test_own_sessions_are_listed_and_ended(door: Door) -> None:
    browser, _ = door.with_passkey("carl")
    other = entered(door.services, "carl", "NLD role=analyst clearance=RESTRICTED")
    page = browser.get("/account").text
    assert other.present.session in page
    form = {"csrf": csrf(browser), "key": other.present.session}
    assert browser.post("/account/sessions/end", data=form).status_code == 303
    assert other.present.session not in browser.get("/account").text


def test_a_passkey_is_added_and_the_last_one_stays(door: Door) -> None:
    browser, key = door.with_passkey("dora")
    token = csrf(browser)
    gone = browser.post("/account/passkeys/remove", data={"csrf": token, "key": key.id})
    assert gone.status_code == 400
    assert "only way to sign in" in gone.text
    again = door.browser()
    options = again.post("/api/v1/sign-in/passkey").text
    assert passkey(again, "/sign-in/passkey/answer", key.answer(options)).status_code == 200


def test_every_page_has_the_way_out(door: Door) -> None:
    browser, _ = door.with_passkey("emil", "NLD role=administrator clearance=none")
    for path in ("/account", "/tokens", "/people", "/people/approvals", "/prove", "/nowhere"):
        assert 'action="/sign-out"' in browser.get(path).text, path


def test_colours_are_chosen_for_this_browser(door: Door) -> None:
    browser, _ = door.with_passkey("fred")
    form = {"csrf": csrf(browser), "theme": "dark"}
    browser.post("/account/display", data=form)
    assert 'data-theme="dark"' in browser.get("/account").text
    assert browser.post("/account/display", data=form | {"theme": "pink"}).status_code == 422
    browser.post("/account/display", data=form | {"theme": ""})
    assert "data-theme" not in browser.get("/account").text


def test_a_token_is_shown_once_and_acts_within_its_scope(door: Door) -> None:
    browser, _ = door.with_passkey("gina")
    form = {"csrf": csrf(browser), "name": "nightly", "days": "30", "scopes": ["read"]}
    page = browser.post("/tokens", data=form).text
    token = page.split('id="shown-once">')[1].split("<")[0]
    assert token.startswith("rb_nightly_")
    assert token not in browser.get("/tokens").text
    service = door.browser()
    headers = {"authorization": f"Bearer {token}"}
    assert service.get("/api/v1/tokens", headers=headers).status_code == 200
    told = service.post("/api/v1/prove/passkey", headers=headers)
    assert told.status_code == 403
    key = browser.get("/api/v1/tokens").json()["tokens"][0]["key"]
    browser.post(f"/tokens/{key}/revoke", data={"csrf": csrf(browser)})
    assert service.get("/api/v1/tokens", headers=headers).status_code == 401
