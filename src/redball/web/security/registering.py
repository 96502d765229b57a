"""The people of a server as it keeps them, and how often somebody may try to get in."""

from typing import Self

from redball.accounts.holding import SessionRules
from redball.app.people import Register
from redball.web.security.limiting import Limiter, Rate
from redball.web.security.refusals import TooMany
from redball.web.security.surroundings import Surroundings

ADDRESS_TIMES, NAME_TIMES, ALL_TIMES = 5, 10, 60
"""Of what one name may try from one address: so much from one address with any names, for one name
from anywhere, and in all, since each password that is tried costs memory and time."""


class People:
    """The people of a server.

    Parameters
    ----------
    register : Register
    per_minute : int
        Tries of one name from one address.
    """

    def __init__(self, register: Register, per_minute: int) -> None:
        self.register = register
        self._limiter = Limiter()
        self._per_minute = per_minute

    @classmethod
    def start(cls, services: Surroundings) -> Self:
        """Make it for a server."""
        settings = services.settings
        register = Register(
            settings.store,
            services.desk,
            rules=SessionRules(settings.idle, settings.absolute),
            origin=settings.origin,
            exercise=settings.exercise,
            waits=False,
        )
        return cls(register, settings.limits.sign_ins_per_minute)

    def stop(self) -> None:
        """Send what waits to the ledger."""
        self.register.close()

    def tried(self, network: str, name: str = "") -> None:
        """Count a try to get in.

        Strangers can use up the tries of their own address. Those of a name from anywhere are ten
        times as many, and nothing but passwords is counted by name: so nobody is locked out.

        Parameters
        ----------
        network : str
            Where it comes from.
        name : str
            Of an account, as it was typed with a password; empty for all else.

        Raises
        ------
        TooMany
            Says when to try again.
        """
        counted = [(f"from {network}", ADDRESS_TIMES)]
        if name:
            folded = name.strip().casefold()[:64]
            counted += [(f"{folded} from {network}", 1), (f"name {folded}", NAME_TIMES)]
            counted += [("all", ALL_TIMES)]
        for key, times in counted:
            most = self._per_minute * times
            wait = self._limiter.take(key, Rate(most, most))
            if wait > 0:
                raise TooMany("There were too many tries to sign in.", wait)
