"""Any bytes give a value or an error of ours, in bounded memory."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redball.access.labels import (
    Clearance,
    ConfidentialityLabel,
    Policy,
    check_manifest,
    clearance_of,
    from_row,
    read_clearance_xml,
    read_label_json,
    read_label_xml,
    read_policy,
    sample_policy,
    validate,
    write_clearance_xml,
    write_label_json,
    write_label_xml,
    write_policy,
)
from redball.access.subject import Subject
from redball.model.errors import BadData, LabelError, RedballError, UnsafeFile
from redball.model.labels import Label

MADE_AT = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = sample_policy(("DEU", "NLD"))
ROW = from_row(
    Label("DEU", "RESTRICTED", frozenset({"NLD"}), frozenset({"MEDICAL"})), made_at=MADE_AT
)
LABEL_XML = write_label_xml(ROW)
LABEL_JSON = write_label_json(ROW)
POLICY_XML = write_policy(POLICY)
CLEARANCE_XML = write_clearance_xml(clearance_of(Subject("DEU")))
Value = ConfidentialityLabel | Policy | Clearance
READERS: dict[str, tuple[Callable[[bytes], Value], bytes]] = {
    "label": (read_label_xml, LABEL_XML),
    "label-json": (read_label_json, LABEL_JSON),
    "policy": (read_policy, POLICY_XML),
    "clearance": (read_clearance_xml, CLEARANCE_XML),
}
WORDS = [
    b"<!DOCTYPE x>",
    b"<!ENTITY e SYSTEM 'f'>",
    b"&e;",
    b"&#0;",
    b"<a>",
    b"</a>",
    b"<![CDATA[x]]>",
    b"<?x y?>",
    b"\xff",
    b"\x00",
    b"urn:redball:release",
    b"ORIGINATORS ONLY",
    b"PERMISSIVE",
    b"INFORMATIVE",
    b"{",
    b"[",
    b"null",
    b"1e999",
    b'"',
]


def read(reader: Callable[[bytes], Value], data: bytes) -> Value | None:
    try:
        return reader(data)
    except RedballError:
        return None


@pytest.mark.parametrize("name", sorted(READERS))
@given(data=st.binary(max_size=400))
@settings(max_examples=60)
@example(data=b"")
@example(data=b"\xef\xbb\xbf")
@example(data=b"\xff\xfe<")
@example(data=b"[" * 3000)
@example(data=b'{"a":' * 3000)
def test_any_bytes_are_a_value_or_an_error_of_ours(name: str, data: bytes) -> None:
    reader, _ = READERS[name]
    read(reader, data)
    check_manifest(data, "0" * 64, lambda a, b, c: True) if len(data) < 1000 else None


@pytest.mark.parametrize("name", sorted(READERS))
@given(data=st.data())
@settings(max_examples=120)
def test_a_changed_document_is_a_value_or_an_error_of_ours(name: str, data: st.DataObject) -> None:
    reader, whole = READERS[name]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 60)))
    word = data.draw(st.sampled_from(WORDS) | st.binary(max_size=8))
    found = read(reader, whole[:start] + word + whole[end:])
    if isinstance(found, ConfidentialityLabel):
        validate(found, POLICY)


def deep(levels: int) -> bytes:
    return b"<a>" * levels + b"</a>" * levels


BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
    f"<!ENTITY b{n} '{'&a;' * 10}'>".encode() for n in range(9)
)
UNSAFE: dict[str, bytes] = {
    "external-entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "parameter-entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://localhost/x">%p;]><x/>',
    "external-dtd": b'<!DOCTYPE x SYSTEM "http://localhost/x.dtd"><x/>',
    "entity-bomb": BOMB + b"]><x>&b8;</x>",
    "after-a-declaration": b"<?xml version='1.0'?>\n<!DOCTYPE x><x/>",
    "utf-16": '<!DOCTYPE x [<!ENTITY e "y">]><x>&e;</x>'.encode("utf-16"),
    "utf-16-big": b"\xfe\xff" + "<!DOCTYPE x><x/>".encode("utf-16-be"),
    "utf-32": "<!DOCTYPE x><x/>".encode("utf-32"),
    "utf-7": b"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE x+AD4-<x/>",
    "ebcdic": "<?xml version='1.0' encoding='cp037'?><!DOCTYPE x><x/>".encode("cp037"),
    "latin-declared": b"<?xml version='1.0' encoding='ISO-8859-1'?><x/>",
    "deep": deep(200),
    "huge": b"<x>" + b"a" * (2 * 1024 * 1024) + b"</x>",
    "many-elements": b"<x>" + b"<a/>" * 45_000 + b"</x>",
    "many-attributes": b"<x " + b" ".join(b"a%d=''" % n for n in range(45_000)) + b"/>",
}


@pytest.mark.parametrize("reader", ["clearance", "label", "policy"])
@pytest.mark.parametrize("name", sorted(UNSAFE))
def test_what_could_harm_is_refused_before_it_is_parsed(name: str, reader: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadData) as caught:
            READERS[reader][0](UNSAFE[name])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(caught.value, UnsafeFile | LabelError)
    if not name.startswith("utf-32"):
        assert isinstance(caught.value, UnsafeFile)
    assert most < 16 * 1024 * 1024


def test_a_label_in_utf_16_is_read() -> None:
    text = LABEL_XML.decode().partition("?>")[2]
    assert read_label_xml(text.encode("utf-16")) == ROW


JSON_REFUSED = {
    "key-twice": LABEL_JSON.replace(b'"Kind":', b'"Kind":"metadata","Kind":'),
    "unknown-key": LABEL_JSON.replace(b'"Category":', b'"Categories":'),
    "misspelt-type": LABEL_JSON.replace(b'"Type":"PERMISSIVE"', b'"Mype":"PERMISSIVE"'),
    "not-a-number": LABEL_JSON.replace(b'"listed"', b"NaN"),
    "values-no-list": LABEL_JSON.replace(b'["MEDICAL"]', b'"MEDICAL"'),
    "value-no-text": LABEL_JSON.replace(b'["MEDICAL"]', b"[1]"),
    "no-values": LABEL_JSON.replace(b'["MEDICAL"]', b"[]"),
    "other-release": LABEL_JSON.replace(b'"listed"', b'"open"'),
    "other-namespace": LABEL_JSON.replace(b"stanag:4774", b"stanag:4775"),
    "no-zone": LABEL_JSON.replace(b'00:00:00Z"', b'00:00:00"'),
    "no-such-kind": LABEL_JSON.replace(b'"originator"', b'"author"'),
    "other-identifier": LABEL_JSON.replace(b"urn:oid:", b"oid:"),
    "deep": b"[" * 40 + b"]" * 40,
    "many": b"[" + b"[]," * 5000 + b"[]]",
    "huge": b'"' + b"a" * 70_000 + b'"',
    "not-utf-8": b"\xff\xfe{",
    "a-list": b"[]",
}


@pytest.mark.parametrize("name", sorted(JSON_REFUSED))
def test_json_that_could_be_understood_in_two_ways_is_refused(name: str) -> None:
    assert JSON_REFUSED[name] != LABEL_JSON
    with pytest.raises(BadData):
        read_label_json(JSON_REFUSED[name])


@pytest.mark.parametrize("name", ["deep", "huge", "many"])
def test_json_beyond_its_caps_is_not_looked_at(name: str) -> None:
    with pytest.raises(UnsafeFile):
        read_label_json(JSON_REFUSED[name])


def test_a_label_that_lost_its_reserved_category_is_refused() -> None:
    from redball.access.labels import from_result
    from redball.model.labels import ResultLabel

    closed = from_result(ResultLabel("SECRET", frozenset()), made_at=MADE_AT)
    value = json.loads(write_label_json(closed))
    assert value["Release"] == "none"
    del value["ConfidentialityInformation"]["Category"]
    with pytest.raises(LabelError, match="lost"):
        read_label_json(json.dumps(value).encode())
