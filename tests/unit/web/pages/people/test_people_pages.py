"""The register: adding, changing, two persons, and names that are markup."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.web_door import ADMINISTRATOR, ANALYST, Door, csrf, door_in, found, inside
from tests.web_entered import account_for, entered

from redball.web.security.cookies import SESSION

FORM = {"name": "new", "display": "New", "nation": "NLD", "role": "analyst",
        "clearance": "UNCLASSIFIED"}  # fmt: skip


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door_in(tmp_path_factory.mktemp("people")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(door: Door) -> TestClient:
    return door.with_passkey("admin", ADMINISTRATOR)[0]


@pytest.fixture(scope="module")
def second(door: Door) -> TestClient:
    return door.with_passkey("second", ADMINISTRATOR)[0]


def test_somebody_is_added_invited_and_closed(door: Door, admin: TestClient) -> None:
    form = FORM | {"csrf": csrf(admin), "name": "lars", "display": "Lars"}
    place = admin.post("/people", data=form).headers["location"]
    assert "lars is invited" in admin.get(place).text
    page = admin.post(f"{place}/link", data={"csrf": csrf(admin)}).text
    link = found(r'id="shown-once">https://testserver(/link/[^<]+)<', page)
    assert door.browser().post(link).headers["location"] == "/enrol"
    assert admin.post(f"{place}/close", data={"csrf": csrf(admin)}).status_code == 303
    assert "closed" in admin.get("/people").text


def test_power_needs_a_second_person(door: Door, admin: TestClient, second: TestClient) -> None:
    form = FORM | {"csrf": csrf(admin), "name": "mara", "role": "security", "clearance": "SECRET"}
    assert admin.post("/people", data=form).headers["location"] == "/people/approvals"
    listed = admin.get("/api/v1/people").json()["people"]
    assert "mara" not in {one["name"] for one in listed}
    key = admin.get("/api/v1/approvals").json()["approvals"][0]["key"]
    give = f"/people/approvals/{key}/give"
    assert admin.post(give, data={"csrf": csrf(admin)}).status_code == 400
    assert second.post(give, data={"csrf": csrf(second)}).status_code == 303
    listed = admin.get("/api/v1/people").json()["people"]
    assert "mara" in {one["name"] for one in listed}


def test_an_administrator_ends_the_sessions_of_somebody(door: Door, admin: TestClient) -> None:
    browser = door.browser()
    session = entered(door.services, "nils", ANALYST)
    browser.cookies.set(SESSION, session.secret)
    assert inside(browser)
    place = f"/people/{session.present.account}/sessions/end"
    assert admin.post(place, data={"csrf": csrf(admin)}).status_code == 303
    assert not inside(browser)


def test_a_name_that_is_markup_is_shown_as_text(admin: TestClient) -> None:
    name = "<script>alert(1)</script>\"'&{{7*7}}"
    form = FORM | {"csrf": csrf(admin), "name": "olga", "display": name}
    place = admin.post("/people", data=form).headers["location"]
    for path in (place, "/people"):
        page = admin.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "{{7*7}}" in page


def test_a_name_that_is_sql_is_a_name(admin: TestClient) -> None:
    form = FORM | {"csrf": csrf(admin), "name": "pia", "display": "x'); DROP TABLE account; --"}
    assert admin.post("/people", data=form).status_code == 303
    assert "DROP TABLE account" in admin.get("/people").text


def test_an_account_of_nobody_is_answered_like_another_s(door: Door, admin: TestClient) -> None:
    key = account_for(door.services, "rolf", ANALYST)
    browser, _ = door.with_passkey("sven")
    real, none = (browser.get(f"/people/{one}") for one in (key, "0" * 16))
    assert real.status_code == none.status_code == 403
    session = entered(door.services, "rolf", ANALYST).present.session
    ends = [
        browser.post("/account/sessions/end", data={"csrf": csrf(browser), "key": one})
        for one in (session, "0" * 16)
    ]
    assert {one.status_code for one in ends} == {404}
    assert ends[0].text == ends[1].text
    assert admin.get("/people/nobody").status_code == 404


@pytest.mark.parametrize("field", ["nation", "role", "clearance", "caveats"])
def test_forms_are_checked_here_whatever_the_browser_does(admin: TestClient, field: str) -> None:
    form = FORM | {"csrf": csrf(admin), "name": "tess"} | {field: "X=Y; DROP"}
    answer = admin.post("/people", data=form)
    assert answer.status_code == 400
    assert "tess" not in {one["name"] for one in admin.get("/api/v1/people").json()["people"]}
