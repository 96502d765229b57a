"""Places: the form is checked always, the place against a list that the user loads."""

from pathlib import Path

import pytest

from redball.model.codes import Places, check_code, load_unlocode
from redball.model.errors import BadData, UnknownCode

HEADER = (
    "Change,Country,Location,Name,NameWoDiacritics,Subdivision,Status,Function,Date,IATA,"
    "Coordinates,Remarks\n"
)
LINES = """,DE,,.GERMANY,,,,,,,,
,DE,HAM,Hamburg,Hamburg,HH,AI,12345---,0401,,5333N 00958E,
,DE,BRV,Bremerhaven,Bremerhaven,HB,AF,1-3-----,0401,,,
X,DE,QQQ,Gone,Gone,NI,XX,--3-----,0401,,5200N 00900E,
,DE,QQR,Refused,Refused,NI,RR,--3-----,0401,,,
,DE,QQR,Refused again,Refused again,NI,AI,--3-----,0401,,,
=,DE,,Alias = Name,Alias = Name,,,,,,,
,FR,URO,"Rouen, port",Rouen,76,AI,1-3----B,0401,,4999N 00105E,

,XZ,AAA,Platform,Platform,,RL,-------0,0401,,5401N 00302E,
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    path = tmp_path / "list.csv"
    path.write_text(HEADER + LINES, encoding="utf-8")
    return load_unlocode(path)


@pytest.mark.parametrize("value", ["DEHAM", "de ham", "XZAAA", "US2B9"])
def test_a_code_of_the_right_form_is_accepted(value: str) -> None:
    result = check_code("unlocode", value)
    assert result.problem == ""
    assert len(result.value) == 5


@pytest.mark.parametrize("value", ["DEHA1", "DEHA0", "DEHA", "XXHAM", "XKPRN", "DEHÄM"])
def test_a_code_of_another_form_or_country_is_refused(value: str) -> None:
    assert check_code("unlocode", value).refused


def test_a_list_is_read_without_headings_and_aliases(places: Places) -> None:
    assert set(places.places) == {"DEHAM", "DEBRV", "DEQQQ", "DEQQR", "FRURO", "XZAAA"}
    hamburg = places.find("de ham")
    assert (hamburg.name, hamburg.status, hamburg.functions) == ("Hamburg", "AI", "12345")
    assert hamburg.position is not None
    assert hamburg.position.latitude == pytest.approx(53.55)


def test_a_place_without_coordinates_has_no_position(places: Places) -> None:
    assert places.find("DEBRV").position is None


def test_coordinates_that_can_not_be_read_are_reported(places: Places) -> None:
    assert places.find("FRURO").position is None
    assert [text[:6] for text in places.unread] == ["FRURO:"]


def test_a_place_that_is_to_be_removed_or_not_in_the_list_is_refused(places: Places) -> None:
    with pytest.raises(UnknownCode, match=r"to be removed.*XX"):
        places.find("DEQQQ")
    with pytest.raises(UnknownCode, match="not in the list"):
        places.find("DEZZZ")
    with pytest.raises(UnknownCode, match="not a UN/LOCODE"):
        places.find("DE")
    assert places.check("DEHAM").problem == ""


def test_an_entry_in_force_replaces_a_rejected_one_of_the_same_code(places: Places) -> None:
    assert places.find("DEQQR").name == "Refused again"


def test_a_rejected_entry_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(",DE,QQR,Refused,Refused,NI,RR,--3-----,0401,,,\n")
    with pytest.raises(UnknownCode, match="was rejected"):
        load_unlocode(path).find("DEQQR")


def test_a_file_without_header_in_windows_1252_is_read(tmp_path: Path) -> None:
    path = tmp_path / "part1.csv"
    text = ',"DK","AAR","Århus","Arhus","82","AI","12345---","0401","","5609N 01012E",""\r\n'
    path.write_bytes(text.encode("cp1252"))
    assert load_unlocode(path).find("DKAAR").name == "Arhus"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no place"),
        (HEADER, "no place"),
        (HEADER.replace("Status,", ""), "column 'Status' is missing"),
        (HEADER + "DE,HAM\n", "2 cells, not 12"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(BadData, match=problem):
        load_unlocode(path)
