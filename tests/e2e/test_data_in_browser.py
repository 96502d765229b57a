"""Data and sharing in a real browser: a package with a planted error, and an agreement."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import FilePayload, Page
from tests.browsing import Served, Watched, served_in

from redball import app

MANIFEST = """owner = "DEU"
as_of = "2036-01-{day:02}T00:00:00Z"
exercise = true
title = "EXERCISE: a new depot"
label = "UNCLASSIFIED // REL ALL"
content = "changes"
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("data-browser"), tmp_path_factory) as made:
        for name in ("DEU", "NOR", "ledger"):
            app.key_new(made.store, name)
        yield made


def package(day: int, latitude: str) -> FilePayload:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("manifest.toml", MANIFEST.format(day=day))
        rows = f"NEU-1,Depot Neustadt,depot,DEU,{latitude},10.5\nNEU-2,Lager Neu,depot,DEU,52,10\n"
        made.writestr("site.csv", "key,name,kind,country,latitude,longitude\n" + rows)
    return {"name": "neu.zip", "mimeType": "application/zip", "buffer": held.getvalue()}


def upload(window: Watched, sent: FilePayload) -> Page:
    page = window.go("/data")
    page.get_by_label("Package", exact=True).set_input_files(sent)
    page.get_by_role("button", name="Upload and check").click()
    page.wait_for_url("**/data/uploads/*")
    return page


def revision(page: Page) -> int:
    found = re.search(r"Revision (\d+)", page.locator(".foot").inner_text())
    assert found
    return int(found[1])


def test_from_an_error_to_the_picture_of_others(served: Served) -> None:
    other = served.visit("planner")
    watching = other.go("/findings")
    before = revision(watching)
    window = served.visit("administrator")
    page = upload(window, package(1, "123"))
    assert "1 error in 2 rows: 1 row would be left out." in page.locator(".lead").inner_text()
    row = page.locator("#issues tbody tr").first.inner_text()
    assert "latitude" in row
    assert "123" in row
    with page.expect_download() as download:
        page.get_by_role("link", name="Error workbook").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    cells = [cell.value for sheet in book for line in sheet.iter_rows() for cell in line]
    assert any(str(one) == "123" for one in cells)
    book.close()
    page.get_by_role("button", name="Discard the upload").click()
    page.wait_for_url("**/data")

    upload(window, package(2, "52.5"))
    assert "All 2 rows are fit" in page.locator(".lead").inner_text()
    change = page.locator("section[aria-labelledby=difference] tbody tr").inner_text().split()
    assert change == ["site", "2", "0", "0", "0"]
    page.get_by_text("Rows of site").click()
    assert "NEU-1, NEU-2" in page.locator("details").inner_text()
    window.clean()
    assert window.accessible() == []
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("Imported as revision").wait_for()
    watching.get_by_text(f"Revision {before + 1}").wait_for(timeout=4_000)  # nobody loaded it again
    other.clean()


def test_from_draft_to_force_with_two_persons(served: Served, tmp_path: Path) -> None:
    window, approving = served.visit("security"), served.visit("second")
    page = window.go("/sharing")
    page.get_by_label("Id", exact=True).fill("MLS-2036-001")
    page.get_by_label("Parties").fill("DEU NOR")
    page.get_by_role("button", name="Draft", exact=True).click()
    page.wait_for_url("**/sharing/drafts/*")
    assert "NOR may newly see" in page.locator("section[aria-labelledby=change]").inner_text()
    page.get_by_role("button", name="Ask a second person").click()
    page.get_by_text("a second person of DEU has to approve").wait_for()
    second = approving.go("/people/approvals")
    second.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("button", name="Sign for DEU").click()  # the page followed by itself
    page.get_by_text("the signature of NOR is missing").wait_for()

    with page.expect_download() as download:
        page.get_by_role("link", name="Document as it stands").click()
    document = tmp_path / "agreement.json"
    download.value.save_as(document)
    app.agreement_sign(document, app.View(served.store, "NOR"))
    page.get_by_role("link", name="All agreements").click()
    page.get_by_label("Signed document").set_input_files(document)
    page.get_by_role("button", name="Take it").click()
    page.get_by_text("Every party has signed").wait_for()
    window.clean()
    assert window.accessible() == []
    page.get_by_role("button", name="Put it into force").click()
    page.wait_for_url("**/sharing/agreements/MLS-2036-001/1")
    assert page.locator(".lead").inner_text().startswith("In force.")
    assert "NOR may see" in page.locator("section[aria-labelledby=now]").inner_text()
    approving.clean()
