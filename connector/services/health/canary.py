"""A canary: one value of a test person is changed on each side, to see whether that side tells us; then it is put back.

It goes to the record that the operator names, around the engine on purpose: what is tried is whether an edit made over
there reaches us at all.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol

from connector.core.mapping import Direction, Field
from connector.core.records import Ref, Side, Value
from connector.ports import Crm, Write
from connector.services.finding import Person
from connector.services.health.findings import FAIL, OK, SKIP, WARN, Finding
from connector.services.rounds.unleased import unleased
from connector.services.workbench import Workbench

PATIENCE = timedelta(seconds=20)
PAUSE = 0.2
_FIX = {
    Side.HUBSPOT: "Check the app's target URL and subscriptions (`accord mappings webhooks`), ACCORD_PUBLIC_URL, the "
    "client secret, and that `accord serve` runs.",
    Side.SALESFORCE: "Check the outbound message's URL with its secret, its fields (`accord mappings webhooks`), the "
    "Flow that sends it, and that `accord serve` runs.",
}


class CanaryStore(Protocol):
    def link(self, link: int) -> dict[str, Any] | None: ...
    def told(self, ref: Ref, link: int | None, native: str, value: str, since: datetime) -> bool:
        """Did that value of that field reach us since then, by a notice that was pushed?"""


def canary(
    bench: Workbench, store: CanaryStore, person: Person, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Finding]:
    """One finding a side."""
    refs = {person.ref.side: person.ref}
    row = store.link(person.link) if person.link is not None else None
    if row is not None:
        refs[Side.HUBSPOT] = Ref(Side.HUBSPOT, row["hubspot_object"], row["hubspot_id"])
        refs[Side.SALESFORCE] = Ref(Side.SALESFORCE, row["salesforce_object"], row["salesforce_id"])
    for side in Side:
        crm: Crm = bench.hubspot if side is Side.HUBSPOT else bench.salesforce
        if side in refs:
            yield _fly(bench, store, crm, refs[side], person.link, sleep)
        else:
            yield Finding("canary", SKIP, f"{person.ref} is not linked: nothing to try in {side}")


def _fly(
    bench: Workbench,
    store: CanaryStore,
    crm: Crm,
    ref: Ref,
    link: int | None,
    sleep: Callable[[float], None],
) -> Finding:
    native = _native(bench, ref)
    if native is None:
        return Finding("canary", SKIP, f"{ref.object} has no mapped text field to try with")
    record = crm.read([ref], {ref.object: (native,)}, unleased).get(ref)
    if record is None:
        return Finding("canary", FAIL, f"{ref} can't be read", "Name a record that exists.")
    old, since = record.values.get(native), bench.clock()
    value = f"canary-{secrets.token_hex(3)}"  # as short as the shortest fields
    (written,) = crm.write([Write(ref, {native: value})], None, unleased)
    if written.verdict != "done":
        return Finding(
            "canary", FAIL, f"{ref}: {native} was not written: {written.message or written.verdict}", ""
        )
    try:
        arrived = _wait(bench, lambda: store.told(ref, link, native, value, since), sleep)
    finally:
        back = _put_back(crm, ref, native, old)
    if not back:
        return Finding(
            "canary", WARN, f"{ref}: {native} could not be put back", f"Set it to what it was: {old!r}."
        )
    if arrived is None:
        return Finding("canary", FAIL, f"an edit in {ref.side} did not reach us within 20 s", _FIX[ref.side])
    return Finding("canary", OK, f"an edit in {ref.side} reached us within {arrived.total_seconds():.1f} s")


def _native(bench: Workbench, ref: Ref) -> str | None:
    """A free text field that goes both ways: that somebody tells of it is certain to be wanted."""

    def fits(field: Field) -> bool:
        return field.lens_name == "text" and field.direction is Direction.BOTH and not field.needs

    names = [
        f.hubspot if ref.side is Side.HUBSPOT else f.salesforce.get(ref.object)
        for f in bench.desk.mapping.fields
        if fits(f)
    ]
    # the last one: what is mapped first is what people look at first
    return next((name for name in reversed(names) if name), None)


def _wait(bench: Workbench, told: Callable[[], bool], sleep: Callable[[float], None]) -> timedelta | None:
    started = bench.clock()
    while bench.clock() - started < PATIENCE:
        if told():
            return bench.clock() - started
        sleep(PAUSE)
    return None


def _put_back(crm: Crm, ref: Ref, native: str, old: Value) -> bool:
    (written,) = crm.write([Write(ref, {native: old})], None, unleased)
    return written.verdict == "done"
