"""A day on the stage: what people do on either side, and how long until the other side is right."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.demo.processes import DemoFailed
from connector.demo.stage import Stage
from connector.demo.words import Words

Check = Callable[[], Any]
REP = "bob@accord.example.com"


@dataclass(frozen=True, slots=True)
class Scene:
    """``seconds``: from the person's click until the other side was right. ``told_by``: how Accord came to know."""

    title: str
    shown: str
    seconds: float | None = None
    told_by: str = ""


@dataclass
class Day:
    """``tag`` makes the people of this day unlike those of another one."""

    stage: Stage
    tag: str
    words: Words
    scenes: list[Scene] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)

    # -- what people do

    def fill_form(self, name: str, values: dict[str, str]) -> str:
        """A form on the website; HubSpot makes or updates the contact."""
        given = {**self.words.person(name), **values, "email": self.email(name)}
        self.people[name] = self.stage.hubspot.edit("contact", given, by="form", create=True)
        return self.people[name]

    def email(self, name: str) -> str:
        return f"{name}.{self.tag}@works.example.com"

    def contact(self, name: str) -> dict[str, Any]:
        found = self.stage.hubspot.find("contact", "id", self.people[name])
        return found[0] if found else {}

    def sales(self, name: str, object_: str = "") -> dict[str, Any]:
        """The live record that is linked to this person; `object_` is what a hand-off creates unless it is given."""
        key = self.words.link[1]
        found = self.stage.salesforce.find(object_ or self.words.object, key, self.people[name])
        live = [one for one in found if not one.get("IsConverted")]
        return live[0] if live else {}

    def rep_edits(self, name: str, **values: Any) -> None:
        record = self.sales(name)
        self.stage.salesforce.edit(self.words.object, values, id=record["id"], by=REP)

    def rep_makes(self, object_: str, **values: Any) -> str:
        """With what this org requires of everybody besides."""
        return self.stage.salesforce.edit(object_, self.stage.required(object_) | values, create=True, by=REP)

    # -- what is seen

    def until(self, what: str, check: Check, patience: float = 0.0, pause: float = 0.02) -> Any:
        """Wait until ``check`` gives something; raises DemoFailed with ``what`` after ``patience`` seconds."""
        started, patience = time.monotonic(), patience or self.stage.patience
        while not (seen := check()):
            self.stage.alive()
            if time.monotonic() - started > patience:
                raise DemoFailed(
                    f"{what}: not within {patience:.0f} s.\nworker:\n{self.stage.tail('worker')}"
                )
            time.sleep(pause)
        return seen

    def scene(
        self, title: str, act: Check, check: Check, shown: Callable[[Any], str], told_by: str = ""
    ) -> Any:
        """``told_by``: the side on which the person acts: hubspot, salesforce or neither."""
        started = time.monotonic()
        act()
        seen = self.until(title, check)
        took = time.monotonic() - started
        self.scenes.append(Scene(title, shown(seen), took, self.stage.told_by(told_by)))
        sys.stdout.write(f"  {took:5.2f} s  {title}: {self.scenes[-1].shown}\n")
        sys.stdout.flush()
        return seen

    def done(self, title: str, shown: str, started: float) -> None:
        """A step that a command did, and that was looked at; ``started``: time.monotonic() when it began."""
        took = time.monotonic() - started
        self.scenes.append(Scene(title, shown, took))
        sys.stdout.write(f"  {took:5.2f} s  {title}: {shown}\n")
        sys.stdout.flush()

    def skip(self, title: str, why: str) -> None:
        """A scene that this org or this agreement has no place for."""
        self.scenes.append(Scene(title, why))
        sys.stdout.write(f"           {title}: {why}\n")
        sys.stdout.flush()

    def quiet(self) -> None:
        """Wait until nothing is due and nothing is on its way."""

        def settled() -> bool:
            if not self.stage.hubspot("webhooks")["idle"] or self.stage.salesforce("outbound").get("waiting"):
                return False
            return not self.stage.at_work()

        self.until("all is quiet", settled, pause=0.2)
