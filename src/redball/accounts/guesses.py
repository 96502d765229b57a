"""Passwords that are guessed first, told by how they are made and not from a list of them.

Lists of stolen passwords can't be looked at on a machine without a network, and one shipped with
the software would name some thousands. Nearly all entries of such lists that have twelve characters
are common words and numbers put together, runs along a keyboard, or repetitions. That is what is
looked for: what remains when the known parts are taken away must be long enough by itself.
"""

import re
from collections.abc import Iterable

_TEXT = """
    abcd access account admin administrator alexander alliance allied america andrea angel
    anthony apple army arsenal ashley august autumn baby babygirl badboy ball banana baseball
    basketball batman beautiful bundeswehr butterfly change changeme charlie cheese chelsea
    chocolate christian coalition coffee computer control cookie correcthorsebatterystaple
    correct horse battery staple daniel database december default defence defense demo diamond
    dragon elephant enter exercise february flower football forever freedom friday friend
    george girl guest happy hello hunter iloveyou internet january jennifer jessica jordan
    killer letmein liverpool logistics login london love lovely lover manager marina master
    matrix maverick michael military monday monkey mother mustang myspace nation nato november
    number october office operator orange pass passphrase passw0rd passwd password passwort
    pepper please pokemon princess private purple qazwsx qwerty qwertz azerty ranger redball
    remember root samsung saturday school secret secure security september server shadow
    silver soldier spring staff starwars steelers strategic summer sunday sunshine superman
    superstar supply system target temp test tester testing thomas thursday tigger trustno
    tuesday ubuntu unknown user username victory wednesday welcome welkom whatever william
    winter wizard wonderful yankees zaq
"""
WORDS = tuple(_TEXT.split())
"""Words that stand in guessed passwords again and again, and those of this field."""

_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
)
_RUN = 4
"""So many neighbours in a row are a run."""
_ENOUGH = 6
"""Characters that nothing known explains; with them a password is not guessed first."""
_LOOKS_LIKE = str.maketrans("@430!15$7+8", "aaeoiissttb")


def guessed_first(password: str, about: Iterable[str] = ()) -> bool:
    """Whether a password is made of what is guessed first.

    Parameters
    ----------
    password : str
    about : iterable of str
        Further known words: names of the account and the person.
    """
    text = re.sub(r"[\W_]+", "", password.casefold())
    if len(text) < _ENOUGH:
        return True
    near = [word for one in about for word in re.split(r"[\W_]+", one.casefold())]
    known = sorted({*WORDS, *(word for word in near if len(word) >= 3)}, key=len, reverse=True)
    forms = (text, password.casefold().translate(_LOOKS_LIKE), text.translate(_LOOKS_LIKE))
    return any(_left(form, known) < _ENOUGH for form in forms)


def _left(text: str, known: list[str]) -> int:
    """Characters that no known word, number, run or repetition explains."""
    rest = _without_repetition(re.sub(r"[\W_]+", "", text))
    for word in known:
        rest = rest.replace(word, " ")
    rest = re.sub(r"\d+", " ", _without_runs(rest))
    return sum(map(len, rest.split()))


def _without_repetition(text: str) -> str:
    """``abcabcabc`` is ``abc``; ``aaaa`` is ``a``."""
    whole = re.fullmatch(r"(.+?)\1+(.*)", text)
    if whole and whole[1].startswith(whole[2]):
        text = whole[1]
    return re.sub(r"(.)\1{2,}", r"\1", text)


def _without_runs(text: str) -> str:
    for run in _RUNS:
        for line in (run, run[::-1]):
            text = _without_run(text, line)
    return text


def _without_run(text: str, line: str) -> str:
    """Take away the longest pieces of a line of neighbours, of four or more."""
    at, kept = 0, []
    while at < len(text):
        size = 0
        while at + size < len(text) and text[at : at + size + 1] in line:
            size += 1
        kept.append(" " if size >= _RUN else text[at : at + max(size, 1)])
        at += max(size, 1)
    return "".join(kept)
