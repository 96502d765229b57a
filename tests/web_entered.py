"""Sessions and accounts for tests of the face, with what their cookies alone do not tell."""

from redball.access import parse_subject
from redball.accounts.secrets import new_key
from redball.app.people import Acting, Entered, Register
from redball.app.people.entering import enter
from redball.desk import people
from redball.desk.people import ACTIVE, Account
from redball.web.security.registering import People
from redball.web.serving import Services


def register_of(services: Services) -> Register:
    """The register of a server."""
    return services.of(People).register


def account_for(services: Services, name: str, subject: str, *, service: bool = False) -> str:
    """Key of the account of a name; made where there is none, and given the subject."""
    text = parse_subject(subject).text
    with register_of(services).changing() as change:
        found = people.account_named(change.connection, name)
        if found is None:
            found = Account(
                new_key(), name, name.capitalize(), text, service, ACTIVE,
                change.now, "test", change.now,
            )  # fmt: skip
            people.add_account(change.connection, found)
        elif found.subject != text:
            people.change_account(change.connection, found.key, change.now, subject=text)
    return found.key


def entered(services: Services, name: str, subject: str, *, strong: bool = True) -> Entered:
    """A fresh session of somebody; ``strong`` as if they had just proved who they are."""
    key = account_for(services, name, subject)
    with register_of(services).changing() as change:
        found = people.account_of(change.connection, key)
        assert found is not None
        return enter(change, found, "passkey", strong=strong, agent="tests")


def acting_of(services: Services, name: str, subject: str) -> Acting:
    """Somebody as use cases want them."""
    return Acting(parse_subject(subject).text, account_for(services, name, subject), name)
