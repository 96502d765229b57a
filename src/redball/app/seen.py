"""What somebody was shown: a twin, where it comes from, and what was made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

import redball
from redball.access import ReleaseScope
from redball.app.derived import Derived
from redball.app.releasing import reliance
from redball.model import Origin, Twin
from redball.model.labels import ResultLabel
from redball.model.results import Reliance, Scalar


@dataclass(frozen=True)
class Seen:
    """A twin, the feeds it was made from, and the scope under which it was made."""

    twin: Twin
    feeds: pl.DataFrame = field(repr=False)
    scope: ReleaseScope | None = field(default=None, repr=False)
    store: str = field(default="", repr=False)
    derived: Derived = field(default_factory=Derived, repr=False, compare=False)

    @property
    def viewer_is_known(self) -> bool:
        """Whether the viewer ever sent data; if not, its code may be mistyped."""
        return self.twin.viewer in self.feeds["owner"].cast(pl.String).to_list()

    def origin(
        self, label: ResultLabel | None = None, parameters: Mapping[str, Scalar] | None = None
    ) -> Origin:
        """Where a result made from this twin comes from."""
        label = label or self.twin.label
        return Origin(
            viewer=self.twin.viewer,
            as_of=self.twin.as_of,
            revision=self.twin.revision,
            twin_hash=self.twin.content_hash,
            software=f"redball {redball.__version__}",
            label=label,
            parameters=parameters or {},
            exercise=self.twin.exercise,
            agreements=self._reliances(label),
            subject=self.scope.subject.text if self.scope is not None else "",
            recorded_in=self.store,
        )

    def _reliances(self, label: ResultLabel) -> tuple[Reliance, ...]:
        if self.scope is None:
            return ()
        known = self.scope.agreements
        return tuple(reliance(known[one], self.twin.viewer) for one in sorted(label.agreements))
