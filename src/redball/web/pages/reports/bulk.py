"""Large exports: a fresh proof of who asks, and a second person's approval of exactly this."""

from redball.app.people import Acting, Matter, approval_ask, approval_use, hash_of
from redball.app.reporting import rows_leaving
from redball.model import NotPermitted
from redball.reports import Form, ReportContent
from redball.web.security.guard import fresh
from redball.web.security.registering import People
from redball.web.visit import Visit


def allowed(visit: Visit, what: str, form: Form, content: ReportContent) -> None:
    """Let a report of many rows go only with a fresh proof and a second person's approval.

    The approval is for this report of this twin in this form with these filters, and is used up by
    it. Where there is none, it is asked for.

    Raises
    ------
    ProveAgain
        The person proved who they are too long ago.
    NotPermitted
        Nobody has approved it yet, or a service asks: it has no second person.
    """
    rows, most = rows_leaving(content, form), visit.settings.limits.bulk_rows
    if rows <= most:
        return
    who = visit.who
    if who.is_token:
        raise NotPermitted(
            f"{rows:,} rows are more than a token may take away at once ({most:,}).",
            mend="Narrow it, or let a person export it with a second one.",
        )
    fresh(who, visit.settings.step_up)
    register = visit.services.of(People).register
    acting = Acting(who.subject, who.account, who.name, who.session)
    asked = sorted(visit.request.query_params.multi_items())
    exactly = hash_of(
        {"what": what, "form": form.value, "twin": content.origin.twin_hash, "asked": asked}
    )
    try:
        approval_use(register, acting, Matter.EXPORT, exactly)
    except NotPermitted as error:
        said = f"Export of {content.title} as {form.value}, {rows:,} rows, {content.label.text}"
        approval_ask(register, acting, Matter.EXPORT, exactly, said)
        raise NotPermitted(
            f"{rows:,} rows need a second person, who was asked now.",
            where=what,
            mend="Once it is approved (People, approvals), ask for it again.",
        ) from error
