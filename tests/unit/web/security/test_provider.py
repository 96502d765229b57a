"""The client of an identity provider, against a real one that can lie."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, OctKey
from tests.identity_provider import IdentityProvider, running_provider

from redball.model import BadData
from redball.web.security.provider import Begun, Proven, Provider
from redball.web.security.provider.fetching import ProviderAway
from redball.web.settings import Identity

BACK = "https://testserver/sign-in/provider/back"


@pytest.fixture
def theirs() -> Iterator[IdentityProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def ours(theirs: IdentityProvider) -> Iterator[Provider]:
    provider = Provider(Identity(theirs.issuer, theirs.client_id, theirs.client_secret), BACK)
    yield provider
    provider.stop()


def signed_in(ours: Provider, theirs: IdentityProvider, *, fresh: bool = False) -> Proven:
    address, begun = ours.begin("/findings", fresh=fresh)
    back = {k: v[0] for k, v in parse_qs(urlsplit(theirs.authorize(address)).query).items()}
    kept = Begun.parse(begun.text)
    assert kept.then == "/findings"
    return ours.finish(kept, code=back["code"], state=back["state"], issuer=back["iss"])


def test_who_it_is(ours: Provider, theirs: IdentityProvider) -> None:
    assert signed_in(ours, theirs) == Proven(theirs.issuer, "person-1", None)


def test_a_fresh_proof_says_when(ours: Provider, theirs: IdentityProvider) -> None:
    found = signed_in(ours, theirs, fresh=True)
    assert found.at is not None
    assert datetime.now(UTC) - found.at < timedelta(seconds=30)


def _forget(name: str) -> Any:
    return lambda claims: claims.pop(name, None)


def _set(**values: Any) -> Any:
    return lambda claims: claims.update(values)


LIES = {
    "other issuer": _set(iss="https://elsewhere.example"),
    "other audience": _set(aud="another"),
    "several audiences, no party": _set(aud=["redball", "another"]),
    "other party": _set(azp="another"),
    "other nonce": _set(nonce="another"),
    "no nonce": _forget("nonce"),
    "over": _set(exp=1),
    "no end": _forget("exp"),
    "no beginning": _forget("iat"),
    "of the future": _set(iat=4_000_000_000, exp=4_000_000_300),
    "no subject": _forget("sub"),
    "empty subject": _set(sub=""),
    "long subject": _set(sub="x" * 256),
    "subject is no text": _set(sub=["person-1"]),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_not_believed(ours: Provider, theirs: IdentityProvider, lie: str) -> None:
    theirs.change_claims = LIES[lie]
    with pytest.raises(BadData, match="can't be believed"):
        signed_in(ours, theirs)


@pytest.mark.parametrize(
    "change", [_forget("auth_time"), _set(auth_time="now")], ids=["forgotten", "no-time"]
)
def test_a_fresh_proof_without_a_time_is_none(
    ours: Provider, theirs: IdentityProvider, change: Any
) -> None:
    theirs.change_claims = change
    with pytest.raises(BadData, match="can't be believed"):
        signed_in(ours, theirs, fresh=True)


def test_another_key_is_not_believed(ours: Provider, theirs: IdentityProvider) -> None:
    theirs.signer = ECKey.generate_key("P-256", {"kid": theirs.key.kid or ""})
    with pytest.raises(BadData, match="can't be believed"):
        signed_in(ours, theirs)


def test_a_shared_secret_is_no_signature(ours: Provider, theirs: IdentityProvider) -> None:
    theirs.algorithm = "HS256"
    theirs.signer = OctKey.import_key("x" * 32, {"kid": theirs.key.kid or ""})
    with pytest.raises(BadData, match="can't be believed"):
        signed_in(ours, theirs)


def test_new_keys_of_the_provider_are_taken_up(
    theirs: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redball.web.security.provider.fetching.AGAIN_SECONDS", 0.0)
    ours = Provider(Identity(theirs.issuer, theirs.client_id, theirs.client_secret), BACK)
    signed_in(ours, theirs)
    theirs.key = ECKey.generate_key("P-256", auto_kid=True)
    assert signed_in(ours, theirs).subject == "person-1"
    assert theirs.asked.count("/keys") == 2
    ours.stop()


def test_unknown_keys_do_not_make_it_ask_all_the_time(
    ours: Provider, theirs: IdentityProvider
) -> None:
    signed_in(ours, theirs)
    theirs.signer = ECKey.generate_key("P-256", auto_kid=True)
    for _ in range(3):
        with pytest.raises(BadData):
            signed_in(ours, theirs)
    assert theirs.asked.count("/keys") == 1


@pytest.mark.parametrize("wrong", ["code", "state", "issuer"])
def test_an_answer_to_something_else(ours: Provider, theirs: IdentityProvider, wrong: str) -> None:
    address, begun = ours.begin("/")
    back = {k: v[0] for k, v in parse_qs(urlsplit(theirs.authorize(address)).query).items()}
    given = {"code": back["code"], "state": back["state"], "issuer": back["iss"]} | {wrong: ""}
    with pytest.raises(BadData, match="browser began"):
        ours.finish(begun, **given)


def test_a_stolen_code_is_worth_nothing(ours: Provider, theirs: IdentityProvider) -> None:
    address, begun = ours.begin("/")
    back = {k: v[0] for k, v in parse_qs(urlsplit(theirs.authorize(address)).query).items()}
    other = replace(begun, verifier="another-browser")
    with pytest.raises(BadData, match="does not accept"):
        ours.finish(other, code=back["code"], state=back["state"], issuer=back["iss"])


DISCOVERIES = {
    "for somebody else": _set(issuer="https://elsewhere.example"),
    "keys without TLS": _set(jwks_uri="http://elsewhere.example/keys"),
    "keys are no address": _set(jwks_uri=7),
    "token by file": _set(token_endpoint="file:///etc/passwd"),
    "no authorization": _forget("authorization_endpoint"),
}


@pytest.mark.parametrize("change", DISCOVERIES)
def test_a_provider_that_does_not_say_where(
    ours: Provider, theirs: IdentityProvider, change: str
) -> None:
    theirs.change_discovery = DISCOVERIES[change]
    with pytest.raises(ProviderAway):
        ours.begin("/")


@pytest.mark.parametrize("path", ["/moved", "/huge", "/nowhere"])
def test_keys_that_do_not_come(ours: Provider, theirs: IdentityProvider, path: str) -> None:
    theirs.change_discovery = _set(jwks_uri=f"{theirs.issuer}{path}")
    with pytest.raises(ProviderAway):
        signed_in(ours, theirs)


def test_a_provider_that_is_away() -> None:
    ours = Provider(Identity("http://127.0.0.1:9", "redball"), BACK)
    with pytest.raises(ProviderAway, match="can't be reached"):
        ours.begin("/")
    ours.stop()


@pytest.mark.parametrize("text", ["", "x", "e30", "W10", "eyJzdGF0ZSI6MX0", "é"])
def test_a_cookie_that_was_not_given_here(text: str) -> None:
    with pytest.raises(BadData, match="browser began"):
        Begun.parse(text)
