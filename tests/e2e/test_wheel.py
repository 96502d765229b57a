"""The built wheel serves every page from a place without a checkout and without Node."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from tests.web_world import exercise_store

from redball.web.application import declared
from redball.web.routing import Kind

ASKS = ("/live", "/prove/provider", "/sign-in/provider")
"""One never ends; the others lead to a nation's own identity provider, and there is none here."""
LOOK = """
import sys
from pathlib import Path
import redball
assert "site-packages" in redball.__file__, redball.__file__
from tests_in_wheel import look
look(sys.argv[1], sys.argv[2:])
"""
HELPER = """
from redball.web.application import build
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Settings
from starlette.testclient import TestClient
from web_people import session_cookie

ORIGIN = "https://testserver"


def look(store, paths):
    services = Services.open(Settings(store=store, origin=ORIGIN))
    client = TestClient(secured(build(services), services), base_url=ORIGIN)
    client.cookies.update(session_cookie(services, "node", "XAG"))
    for path in paths:
        found = client.get(path)
        print(path, found.status_code, len(found.content))
    icon = client.get("/").text.partition('rel="icon" href="')[2].partition('"')[0]
    print("icon", client.get(icon).status_code)
    vendor = icon.rpartition("/")[0] + "/vendor/maplibre-gl.mjs"
    print("map", client.get(vendor).status_code)
    services.stop()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    source = target / "source"  # building leaves traces beside the source
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(project_root / name, source / name)
    shutil.copytree(
        project_root / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__")
    )
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    built = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return next(target.glob("*.whl"))


def test_the_wheel_holds_all_that_is_served_and_says_under_which_licences(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "redball/web/static/vendor/maplibre-gl.mjs",
        "redball/web/static/vendor/htmx.min.js",
        "redball/web/static/vendor/LICENCES.txt",
        "redball/web/templates/base.html",
        "redball/reports/assets/coastline.json",
    ):
        assert name in names


def take_compiled(source: Path, packages: Path) -> None:
    """Take the kernels as they were compiled from the same files: that takes a minute."""
    for index in source.rglob("__pycache__/*.nb[ic]"):
        kernel = index.relative_to(source)
        place = packages / kernel
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(index, place)
    for module in source.rglob("*.py"):
        there = packages / module.relative_to(source)
        if there.read_bytes() == module.read_bytes():
            shutil.copystat(module, there)  # by time and size it is known whether they fit


def test_every_page_is_served_from_the_wheel_alone(
    wheel: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, project_root: Path
) -> None:
    place = tmp_path / "place"
    venv.create(place, with_pip=False)
    packages = next(place.glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(packages)  # what installing a pure wheel does
    # dependencies as they are installed here; the checkout is not on that path
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    take_compiled(project_root / "src", packages)
    (packages / "tests_in_wheel.py").write_text(HELPER)
    shutil.copyfile(project_root / "tests/web_people.py", packages / "web_people.py")
    store = tmp_path / "coalition.sqlite"
    shutil.copyfile(exercise_store(tmp_path_factory), store)
    pages = sorted(
        route.path
        for route in declared()
        if route.kind is Kind.PAGE and "{" not in route.path and route.path not in ASKS
    )
    answer = subprocess.run(
        [place / "bin" / "python", "-W", "ignore", "-c", LOOK, store, *pages],
        cwd=tmp_path,
        env={"PATH": str(place / "bin"), "HOME": str(tmp_path), "LANG": os.environ.get("LANG", "")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    told = dict(line.split(" ", 1) for line in answer.stdout.splitlines())
    assert set(pages) <= set(told)
    for path, words in told.items():
        assert int(words.split()[0]) < 400, f"{path}: {words}"
