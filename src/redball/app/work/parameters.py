"""Parameters of work: plain JSON, read with bounds before anything is queued."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from redball.app.answers import Answer, Progress
from redball.app.inputs import Inputs
from redball.model import BadUse

Runs = Callable[[Inputs, Progress], Answer]
"""What is run once its parameters were read."""

MOST_TEXT = 200_000
"""Characters of one text, such as a scenario."""
MOST_NAMES = 64


class Parameters:
    """Parameters by name; each is taken once, and what is left over is refused.

    Parameters
    ----------
    given : mapping
        Plain values, as JSON has them; numbers may come as text, from a form.

    Raises
    ------
    BadUse
        It is no mapping of names.
    """

    def __init__(self, given: Mapping[str, object]) -> None:
        self._left = {str(k): v for k, v in given.items() if v not in (None, "", [])}

    @classmethod
    def parse(cls, text: str) -> "Parameters":
        """Read JSON.

        Raises
        ------
        BadUse
            It is not JSON, or no object.
        """
        try:
            given = json.loads(text or "{}")
        except (ValueError, RecursionError):
            raise BadUse("The parameters are not JSON.", where="parameters") from None
        if not isinstance(given, dict):
            raise BadUse("The parameters are not an object.", where="parameters")
        return cls(given)

    @property
    def given(self) -> dict[str, object]:
        """What was not taken yet."""
        return dict(self._left)

    def text(self, name: str) -> str | None:
        """A text."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > MOST_TEXT:
            raise BadUse(f"'{name}' is not a text of at most {MOST_TEXT:,} characters.", where=name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Several texts; one may stand alone."""
        value = self._left.pop(name, None)
        found = [] if value is None else value if isinstance(value, list) else [value]
        if len(found) > MOST_NAMES or any(
            not isinstance(one, str) or len(one) > MOST_TEXT for one in found
        ):
            raise BadUse(f"'{name}' is not a list of at most {MOST_NAMES} texts.", where=name)
        return tuple(one for one in found if isinstance(one, str) and one)

    def named_texts(self, name: str) -> dict[str, str]:
        """Texts by name."""
        value = self._left.pop(name, None)
        if value is None:
            return {}
        if isinstance(value, str):
            return dict(Parameters.parse(value).named_texts_of())
        if not isinstance(value, dict):
            raise BadUse(f"'{name}' is not an object of texts.", where=name)
        return dict(Parameters(value).named_texts_of())

    def named_texts_of(self) -> Iterator[tuple[str, str]]:
        """All that is left, as texts."""
        for name in list(self._left):
            value = self.text(name)
            if value is not None:
                yield name, value

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number within bounds."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        try:
            found = float(value) if isinstance(value, int | float | str) else float("nan")
        except ValueError:
            found = float("nan")
        if isinstance(value, bool) or not least <= found <= most:
            raise BadUse(f"'{name}' is not a number of {least:,g} to {most:,g}.", where=name)
        return found

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        found = self.number(name, least, most)
        if found is None:
            return None
        if found != int(found):
            raise BadUse(f"'{name}' is not a whole number.", where=name)
        return int(found)

    def yes(self, name: str) -> bool:
        """Whether something is wanted."""
        value = self._left.pop(name, None)
        return value in (True, 1, "1", "true", "yes", "on")

    @contextmanager
    def all_of_them(self) -> Iterator["Parameters"]:
        """Refuse what was not taken when the block ends."""
        yield self
        if self._left:
            raise BadUse(
                f"These parameters are not known here: {', '.join(sorted(self._left))}.",
                mend="Leave them out.",
            )
