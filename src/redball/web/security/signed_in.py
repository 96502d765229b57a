"""Who a request comes from."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class SignedIn:
    """Somebody with a session, or a service with a token.

    Attributes
    ----------
    account : str
        Key of the account.
    name : str
        As people call them.
    subject : str
        Nation, role, clearance, caveats and purpose, as :func:`redball.access.parse_subject` reads
        them: what the gate decides on.
    session : str
        Which session or token it is: a short public name, never its secret.
    csrf : str
        What forms of this session must carry; empty for a token.
    proved_at : datetime
        When the person last proved who they are, with a second factor or a passkey.
    scopes : frozenset of str or None
        What a token may do (``read``, ``write``, ``export``, ``import``); None for a person.
    """

    account: str
    name: str
    subject: str
    session: str
    proved_at: datetime
    csrf: str = field(default="", repr=False)
    scopes: frozenset[str] | None = None

    @property
    def is_token(self) -> bool:
        """Whether a service asks, not a person."""
        return self.scopes is not None
