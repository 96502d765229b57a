"""ISO 3166-1 countries, kept as alpha-3 codes.

Alpha-2, alpha-3 and numeric codes are read. Codes that ISO 3166 leaves to its users (XAA to XZZ,
XA to XZ and a few more) are refused for a country: they name agencies here. One of them, XKX for
Kosovo, is in wide use and is kept with a warning. The list comes with the ``iso3166`` package.
"""

import re
from functools import cache

import iso3166

from redball.model.codes.text import tidy
from redball.model.codes.types import CodeCheck, CodeList, refuse, warn

_USER_ASSIGNED = re.compile(r"^(AA|Q[M-Z]|X[A-Z]|ZZ|AA[A-Z]|Q[M-Z][A-Z]|X[A-Z]{2}|ZZ[A-Z])$")
# Coalition sites lie there, so it must be possible to say so; ISO leaves the codes to users.
_KOSOVO = frozenset({"XK", "XKX"})
_MEND = "Write the ISO 3166 alpha-3 code, such as DEU."


@cache
def _by_any_code() -> dict[str, str]:
    found: dict[str, str] = {}
    for country in iso3166.countries:
        # the package also carries Kosovo, under codes that ISO leaves to users
        if not _USER_ASSIGNED.match(country.alpha3):
            for code in (country.alpha2, country.alpha3, country.numeric):
                found[code] = country.alpha3
    return found


@cache
def alpha2_codes() -> frozenset[str]:
    """Alpha-2 codes of all countries."""
    return frozenset(code for code in _by_any_code() if len(code) == 2)


@cache
def code_list() -> CodeList:
    """Describe the list."""
    known = frozenset(_by_any_code().values())
    values = tuple((c.alpha3, c.apolitical_name) for c in iso3166.countries if c.alpha3 in known)
    return CodeList(
        "country",
        "Country",
        "ISO 3166-1",
        tuple(sorted(values)),
        "alpha-3; alpha-2 and the three digits are read too",
    )


def check(value: str) -> CodeCheck:
    """Check a country; the canonical form is alpha-3."""
    code = tidy(value)
    found = _by_any_code().get(code)
    if found:
        return CodeCheck(found)
    if code in _KOSOVO:
        return warn(
            "XKX",
            f"'{value}' is not assigned by ISO 3166; XKX is in wide use for Kosovo.",
            "Keep it if the place is meant; mind that other systems may refuse it.",
        )
    if _USER_ASSIGNED.match(code):
        return refuse(
            f"'{value}' is a code that ISO 3166 leaves to its users, not a country.",
            "Use it as an owner code of an agency; a country needs an assigned code.",
        )
    if re.fullmatch(r"[0-9]{1,2}", code) and (found := _by_any_code().get(code.zfill(3))):
        return warn(
            found,
            f"'{value}' is read as the numeric code {code.zfill(3)}, whose zeros were lost.",
            _MEND,
        )
    return refuse(f"'{value}' is not a country of ISO 3166.", _MEND)
