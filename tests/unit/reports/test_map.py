from collections.abc import Callable
from types import ModuleType
from xml.etree import ElementTree

import polars as pl
import pytest

from redball.reports import marks
from redball.reports.coast import Coast
from redball.reports.map import NO_COAST, choose, draw_map
from redball.reports.places import Lane, read_lanes, read_sites, split_far
from redball.reports.view import WIDTH, View, view_of

Svg = Callable[[str], ElementTree.Element]
NOTHING = pl.DataFrame()
SQUARE = Coast(
    ((((0.0, 40.0), (40.0, 40.0), (40.0, 75.0), (0.0, 75.0), (0.0, 40.0)),),), (), "a square"
)


def _view(sites: pl.DataFrame) -> View:
    return view_of(sites["longitude"].to_list(), sites["latitude"].to_list())


def _draw(made: ModuleType, coast: Coast = SQUARE) -> str:
    figure = draw_map(made.sites(), made.lanes(), made.hazards(), coast=coast)
    assert figure is not None
    return figure


def _class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if name in (e.get("class") or "").split()]


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_every_site_lies_in_the_frame_at_its_projected_place(made: ModuleType, svg: Svg) -> None:
    sites = made.sites()
    view = _view(sites)
    drawn = {(g.findtext("title") or "").split(":")[0]: g for g in _class(svg(_draw(made)), "site")}
    assert len(drawn) == sites.height
    for name, lon, lat in sites.select("name", "longitude", "latitude").iter_rows():
        x, y = view.point(lon, lat)
        assert view.holds(x, y)
        use = next(drawn[name].iter("use"))
        size = float(use.get("width", "0"))
        assert float(use.get("x", "nan")) + size / 2 == pytest.approx(x, abs=0.11)
        assert float(use.get("y", "nan")) + size / 2 == pytest.approx(y, abs=0.11)


def test_a_site_shows_its_kind_outside_and_its_level_inside(made: ModuleType, svg: Svg) -> None:
    drawn = {(g.findtext("title") or "").split(":")[0]: g for g in _class(svg(_draw(made)), "site")}
    uses = [use.get("href") for use in drawn["Port of Gdynia"].iter("use")]
    assert uses == ["#kind-port", "#level-serious"]


def test_the_worst_sites_are_drawn_last_so_that_nothing_covers_them(
    made: ModuleType, svg: Svg
) -> None:
    order = [list(g.iter("use"))[1].get("href") for g in _class(svg(_draw(made)), "site")]
    assert order[0] == "#level-off"
    assert order[-4:] == ["#level-critical"] * 4


def test_a_lane_runs_from_end_to_end_and_is_as_wide_as_its_flow(made: ModuleType, svg: Svg) -> None:
    lanes = [g for g in _class(svg(_draw(made)), "lane") if g.find("title") is not None]
    drawn = {(g.findtext("title") or "").split(":")[0]: _class(g, "lane-line")[0] for g in lanes}
    view = _view(made.sites())
    for row in made.lanes().iter_rows(named=True):
        line = drawn[row["name"]]
        start, end = line.get("d", "M")[1:].split("Q")[0], line.get("d", "").split(" ")[-1]
        expected = (
            *view.point(row["from_lon"], row["from_lat"]),
            *view.point(row["to_lon"], row["to_lat"]),
        )
        assert [float(v) for v in (*start.split(","), *end.split(","))] == pytest.approx(
            expected, abs=0.06
        )
        flow = row["flow_t_per_day"] or 0.0
        width = max(marks.LANE_WIDTHS[0], marks.LANE_WIDTHS[1] * flow / 5200.0)
        assert float(line.get("stroke-width", "nan")) == pytest.approx(width, abs=0.06)


def test_modes_differ_by_dash(made: ModuleType, svg: Svg) -> None:
    lanes = [g for g in _class(svg(_draw(made)), "lane") if g.find("title") is not None]
    thin = {}
    for lane in lanes:
        mode = (lane.findtext("title") or "").split(": ")[1].split(",")[0]
        line = _class(lane, "lane-line")[0]
        if float(line.get("stroke-width", "9")) <= 3:
            thin[mode] = line.get("stroke-dasharray")
    assert len(set(thin.values())) == len(thin) >= 5


def test_a_full_lane_says_its_loading_in_words(made: ModuleType, svg: Svg) -> None:
    root = svg(_draw(made))
    assert "100 %" in [t.text for t in _class(root, "loading")]
    full = [g for g in _class(root, "full") if g.find("title") is not None]
    assert {(g.findtext("title") or "").split(":")[0] for g in full} == {
        "Port of Rotterdam → Fuel terminal Wilhelmshaven",
        "Fuel terminal Wilhelmshaven → Hub Poznan",
    }


def test_loading_needs_flow_and_capacity() -> None:
    ends = (0.0, 0.0), (1.0, 1.0)
    assert Lane("a", "road", *ends, 50.0, 100.0).loading == 0.5
    assert Lane("a", "road", *ends, None, 100.0).loading is None
    assert Lane("a", "road", *ends, 50.0, 0.0).loading is None


def test_a_hazard_is_a_hatched_circle_of_its_radius(made: ModuleType, svg: Svg) -> None:
    view = _view(made.sites())
    area = next(e for e in _class(svg(_draw(made)), "hazard-area") if e.tag == "polygon")
    points = [tuple(map(float, pair.split(","))) for pair in (area.get("points") or "").split()]
    x, y = view.point(8.2, 54.0)
    scale = view.units_per_km * view.projection.scale_at(54.0)
    for px, py in points:
        assert ((px - x) ** 2 + (py - y) ** 2) ** 0.5 == pytest.approx(120.0 * scale, rel=0.02)


def test_the_scale_bar_is_true_at_the_centre(made: ModuleType, svg: Svg) -> None:
    bar = _class(svg(_draw(made)), "bar-line")[0].get("d", "")
    long = float(bar.split("h")[1].split("v")[0])
    view = _view(made.sites())
    lon, lat = view.window.centre
    north, south = view.point(lon, lat + 0.5), view.point(lon, lat - 0.5)
    km_per_unit = 111.195 / (south[1] - north[1])
    assert long * km_per_unit == pytest.approx(200.0, rel=0.002)


def test_names_cover_neither_marks_nor_each_other(made: ModuleType, svg: Svg) -> None:
    view = _view(made.sites())
    root = svg(_draw(made))
    names = _class(root, "halo")
    assert len(_class(root, "site-name")) >= 15
    assert len(_class(root, "hazard-name")) == 2
    half = marks.marker_size(18) / 2 - 0.2
    places = [view.point(p.longitude, p.latitude) for p in read_sites(made.sites())]
    boxes = [(x - half, y - half, x + half, y + half) for x, y in places]
    for name in names:
        x, base = float(name.get("x", "nan")), float(name.get("y", "nan"))
        box = (x, base - 10, x + 6.2 * len(name.text or ""), base + 2)
        assert [b for b in boxes if _overlap(box, b)] == [], name.text
        boxes.append(box)


def test_a_name_without_room_is_left_out_and_the_worst_site_keeps_its_own(svg: Svg) -> None:
    crowd = pl.DataFrame(
        {
            "name": [f"Long name of depot {i}" for i in range(40)],
            "latitude": [50.0 + i / 1e4 for i in range(40)],
            "longitude": [10.0] * 40,
            "worst_level": ["normal"] * 39 + ["critical"],
        }
    )
    figure = draw_map(crowd, NOTHING, NOTHING, coast=SQUARE)
    assert figure is not None
    names = [t.text for t in _class(svg(figure), "site-name")]
    assert 1 <= len(names) <= 8
    assert names[0] == "Long name of depot 39 · critical"


def test_the_legend_names_only_what_is_drawn(made: ModuleType) -> None:
    figure = draw_map(made.sites().head(3), NOTHING, NOTHING, coast=SQUARE)
    assert figure is not None
    legend = figure[figure.index('class="legend"') : figure.index("<figcaption")]
    assert "critical" in legend
    assert "port" in legend
    assert "hospital" not in legend
    assert "Lanes" not in legend
    assert "Hazards" not in legend


def test_without_coastlines_the_map_is_drawn_and_says_so(made: ModuleType, svg: Svg) -> None:
    figure = _draw(made, Coast())
    assert NO_COAST in figure
    assert _class(svg(figure), "land") == []
    assert len(_class(svg(figure), "site")) == 18


def test_land_inside_the_frame_is_drawn_and_cut_to_it(made: ModuleType, svg: Svg) -> None:
    path = _class(svg(_draw(made)), "land")[0].get("d", "")
    points = [tuple(map(float, p.split(","))) for p in path.strip("MZ").split(" ")]
    assert all(-5 <= x <= WIDTH + 5 for x, _ in points)
    assert path.count("M") == 1


def test_no_position_gives_no_map() -> None:
    assert draw_map(NOTHING, NOTHING, NOTHING) is None
    assert draw_map(pl.DataFrame({"name": ["A"]}), NOTHING, NOTHING) is None
    null = pl.DataFrame(
        {"latitude": [None], "longitude": [None]}, schema_overrides={"latitude": pl.Float64}
    )
    assert draw_map(null, NOTHING, NOTHING) is None


def test_one_site_without_any_other_column_gets_a_map() -> None:
    figure = draw_map(pl.DataFrame({"latitude": [10.0], "longitude": [179.99]}), NOTHING, NOTHING)
    assert figure is not None
    assert "unnamed site" in figure


def test_a_site_far_outside_is_named_instead_of_shrinking_the_map(made: ModuleType) -> None:
    norfolk = ("Norfolk", "port", "USA", "USA", 36.9, -76.3, "", "serious", 12.0)
    sites = pl.concat(
        [made.sites(), pl.DataFrame([norfolk], schema=made.sites().schema, orient="row")]
    )
    near, far = split_far(read_sites(sites))
    assert [s.name for s in far] == ["Norfolk"]
    assert len(near) == made.sites().height
    drawn = choose(sites, NOTHING, NOTHING)
    assert drawn.notes == ("Far outside the theatre and not drawn: Norfolk (serious).",)


def test_sites_without_position_are_counted(made: ModuleType) -> None:
    sites = made.sites().with_columns(
        latitude=pl.when(pl.col("name") == "Hub Poznan").then(None).otherwise("latitude")
    )
    assert choose(sites, NOTHING, NOTHING).notes == (
        "1 site has no position and is in the table only.",
    )


def test_a_theatre_across_the_antimeridian_stays_together() -> None:
    view = view_of([178.0, -178.0], [50.0, 52.0])
    left, right = view.point(178.0, 50.0), view.point(-178.0, 52.0)
    assert 0 < left[0] < right[0] < WIDTH


def test_lanes_with_missing_columns_are_read_as_far_as_they_go() -> None:
    ends = {"from_lat": [1.0], "from_lon": [2.0], "to_lat": [3.0], "to_lon": [4.0]}
    assert read_lanes(pl.DataFrame(ends)) == [
        Lane("unnamed lane", "other", (2.0, 1.0), (4.0, 3.0), None, None)
    ]
    assert read_lanes(pl.DataFrame({"from_lat": [1.0]})) == []
