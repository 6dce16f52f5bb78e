"""A backlog worked off by one worker process: API calls, CPU time, records a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from connector.core.records import Notice, Side
from tests.bench.backlog import Worked, work_off
from tests.bench.changes import MORE, THREE, THREE_IN_SALESFORCE, Hand, told
from tests.bench.numbers import Number
from tests.bench.stage import Running, Stage

THOUSAND = 1000
NO_LIMIT = {"ACCORD_HUBSPOT_CALLS_PER_10_SECONDS": "1000000"}
FLOOR = {Side.HUBSPOT: 12.0, Side.SALESFORCE: 20.5}
GOAL = {Side.HUBSPOT: 15.0, Side.SALESFORCE: 23.0}
WAY = {Side.HUBSPOT: "HubSpot to Salesforce", Side.SALESFORCE: "Salesforce to HubSpot"}
CALLS = "API calls for 1,000 changed persons, {}, reads of both sides and read-backs included"
"""Peers read one side only and read nothing back."""
Persons = Sequence[tuple[str, str]]


def calls_and_cpu(stage: Stage, rivals: Mapping[str, Mapping[str, float]]) -> Iterator[Number]:
    """``rivals``: calls per 1,000 of the peers, by direction and name, where they were measured. Each change is made twice, the second time is counted: caches are warm, and every owner is known."""
    leads, contacts = stage.linked()[:THOUSAND], stage.linked("Contact")[:200]
    with stage.worker(**NO_LIMIT) as worker:
        three = {side: Hand(stage, side, values) for side, values in _THREE.items()}
        done = {side: _twice(stage, worker, hand.change, leads) for side, hand in three.items()}
        for side, worked in done.items():
            compared = {"the floor for two sides": FLOOR[side], **rivals.get(WAY[side], {})}
            yield Number(
                CALLS.format(WAY[side]), "Accord, Leads", worked.calls_per_thousand, "calls", GOAL[side],
                against=compared, detail={"by endpoint": dict(worked.calls)},
            )  # fmt: skip
        mixed = _twice(stage, worker, three[Side.HUBSPOT].change, [*leads[: THOUSAND - len(contacts)], *contacts])
        yield Number(
            CALLS.format(WAY[Side.HUBSPOT]), "Accord, Leads and Contacts, four to one", mixed.calls_per_thousand, "calls"
        )
        for side, worked in done.items():
            yield _cpu(f"3 of 25 fields, {WAY[side]}", worked, 0.8)
        every = _twice(stage, worker, Hand(stage, Side.HUBSPOT, THREE | MORE).change, leads)
        yield _cpu("all 25 fields, HubSpot to Salesforce, verdict written back", every, 1.5)
        yield _cpu("nothing to do: both sides are read, nothing differs", _twice(stage, worker, _no_values, leads))
        yield _cpu("echo that came under a lease: dropped at the claim", _echoes(stage, worker, leads), 0.3)


def rates(stage: Stage) -> Iterator[Number]:
    """All linked Leads, three fields each; the practice servers share the machine."""
    leads = stage.linked()
    goals = {0: 1500.0, 100: 1000.0}
    with stage.worker(**NO_LIMIT) as worker:
        for side, values in _THREE.items():
            hand = Hand(stage, side, values)
            work_off(stage, worker, hand.change(leads), len(leads))
            for latency, goal in goals.items():
                notices = hand.change(leads)
                stage.slow_down(latency)
                worked = work_off(stage, worker, notices, len(leads))
                stage.slow_down(0)
                cores = (worked.python + worked.database + worked.servers) / worked.seconds
                yield Number(
                    "records a second, one worker process", f"{WAY[side]}, both answer in {latency} ms",
                    worked.per_second, "/s", goal, at_least=True, detail={"cores that could be had": cores},
                )  # fmt: skip


_THREE = {Side.HUBSPOT: THREE, Side.SALESFORCE: THREE_IN_SALESFORCE}


def _twice(stage: Stage, worker: Running, change: Callable[[Persons], list[Notice]], persons: Persons) -> Worked:
    work_off(stage, worker, change(persons), len(persons))
    return work_off(stage, worker, change(persons), len(persons))


def _no_values(persons: Persons) -> list[Notice]:
    return [told(Side.HUBSPOT, "contact", contact, {}) for contact, _ in persons]


def _echoes(stage: Stage, worker: Running, persons: Persons) -> Worked:
    """The door drops an echo where it can. These came while their pair was leased, so they are in the queue."""
    stage.hold()
    stage.tell([told(Side.HUBSPOT, "contact", contact, {"city": "not what is seen"}) for contact, _ in persons])
    stage.database.execute(
        "UPDATE pending p SET notes = (SELECT jsonb_agg(n || jsonb_build_object('v', l.seen_hubspot -> 'city'))"
        " FROM jsonb_array_elements(p.notes) n) FROM link l WHERE l.id = p.link_id"
    )
    return work_off(stage, worker, [], len(persons))


def _cpu(what: str, worked: Worked, goal: float | None = None) -> Number:
    python, database = worked.milliseconds
    detail = {"worker": python, "database": database}
    return Number("CPU a changed person, worker and database", what, python + database, "ms", goal, detail=detail)
