"""Whatever happens in whatever order: no step leaves the table, and some promises always hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.handoff import Handoff, SalesView, State, may
from connector.core.outcome import OpportunityView
from connector.core.qualification import Verdict
from tests.core.handoff.cast import BOB, CAROL, CONTACT, LEAD, OPEN_DEAL, TRAITS, Person, verdict

DEALS = st.builds(
    OpportunityView,
    id=st.sampled_from(["006A", "006B"]),
    stage=st.just("Some"),
    is_closed=st.booleans(),
    is_won=st.booleans(),
    by_account=st.booleans(),
).map(lambda deal: replace(deal, is_closed=deal.is_closed or deal.is_won, amount=OPEN_DEAL.amount))

VIEWS = st.builds(
    lambda base, **said: replace(base, **said),
    st.sampled_from([SalesView(), LEAD, LEAD, CONTACT]),
    status_word=st.sampled_from([None, "new", "accepted", "working", "rejected", "nurture", "unqualified"]),
    answer=st.sampled_from([None, None, "Accepted", "Rejected"]),
    reject_reason=st.sampled_from([None, "no_budget", "bad_timing", "odd"]),
    converted=st.booleans(),
    owner_email=st.sampled_from([None, BOB, CAROL]),
    opportunity=st.none() | DEALS,
    opportunity_known=st.booleans(),
)
VERDICTS = st.sets(st.sampled_from(TRAITS)).map(lambda met: verdict(*sorted(met)))
MOMENTS = st.sampled_from([0, 1, 30, 24 * 31]).map(lambda hours: timedelta(hours=hours))
Event = tuple[Verdict, SalesView, timedelta, str | None, bool]
EVENTS = st.tuples(VERDICTS, VIEWS, MOMENTS, st.sampled_from([None, None, "LastName blank"]), st.booleans())


@given(st.lists(EVENTS, min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_no_sequence_of_events_leaves_the_table(
    events: list[Event],
) -> None:
    person = Person()
    for judged, sales, after, blocked, active in events:
        before = person.handoff
        person.owner = lambda active=active: BOB if active else None  # type: ignore[misc]
        step = person.see(judged, sales, after, blocked=blocked)
        _holds(before, person, judged)
        assert not step.create or (sales.object is None and blocked is None)
        if step.handoff is not None:
            assert Handoff.from_document(step.handoff.document(), step.handoff.id) == step.handoff


def _holds(before: Handoff | None, person: Person, judged: Verdict) -> None:
    step, after = person.last, person.handoff
    source = before.state if before else None
    if after is None:
        assert before is None
        return
    assert (step.edge is None) == (source is after.state)
    assert source is after.state or may(source, after.state)
    if after.state is State.REJECTED:
        assert after.reject_reason in person.rules.reject_reasons
        assert after.evidence is not None
    if after.state is State.OFFERED:
        assert after.owner_email
        assert after.due_at
    if step.edge in ("rejected->offered", "lost->offered", "won->offered"):
        assert before is not None
        assert before.cool_off_until is None or before.cool_off_until <= person.now
        assert before.evidence != judged.fingerprint()
    assert step.nurture is (not after.is_open and after.state is not State.WON)


@given(st.lists(EVENTS, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_looking_again_at_the_same_facts_settles_at_once(events: list[Event]) -> None:
    person = Person()
    for judged, sales, after, blocked, _ in events:
        person.see(judged, sales, after, blocked=blocked)
    judged, sales, _, blocked, _ = events[-1]
    looks = [person.see(judged, sales, timedelta(0), blocked=blocked) for _ in range(4)]
    assert [look.edge for look in looks[2:]] == [None, None]
    assert looks[3] == looks[2]
