"""Keys of three nations and an agreement that two of them signed."""

from datetime import UTC, datetime

import pytest

from redball.access.agreements import Agreement, SignedAgreement, draft, signed
from redball.signing import SigningKey, VerifierKey, new_key

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def keys() -> dict[str, SigningKey]:
    return {name: new_key(name) for name in ("DEU", "NLD", "POL")}


@pytest.fixture(scope="session")
def trusted(keys: dict[str, SigningKey]) -> dict[str, tuple[VerifierKey, ...]]:
    return {name: (key.verifier,) for name, key in keys.items()}


@pytest.fixture(scope="session")
def agreement() -> Agreement:
    return draft(
        "mutual-logistic-support",
        id="MLS-2026-001",
        parties=("DEU", "NLD"),
        valid_from=START,
        days=365,
        classes=("NATO:III",),
    )


@pytest.fixture(scope="session")
def both(agreement: Agreement, keys: dict[str, SigningKey]) -> SignedAgreement:
    return signed(signed(agreement, keys["DEU"]), keys["NLD"])
