"""How often a property is tried: a few times in every run, ten times as often in a long one."""

import os
from typing import Any

from hypothesis import settings

TIMES = 10 if os.environ.get("REDBALL_LONG") else 1


def often(examples: int, **more: Any) -> settings:
    """Settings for so many examples; ten times as many in ``make test-long``."""
    return settings(max_examples=examples * TIMES, **more)
