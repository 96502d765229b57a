"""Sessions for tests: made as a person gets one, by a link that signs in on an exercise store."""

from redball.app.people import Register, exercise_link, link_use
from redball.web.security.cookies import SESSION
from redball.web.serving import Services

COOKIE = SESSION


def session_cookie(services: Services, name: str, subject: str) -> dict[str, str]:
    """The cookie of a new session; the account is made where there is none."""
    settings = services.settings
    register = Register(settings.store, services.desk, origin=settings.origin, exercise=True)
    try:
        used = link_use(register, exercise_link(register, name, subject))
    finally:
        register.close()
    assert used.entered is not None
    return {COOKIE: used.entered.secret}
