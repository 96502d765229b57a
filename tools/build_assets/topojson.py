"""A small decoder of TopoJSON: quantised, delta-encoded arcs to lines and polygons.

Source: The TopoJSON Format Specification, sections 2.1.2 (transforms), 2.1.3 (arcs) and 2.1.4
(arc indexes: ``~i`` is arc ``i`` reversed; the last point of an arc is the first of the next).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

Point = tuple[float, float]
Line = list[Point]


class Topology:
    """Decoded arcs of one TopoJSON document, with its geometries still as arc indexes."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.objects: Mapping[str, Any] = document["objects"]
        scale_x, scale_y = document["transform"]["scale"]
        move_x, move_y = document["transform"]["translate"]
        self.arcs: list[Line] = []
        for arc in document["arcs"]:
            xs = accumulate(step[0] for step in arc)
            ys = accumulate(step[1] for step in arc)
            self.arcs.append(
                [(x * scale_x + move_x, y * scale_y + move_y) for x, y in zip(xs, ys, strict=True)]
            )

    def line(self, indexes: Sequence[int]) -> Line:
        """Join arcs end to start; the shared point is kept once."""
        points: Line = []
        for index in indexes:
            arc = self.arcs[index] if index >= 0 else self.arcs[~index][::-1]
            points.extend(arc[1:] if points else arc)
        return points

    def polygons(self, name: str) -> Iterator[list[Line]]:
        """Polygons of an object, each a list of closed rings, the outer one first."""
        for geometry in _leaves(self.objects[name]):
            if geometry["type"] == "Polygon":
                yield [self.line(ring) for ring in geometry["arcs"]]
            elif geometry["type"] == "MultiPolygon":
                for polygon in geometry["arcs"]:
                    yield [self.line(ring) for ring in polygon]

    def shared_lines(self, name: str) -> Iterator[Line]:
        """Arcs that more than one geometry of an object uses: borders without the coast."""
        uses: Counter[int] = Counter()
        for geometry in _leaves(self.objects[name]):
            uses.update({index if index >= 0 else ~index for index in _indexes(geometry["arcs"])})
        for index, count in sorted(uses.items()):
            if count > 1:
                yield self.arcs[index]


def _leaves(geometry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _leaves(part)
    elif geometry["type"] is not None:
        yield geometry


def _indexes(nested: Any) -> Iterator[int]:
    for part in nested:
        if isinstance(part, int):
            yield part
        else:
            yield from _indexes(part)
