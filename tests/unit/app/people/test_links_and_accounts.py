"""Links, the first administrator, accounts, and the rule of two persons."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.authenticator import Authenticator
from tests.people_world import CONSOLE, ORIGIN, PASSWORD, People, people_in

from redball.access import parse_subject
from redball.app import people
from redball.app.people.acting import NotKnown, spelled
from redball.app.people.rules import widens
from redball.model import BadUse, NotPermitted, StoreError
from redball.store import open_store


def test_the_first_start_gives_one_link_and_no_password(world: People) -> None:
    first = people.first_administrator(world.register, "DEU")
    second = people.first_administrator(world.register, "DEU")
    assert first
    assert second
    assert first != second
    with pytest.raises(NotKnown):
        people.link_look(world.register, first)
    shown = people.link_look(world.register, second)
    assert (shown.kind, shown.name) == ("first", "administrator")
    ticket = people.link_use(world.register, second).ticket
    key = Authenticator(ORIGIN)
    options = people.enrol_passkey_begin(world.register, ticket)
    done = people.enrol_passkey_finish(world.register, ticket, key.register(options))
    assert parse_subject(done.entered.present.subject).role == "administrator"
    assert people.first_administrator(world.register, "DEU") is None


def test_where_there_are_people_there_is_no_first(world: People) -> None:
    world.person("ann")
    assert people.first_administrator(world.register, "DEU") is None
    assert people.account_list(world.register, CONSOLE)[0].name == "ann"


def test_a_link_counts_once_and_looking_leaves_it(world: People) -> None:
    admin, _ = world.with_passkey("root", "DEU role=administrator")
    key = world.person("ann")
    made = people.account_link(world.register, admin.present.acting, key)
    assert people.link_look(world.register, made.secret).display == "Ann"
    assert people.link_look(world.register, made.secret).expires == made.expires
    people.link_use(world.register, made.secret)
    for use in (people.link_look, people.link_use):
        with pytest.raises(NotKnown, match="no such link"):
            use(world.register, made.secret)


def test_a_link_expires_and_a_newer_one_replaces_it(world: People) -> None:
    key = world.person("ann")
    first = people.account_link(world.register, CONSOLE, key).secret
    second = people.account_link(world.register, CONSOLE, key).secret
    with pytest.raises(NotKnown):
        people.link_use(world.register, first)
    world.later(days=3)
    with pytest.raises(NotKnown):
        people.link_use(world.register, second)


def test_enrolling_anew_voids_everything_before(world: People) -> None:
    done, seed = world.with_password("bob")
    made = people.account_link(world.register, CONSOLE, "bob")  # can do next to nothing: alone
    assert people.session_of(world.register, done.entered.secret) is None
    ticket = people.link_use(world.register, made.secret).ticket
    options = people.enrol_passkey_begin(world.register, ticket)
    people.enrol_passkey_finish(world.register, ticket, Authenticator(ORIGIN).register(options))
    with pytest.raises(NotPermitted):
        people.sign_in_password(world.register, "bob", PASSWORD)
    with pytest.raises(NotPermitted, match="took too long"):
        people.enrol_passkey_begin(world.register, ticket)
    assert seed


def test_a_ticket_to_enrol_is_good_for_half_an_hour(world: People) -> None:
    ticket = world.invited("ann")
    world.later(minutes=30)
    with pytest.raises(NotPermitted, match="took too long"):
        people.enrol_password_begin(world.register, ticket, PASSWORD)


def test_a_weak_password_is_refused_and_the_ticket_stays(world: People) -> None:
    ticket = world.invited("jane.doe")
    for weak in ("short", "jane.doe.jane.doe", "Password2026!"):
        with pytest.raises(BadUse):
            people.enrol_password_begin(world.register, ticket, weak)
    setup = people.enrol_password_begin(world.register, ticket, PASSWORD)
    with pytest.raises(NotPermitted, match="code does not fit"):
        people.enrol_password_finish(world.register, ticket, setup.ticket, "000000")
    code = world.code(setup.seed)
    assert people.enrol_password_finish(world.register, ticket, setup.ticket, code).recovery


def test_links_that_sign_straight_in_are_for_exercises(world: People, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted, match="exercise data"):
        people.exercise_link(world.register, "planner", "DEU role=planner clearance=SECRET")
    folder = tmp_path / "exercise"
    folder.mkdir()
    with people_in(folder, exercise=True) as exercise:
        register = exercise.register
        subject = "DEU role=planner clearance=SECRET"
        secret = people.exercise_link(register, "planner", subject)
        used = people.link_use(register, secret)
        assert used.entered is not None
        assert people.session_of(register, used.entered.secret) == used.entered.present
        with pytest.raises(BadUse, match="another one"):
            people.exercise_link(register, "planner", "DEU role=security")
        again = people.exercise_link(register, "planner", subject)
        register.exercise = False
        with pytest.raises(NotKnown):
            people.link_use(register, again)


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (None, "DEU role=analyst", False),
        (None, "DEU role=analyst clearance=RESTRICTED", True),
        (None, "DEU role=analyst caveats=MEDICAL", True),
        (None, "DEU role=administrator", True),
        (None, "DEU role=security", True),
        (None, "DEU", True),
        ("DEU role=planner", "DEU role=analyst", False),
        ("DEU role=analyst", "DEU role=planner", True),
        ("DEU role=analyst clearance=SECRET", "DEU role=analyst clearance=RESTRICTED", False),
        ("DEU role=analyst clearance=RESTRICTED", "DEU role=analyst clearance=SECRET", True),
        ("DEU role=analyst clearance=SECRET", "DEU role=analyst clearance=only:SECRET", False),
        ("DEU role=analyst caveats=MEDICAL", "DEU role=analyst", False),
        ("DEU role=analyst", "NLD role=analyst", True),
        ("DEU role=analyst", "DEU role=analyst purpose=exercise", True),
        ("DEU", "DEU role=administrator", True),
        ("DEU role=security", "DEU role=director", True),
        ("DEU role=administrator", "DEU role=administrator", False),
    ],
)
def test_what_gives_more(before: str | None, after: str, more: bool) -> None:
    old = None if before is None else parse_subject(before)
    assert widens(old, parse_subject(after)) is more


@pytest.mark.parametrize(
    "text",
    [
        "DEU", "DEU role=planner", "DEU role=planner clearance=SECRET caveats=COMMERCIAL,MEDICAL",
        "DEU role=security clearance=SECRET", "DEU role=analyst clearance=only:SECRET",
        "DEU role=analyst clearance=none purpose=exercise", "NLD clearance=RESTRICTED caveats=none",
    ],
)  # fmt: skip
def test_an_accounts_subject_is_read_as_it_was_given(text: str) -> None:
    subject = parse_subject(text)
    assert parse_subject(spelled(subject)) == subject


def test_one_administrator_adds_who_can_do_next_to_nothing(world: People) -> None:
    admin, _ = world.with_passkey("root", "DEU role=administrator")
    made = people.account_add(world.register, admin.present.acting, "Ann", "DEU role=analyst")
    assert made.done
    with pytest.raises(BadUse, match="named 'ann' already"):
        people.account_add(world.register, admin.present.acting, "ANN", "DEU role=analyst")


def test_power_needs_a_second_person(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=administrator")
    two, _ = world.with_passkey("two", "NLD role=administrator")
    register, asker, giver = world.register, one.present.acting, two.present.acting
    asked = people.account_add(register, asker, "sec", "DEU role=security clearance=SECRET")
    assert not asked.done
    assert asked.account == ""
    assert [a.name for a in people.account_list(register, asker)] == ["one", "two"]
    shown_to = {who: people.approval_list(register, who)[0] for who in (asker, giver)}
    assert [(one.own, one.may_give) for one in shown_to.values()] == [(True, False), (False, True)]
    with pytest.raises(NotPermitted, match="can't be answered by you"):
        people.approval_give(register, asker, asked.approval)
    shown = people.approval_give(register, giver, asked.approval)
    assert (shown.state, shown.answered_by) == ("used", "Two")
    made = next(a for a in people.account_list(register, asker) if a.name == "sec")
    assert made.state == "invited"
    assert parse_subject(made.subject) == parse_subject("DEU role=security clearance=SECRET")
    for again in (people.approval_give, people.approval_refuse):
        with pytest.raises(NotPermitted):
            again(register, giver, asked.approval)


def test_nobody_gives_themselves_more(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=administrator")
    two, _ = world.with_passkey("two", "DEU role=administrator")
    register = world.register
    with pytest.raises(NotPermitted, match="Nobody gives themselves more"):
        people.account_change(register, one.present.acting, "one", subject="DEU")
    asked = people.account_change(
        register, two.present.acting, "one", subject="DEU role=security clearance=SECRET"
    )
    with pytest.raises(NotKnown):  # nor agrees to it
        people.approval_give(register, one.present.acting, asked.approval)


@pytest.mark.parametrize("role", ["planner", "analyst", "procurement", "director"])
def test_others_do_not_administer(world: People, role: str) -> None:
    who, _ = world.with_passkey("who", f"DEU role={role}")
    acting = who.present.acting
    register = world.register
    tries: list[Callable[[], object]] = [
        lambda: people.account_list(register, acting),
        lambda: people.account_add(register, acting, "new", "DEU role=analyst"),
        lambda: people.account_change(register, acting, "who", display="Who Else"),
        lambda: people.account_close(register, acting, "who"),
        lambda: people.account_link(register, acting, "who"),
        lambda: people.identity_link(register, acting, "who", "https://id.example", "1"),
    ]
    for attempt in tries:
        with pytest.raises(NotPermitted, match="may not administer"):
            attempt()
    assert sum("refusal" in one for one in world.told()) == len(tries)


def test_an_approval_does_not_fit_an_account_that_changed_meanwhile(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=administrator")
    two, _ = world.with_passkey("two", "DEU role=administrator")
    register = world.register
    world.person("ann", "DEU role=planner")
    asked = people.account_change(
        register, one.present.acting, "ann", subject="DEU role=planner clearance=SECRET"
    )
    assert people.account_change(
        register, one.present.acting, "ann", subject="DEU role=analyst"
    ).done
    with pytest.raises(BadUse, match="changed since"):
        people.approval_give(register, two.present.acting, asked.approval)
    (waiting,) = people.approval_list(register, two.present.acting)
    assert waiting.may_give  # nothing was used up


def test_taking_over_an_account_with_power_needs_two(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=administrator")
    two, _ = world.with_passkey("two", "DEU role=administrator")
    sec, key = world.with_passkey("sec", "DEU role=security clearance=SECRET")
    register = world.register
    made = people.account_link(register, one.present.acting, "sec")
    assert made.secret == ""
    assert made.outcome.approval
    assert people.session_of(register, sec.secret) is not None
    people.approval_give(register, two.present.acting, made.outcome.approval)
    assert people.session_of(register, sec.secret) is None
    with pytest.raises(NotPermitted):
        people.sign_in_passkey_finish(register, key.answer(people.sign_in_passkey_begin(register)))
    assert people.account_link(register, one.present.acting, "sec").secret
    linked = people.identity_link(register, one.present.acting, "sec", "https://id.example", "1")
    assert not linked.done


def test_the_last_administrator_stays(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=administrator")
    world.person("two", "DEU role=administrator")  # invited only
    with pytest.raises(NotPermitted, match="last administrator"):
        people.account_close(world.register, one.present.acting, "one")
    world.with_passkey("three", "DEU role=administrator")
    assert people.account_close(world.register, one.present.acting, "one").done


def test_approvals_are_for_one_thing_one_asker_once(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=security clearance=SECRET")
    two, _ = world.with_passkey("two", "DEU role=security clearance=SECRET")
    dutch, _ = world.with_passkey("dutch", "NLD role=security clearance=SECRET")
    register, matter = world.register, people.Matter.AGREEMENT
    asker, giver = one.present.acting, two.present.acting
    thing, other = people.hash_of({"a": 1}), people.hash_of({"a": 2})
    with pytest.raises(NotPermitted, match="nobody has approved"):
        people.approval_use(register, asker, matter, thing)
    key = people.approval_ask(register, asker, matter, thing, "Sign AGR-1 version 2.")
    with pytest.raises(NotKnown):
        people.approval_give(register, dutch.present.acting, key)
    assert people.approval_list(register, dutch.present.acting) == ()
    assert people.approval_give(register, giver, key).state == "given"
    for who, what, which in [
        (asker, matter, other), (giver, matter, thing), (asker, people.Matter.KEY, thing),
    ]:  # fmt: skip
        with pytest.raises(NotPermitted, match="nobody has approved"):
            people.approval_use(register, who, what, which)
    assert people.approval_use(register, asker, matter, thing) == key
    with pytest.raises(NotPermitted, match="nobody has approved"):
        people.approval_use(register, asker, matter, thing)


def test_an_approval_expires_and_a_refused_one_is_none(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=security clearance=SECRET")
    two, _ = world.with_passkey("two", "DEU role=security clearance=SECRET")
    register, matter, thing = world.register, people.Matter.KEY, people.hash_of({})
    key = people.approval_ask(register, one.present.acting, matter, thing, "Use the key.")
    assert people.approval_refuse(register, two.present.acting, key).state == "refused"
    with pytest.raises(NotPermitted):
        people.approval_use(register, one.present.acting, matter, thing)
    late = people.approval_ask(register, one.present.acting, matter, thing, "Use the key.")
    world.later(days=7)
    with pytest.raises(NotPermitted, match="not any more"):
        people.approval_give(register, two.present.acting, late)
    past = people.approval_list(register, two.present.acting, past=True)
    assert {one.state for one in past} == {"expired", "refused"}


def test_absent_and_foreign_approvals_answer_the_same(world: People) -> None:
    one, _ = world.with_passkey("one", "DEU role=security clearance=SECRET")
    dutch, _ = world.with_passkey("dutch", "NLD role=security clearance=SECRET")
    key = people.approval_ask(
        world.register, one.present.acting, people.Matter.KEY, people.hash_of({}), "Use the key."
    )
    told = []
    for asked in (key, "0" * 16):
        with pytest.raises(NotKnown) as missing:
            people.approval_give(world.register, dutch.present.acting, asked)
        told.append((missing.value.what, missing.value.where, missing.value.mend))
    assert told[0] == told[1]


def test_tokens_end_with_their_time_their_account_and_when_revoked(world: People) -> None:
    register = world.register
    key = people.account_add(register, CONSOLE, "nightly", "DEU role=analyst", service=True).account
    made = [
        people.token_new(register, CONSOLE, key, name, ("read", "export"), days=days)
        for name, days in [("one", 1), ("two", 30), ("three", 30)]
    ]
    present = people.token_of(register, made[0].secret)
    assert present is not None
    assert present.scopes == frozenset({"read", "export"})
    assert present.csrf == ""
    assert (world.at - present.proved_at).days >= 365
    with pytest.raises(BadUse, match="named 'one' already"):
        people.token_new(register, CONSOLE, key, "one", ("read",))
    world.later(days=1)
    assert people.token_of(register, made[0].secret) is None
    people.token_revoke(register, CONSOLE, made[1].shown.key)
    assert people.token_of(register, made[1].secret) is None
    assert people.token_of(register, made[2].secret.replace("three", "other")) is None
    assert people.token_of(register, made[2].secret) is not None
    people.account_close(register, CONSOLE, key)
    assert people.token_of(register, made[2].secret) is None


def test_nobody_makes_a_token_in_anothers_name(world: People) -> None:
    register = world.register
    ann, _ = world.with_passkey("ann")
    bob, _ = world.with_passkey("bob")
    with pytest.raises(NotPermitted, match="would be that person"):
        people.token_new(register, CONSOLE, "ann", "steal", ("read",))
    with pytest.raises(NotKnown):
        people.token_new(register, bob.present.acting, ann.present.account, "steal", ("read",))
    mine = people.token_new(register, ann.present.acting, "", "mine", ("read",))
    told = []
    for key in (mine.shown.key, "0" * 16):
        with pytest.raises(NotKnown) as missing:
            people.token_revoke(register, bob.present.acting, key)
        told.append(str(missing.value))
    assert told[0] == told[1]
    assert people.token_list(register, bob.present.acting) == ()
    assert people.token_of(register, mine.secret) is not None


def test_ones_own_account_can_be_kept(world: People) -> None:
    register = world.register
    ann, key = world.with_passkey("ann")
    with pytest.raises(NotPermitted, match="only way"):
        people.own_passkey_remove(register, ann.present, key.id)
    with pytest.raises(NotPermitted, match="go with a password"):
        people.own_recovery_renew(register, ann.present)
    setup = people.own_password_begin(register, ann.present, PASSWORD)
    old = people.own_password_finish(register, ann.present, setup.ticket, world.code(setup.seed))
    people.own_passkey_remove(register, ann.present, key.id)
    with pytest.raises(NotKnown):
        people.own_passkey_remove(register, ann.present, key.id)
    assert set(people.own_recovery_renew(register, ann.present)).isdisjoint(old)
    with pytest.raises(NotPermitted, match="old password"):
        people.own_password_change(register, ann.present, "wrong wrong wrong", PASSWORD + " too")
    people.own_password_change(register, ann.present, PASSWORD, PASSWORD + " too")
    assert people.sign_in_password(register, "ann", PASSWORD + " too")
    with pytest.raises(NotPermitted):
        people.sign_in_password(register, "ann", PASSWORD)


def test_the_ledger_tells_it_without_names_and_secrets(world: People) -> None:
    done, _ = world.with_password("jane.doe")
    people.token_new(world.register, done.entered.present.acting, "", "mine", ("read",))
    with pytest.raises(NotPermitted):
        people.sign_in_password(world.register, "jane.doe", "wrong wrong wrong")
    told = world.told()
    assert told[-1] == "refusal: sign in"
    assert "account: make token" in told
    assert "sign-in: sign in" in told
    text = json.dumps([[e.actor, e.object, dict(e.facts)] for e in world.events()])
    for word in ("jane", "Jane", PASSWORD, done.entered.secret, done.recovery[0]):
        assert word not in text
    ids = [e.facts["id"] for e in world.events() if "id" in e.facts]
    assert len(set(ids)) == len(ids) == len(told)


def test_events_are_accounts_and_sign_ins_for_others_systems(world: People) -> None:
    from redball.ledger.watch import ocsf_event

    world.with_passkey("ann")
    with pytest.raises(NotPermitted):
        people.sign_in_password(world.register, "ann", "wrong wrong wrong")
    shown = {
        event.verb: ocsf_event(event, index, node="node")
        for index, event in enumerate(world.events())
        if event.kind != "genesis"
    }
    assert shown["add account"]["type_uid"] == 300101
    assert shown["add passkey"]["type_uid"] == 300110
    assert shown["sign in"]["type_uid"] == 300201
    assert (shown["sign in"]["status"], shown["add account"]["status"]) == ("Failure", "Success")


def test_what_the_ledger_does_not_take_waits_and_then_nothing_is_changed(
    world: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redball.app.people import sending

    def gone(*given: object, **options: object) -> object:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(sending, "open_store", gone)
        world.person("ann")
        people.account_add(world.register, CONSOLE, "bob", "DEU role=analyst")
        world.flush()
        world.later(minutes=3)
        with pytest.raises(StoreError, match="takes no events"):
            people.account_add(world.register, CONSOLE, "eve", "DEU role=analyst")
    assert [a.name for a in people.account_list(world.register, CONSOLE)] == ["ann", "bob"]
    assert world.told().count("account: add account") == 2
    assert people.account_add(world.register, CONSOLE, "eve", "DEU role=analyst").done


def test_a_server_sends_events_without_waiting(tmp_path: Path) -> None:
    from redball.app.people.register import Register
    from redball.desk import open_desk

    address = str(tmp_path / "store.sqlite")
    open_store(address, create=True).close()
    desk = open_desk(address)
    register = Register(address, desk, waits=False)
    for name in ("ann", "bob"):
        people.account_add(register, CONSOLE, name, "DEU role=analyst")
    register.close()
    desk.close()
    with open_store(address) as store:
        assert [e.verb for e in store.events()].count("add account") == 2


def test_every_door_names_its_action() -> None:
    import inspect

    from redball.app.doing import ACTIONS

    doors = {n: getattr(people, n) for n in people.__all__}
    functions = {n: f for n, f in doors.items() if inspect.isfunction(f)}
    bare = {n for n, f in functions.items() if f"{f.__module__}.{f.__qualname__}" not in ACTIONS}
    assert bare == {"console", "hash_of"}
