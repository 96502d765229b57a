from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.people_world import People, people_in


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords cost little here; that they are Argon2id at full cost is tested where they live."""
    from redball.accounts import passwords

    hasher = passwords._hasher
    cheap = passwords.Cost(1, 64, 1)
    monkeypatch.setattr(passwords, "_hasher", lambda cost: hasher(cheap))
    passwords._decoy.cache_clear()


@pytest.fixture(autouse=True)
def _soft(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here cuts the power, so the desk does not wait for the disk."""
    from redball.desk import opening

    soft = ("synchronous=OFF" if s.startswith("synchronous") else s for s in opening._SETTINGS)
    monkeypatch.setattr(opening, "_SETTINGS", tuple(soft))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[People]:
    with people_in(tmp_path) as found:
        yield found
