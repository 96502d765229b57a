"""The marking: a label as people read it, in the phrases of its policy.

Policy name (or what replaces it), classification, then for each tag its prefix, phrases and
suffix, in the policy's order. Source: Open XML SPIF 2.1, marking data and qualifiers.
"""

from collections.abc import Iterable, Iterator

from redball.access.labels.lookup import Meaning, Used, meaning_of
from redball.access.labels.policy import Phrase, Policy, Qualifier
from redball.access.labels.values import ORIGINATORS_ONLY, RELEASE_TAG, ConfidentialityLabel

_HIDDEN = {"noMarkingDisplay", "noNameDisplay"}
_REPLACE = "replacePolicy"
_SUPPRESS = "suppressClassName"


def marking(label: ConfidentialityLabel, policy: Policy, language: str = "") -> str:
    """Text of a label.

    Parameters
    ----------
    label : ConfidentialityLabel
    policy : Policy
    language : str
        Code of a language, such as ``fr``; the policy's own phrases where it has none in it.

    Raises
    ------
    LabelError
        The label is not one of the policy.
    """
    meaning = meaning_of(label, policy)
    values = [phrase for one in meaning.used for phrase in one.value.phrases]
    codes = {code for phrase in values for code in phrase.codes}
    parts = [_policy_text(meaning, policy, language)]
    if _SUPPRESS not in codes:
        parts.append(_shown(meaning.classification.phrases, meaning.classification.name, language))
    parts += _tags(meaning, policy, language)
    if label.originators_only:
        parts.append(_originators(policy, language))
    sign = _qualifier(policy.qualifiers, "separator", language, " ")
    text = sign.join(part for part in parts if part)
    prefix = _qualifier(policy.qualifiers, "prefix", language, "")
    return prefix + text + _qualifier(policy.qualifiers, "suffix", language, "")


def _policy_text(meaning: Meaning, policy: Policy, language: str) -> str:
    """The classification's replacement comes before a category's, and that before the policy's."""
    sources = [
        meaning.classification.phrases,
        *(one.value.phrases for one in meaning.used),
        policy.phrases,
    ]
    for phrases in sources:
        replacing = [one for one in phrases if _REPLACE in one.codes]
        if replacing:
            return _best(replacing, language).text or ""
    return policy.name


def _tags(meaning: Meaning, policy: Policy, language: str) -> Iterator[str]:
    for tag_set in policy.tag_sets:
        for tag in tag_set.tags:
            used = [one for one in meaning.used if one.place == (tag_set.name, tag.name)]
            texts = [text for one in used if (text := _value_text(one, language))]
            if texts:
                sign = _qualifier(tag.qualifiers, "separator", language, " ")
                prefix = _qualifier(tag.qualifiers, "prefix", language, "")
                suffix = _qualifier(tag.qualifiers, "suffix", language, "")
                yield prefix + sign.join(texts) + suffix


def _value_text(one: Used, language: str) -> str:
    codes = {code for phrase in one.value.phrases for code in phrase.codes}
    if codes & _HIDDEN:
        return ""
    shown = [phrase for phrase in one.value.phrases if _REPLACE not in phrase.codes]
    return _shown(shown, one.value.name, language)


def _originators(policy: Policy, language: str) -> str:
    """The policy's phrase for the reserved value, where it declares one."""
    found = (
        value.phrases
        for tag_set in policy.tag_sets
        if tag_set.name == RELEASE_TAG
        for tag in tag_set.tags
        for value in tag.values
    )
    return _shown(next(found, ()), ORIGINATORS_ONLY, language)


def _shown(phrases: Iterable[Phrase], name: str, language: str) -> str:
    """Phrase in a language, else in none, else the name."""
    usable = [one for one in phrases if _REPLACE not in one.codes and one.text]
    fitting = [one for one in usable if one.language in (language, "")]
    return (_best(fitting, language).text or name) if fitting else name


def _best(phrases: Iterable[Phrase], language: str) -> Phrase:
    ordered = list(phrases)
    return next(
        (one for wanted in (language, "") for one in ordered if one.language == wanted), ordered[0]
    )


def _qualifier(qualifiers: Iterable[Qualifier], code: str, language: str, otherwise: str) -> str:
    given = {one.language: one.text for one in qualifiers if one.code == code}
    return given.get(language, given.get("", otherwise))
