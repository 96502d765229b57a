"""Signed notes: the rules of C2SP one by one."""

import pytest

from redball.model.errors import BadData, BadUse, NotPermitted, RedballError, UnsafeFile
from redball.signing import (
    NoteSignature,
    SigningKey,
    VerifierKey,
    new_key,
    open_note,
    parse_note,
    sign_note,
    with_signatures,
)
from redball.signing.notes import MOST_NOTE_BYTES, MOST_SIGNATURES

DEU, NLD, POL = (new_key(name) for name in ("DEU", "NLD", "POL"))
BOTH = [DEU.verifier, NLD.verifier]


def test_two_signatures_of_two_schemes() -> None:
    later = new_key("FRA", "ml-dsa-44")
    note = sign_note("text\n", [DEU, later])
    opened = open_note(note, [*BOTH, later.verifier])
    assert opened.text == "text\n"
    assert opened.names == {"DEU", "FRA"}
    assert opened.keys == (DEU.verifier, later.verifier)
    assert str(parse_note(note)) == note


@pytest.mark.parametrize("text", ["\n", "a\n\n", "\n\n\n", "a\n\nb\n", "a\n\n— DEU AAAAAAAA\n\n"])
def test_the_last_blank_line_parts(text: str) -> None:
    assert open_note(sign_note(text, [DEU]), BOTH).text == text


@pytest.mark.parametrize("text", ["", "a", "a\r\n", "a\tb\n", "\x00\n", "\ud800\n"])
def test_texts_that_are_none(text: str) -> None:
    with pytest.raises(BadUse):
        sign_note(text, [DEU])


def test_a_note_is_never_a_cosignature() -> None:
    with pytest.raises(BadUse, match="cosignature"):
        sign_note("cosignature/v1\ntime 5\nDEU\n0\nx\n", [DEU])


def test_without_a_key_nothing_is_signed() -> None:
    with pytest.raises(BadUse):
        sign_note("a\n", [])


def test_unknown_keys_are_passed_over_and_alone_reject() -> None:
    note = sign_note("a\n", [POL, DEU])
    opened = open_note(note, BOTH)
    assert opened.names == {"DEU"}
    assert [s.name for s in opened.unknown] == ["POL"]
    with pytest.raises(NotPermitted, match="No known key"):
        open_note(note, [NLD.verifier])
    with pytest.raises(NotPermitted, match="No known key"):
        open_note(note, [])


def test_a_name_or_an_id_alone_is_not_the_key() -> None:
    note = sign_note("a\n", [DEU])
    with pytest.raises(NotPermitted, match="No known key"):
        open_note(note, [new_key("DEU").verifier])
    with pytest.raises(NotPermitted, match="No known key"):
        open_note(note, [VerifierKey("NLD", DEU.verifier.use, DEU.verifier.public)])


@pytest.mark.parametrize("first", [True, False], ids=["bad-first", "bad-last"])
def test_one_bad_signature_of_a_known_key_rejects_all(first: bool) -> None:
    good = parse_note(sign_note("a\n", [DEU])).signatures[0]
    forged = NoteSignature("NLD", NLD.verifier.key_id, b"\x00" * 64)
    again = NoteSignature("DEU", DEU.verifier.key_id, b"\x00" * 64)
    for bad in (forged, again):
        lines = [bad.line, good.line] if first else [good.line, bad.line]
        with pytest.raises(NotPermitted, match="does not hold"):
            open_note("a\n\n" + "".join(lines), BOTH)


def test_every_bit_of_a_note_matters() -> None:
    note = sign_note("stock 120\n", [DEU]).encode()
    for at in range(len(note)):
        for bit in range(8):
            changed = note[:at] + bytes([note[at] ^ (1 << bit)]) + note[at + 1 :]
            with pytest.raises(RedballError):
                open_note(changed, BOTH)


def test_sixteen_signatures_are_read_and_a_flood_is_not() -> None:
    keys = [new_key(f"N{i}") for i in range(16)]
    note = sign_note("a\n", keys)
    assert len(open_note(note, [key.verifier for key in keys]).verified) == 16
    line = NoteSignature("X", b"1234", b"s").line
    parse_note("a\n\n" + line * MOST_SIGNATURES)
    with pytest.raises(UnsafeFile):
        parse_note("a\n\n" + line * (MOST_SIGNATURES + 1))
    with pytest.raises(UnsafeFile):
        parse_note("a" * MOST_NOTE_BYTES + "\n\n" + line)


def test_the_same_line_twice_counts_once() -> None:
    line = parse_note(sign_note("a\n", [DEU])).signatures[0].line
    assert len(open_note("a\n\n" + line * 3, BOTH).verified) == 1


@pytest.mark.parametrize(
    "line",
    [
        "— DEU AAAA\n",
        "—  DEU AAAAAAAA\n",
        "— DEU  AAAAAAAA\n",
        "— DEU AAAAAAAA \n",
        "— DEU AAAAAAB=\n",
        "— A+B AAAAAAAA\n",
        "—\u00a0DEU AAAAAAAA\n",
        "– DEU AAAAAAAA\n",
        "— DEU AAAAAAAA",
        "\u2014 DEU\n",
        "",
    ],
)
def test_malformed_lines(line: str) -> None:
    with pytest.raises(BadData):
        parse_note(f"a\n\n{line}")


def test_two_keys_of_one_name_and_id_are_told_apart_or_refused() -> None:
    class Twin:
        name = "DEU"
        key_id = DEU.verifier.key_id

        def verifies_note(self, text: bytes, signature: bytes) -> bool:
            return True

    with pytest.raises(BadUse, match="same name and key id"):
        open_note(sign_note("a\n", [DEU]), [DEU.verifier, Twin()])


def test_adding_signatures() -> None:
    def line(key: SigningKey) -> NoteSignature:
        return parse_note(sign_note("a\n", [key])).signatures[0]

    note = parse_note(sign_note("a\n", [DEU]))
    both = with_signatures(note, [line(NLD), line(DEU)])
    assert [s.name for s in both.signatures] == ["DEU", "NLD"]
    assert open_note(str(both), BOTH).names == {"DEU", "NLD"}
