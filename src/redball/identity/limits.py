"""Ranges of the parameters that both recognisers share."""

from redball.model import BadUse


def refuse_bad_limits(minimum_score: float, most_candidates: int) -> None:
    """Refuse a score outside 0 to 1 or a negative number of candidates.

    Raises
    ------
    BadUse
        A parameter is out of its range.
    """
    if not 0 < minimum_score <= 1:
        raise BadUse(
            f"A minimum score of {minimum_score} can't be reached or excludes nothing.",
            mend="Give a number above 0 and at most 1.",
        )
    if most_candidates < 0:
        raise BadUse(f"{most_candidates} candidates can't be kept.", mend="Give 0 or more.")
