"""What the exercise tells, element by element, with the keys that prove it.

Tests compare the findings with this table; ``docs/concepts/exercise-coalition.md`` tells it in
words. Nothing here is read by the engines.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Element:
    """One element of the story.

    Attributes
    ----------
    name, told : str
        Short name; the story in one sentence.
    subjects : tuple of (table, OWNER:KEY)
        The rows it is about.
    evidence : tuple of (table, OWNER:KEY)
        Further rows behind it.
    viewers : tuple of str
        Who can see all of it.
    """

    name: str
    told: str
    subjects: tuple[tuple[str, str], ...]
    evidence: tuple[tuple[str, str], ...] = ()
    viewers: tuple[str, ...] = ("XAG", "DEU", "USA", "POL", "NLD", "NOR", "EST")


STORY: tuple[Element, ...] = (
    Element(
        "single-forge",
        "Three suppliers of the turret ring, two of them one owner's, all need blanks from one "
        "forging house, which three nations know under three keys and one NCAGE.",
        (("party", "DEU:L-7230"), ("party", "NLD:V2230"), ("party", "POL:D-330")),
        (
            ("item", "DEU:IFV-RING"), ("item", "POL:HOW-RING"), ("item", "NLD:NL-RING"),
            ("party", "DEU:L-7001"), ("party", "DEU:L-7002"), ("party", "DEU:L-7003"),
            ("party", "DEU:L-7900"), ("system", "DEU:IFV"), ("system", "POL:HOW"),
        ),
    ),
    Element(
        "fuel-port",
        "Seventy per cent of the fuel enters the theatre through one port.",
        (("site", "XAG:PORT-GDANSK"),),
        (("item", "XAG:AG-FUEL"), ("site", "XAG:TANK-WARTA")),
    ),
    Element(
        "ammunition-expires",
        "Two lots of propelling charges expire before training can use them.",
        (("item", "DEU:M-CHARGE"), ("site", "DEU:MUN-KRAUT")),
        (
            ("holding", "DEU:MUN-KRAUT|M-CHARGE|L2016-A|serviceable"),
            ("holding", "DEU:MUN-KRAUT|M-CHARGE|L2016-B|serviceable"),
        ),
        ("XAG", "DEU", "USA", "POL", "NLD"),
    ),
    Element(
        "four-names",
        "Four nations hold one bearing: known by NIIN, by NSN in another class, by part number, "
        "and only by a like name in boxes of ten.",
        (
            ("item", "DEU:M-BRG-45"), ("item", "NLD:NL-BRG-45"),
            ("item", "POL:IM-BRG-45"), ("item", "EST:E-BRG-45"),
        ),
    ),
    Element(
        "one-crossing",
        "The Estonian unit at Võru can be reached over one crossing only.",
        (("party", "EST:JV-9"), ("site", "XAG:CROSS-EMAJOGI")),
        (("site", "EST:BASE-VORU"), ("lane", "EST:XAG.CROSS-EMAJOGI|BASE-VORU|road")),
    ),
    Element(
        "demand-without-source",
        "The Norwegian engine heater is asked for every year and nobody supplies it.",
        (("item", "NOR:N-HEATER"),),
    ),
    Element(
        "structure-without-supplier",
        "The helicopter needs a gyroscope that nobody supplies.",
        (("item", "USA:HEL-GYRO"),),
        (("system", "USA:HEL"),),
    ),
    Element(
        "below-target",
        "Fuel and rations are far below target at two bases.",
        (
            ("item", "DEU:M-FUEL"), ("item", "DEU:M-RATION"),
            ("item", "POL:IM-FUEL"), ("item", "POL:IM-RATION"),
        ),
        (
            ("site", "DEU:BASE-BERGEN"), ("site", "POL:BASE-DRAWSKO"),
            ("target", "DEU:PZG-2|||NATO.III"), ("target", "POL:ZM-6|||NATO.III"),
        ),
        ("XAG", "DEU", "USA", "POL"),
    ),
    Element(
        "late-consignment",
        "Four turret rings are twenty days late.",
        (("consignment", "DEU:CN-0907"),),
        (("item", "DEU:IFV-RING"),),
    ),
    Element(
        "missing-report",
        "Two units do not report how many systems are available.",
        (("party", "POL:ZM-6"), ("party", "EST:JV-9")),
        (("fleet", "POL:ZM-6|HOW"), ("fleet", "EST:JV-9|DEU.TRK")),
        ("XAG", "USA", "POL", "EST"),
    ),
)  # fmt: skip
