"""Settings shared by all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "dev")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Top folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of published cases; where it is absent a test is skipped, in CI it fails."""
    folder = Path(os.environ.get("REDBALL_REFERENCE", ROOT.parent / "shared" / "reference"))
    if not folder.is_dir():
        message = f"The reference folder is absent: {folder.name}; set REDBALL_REFERENCE."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder
