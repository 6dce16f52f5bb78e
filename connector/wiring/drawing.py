"""Accord's section on the page layouts of Lead and Contact: planned on what the org has, added, and taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from connector.adapters.salesforce import layouts as of_org
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.deploying import Deployed
from connector.adapters.salesforce.metadata.layouts import (
    Shown,
    layout_package,
    object_of,
    with_section,
    without_section,
)
from connector.core.agreement import Agreement
from connector.core.rules import SalesforceAnswers
from connector.services.accounts.setting_up import own_fields
from connector.settings import Settings
from connector.wiring.setup import Plan, write_files
from connector.wiring.sides import salesforce_api


@dataclass(frozen=True, slots=True)
class Drawing:
    """Full name -> layout. ``present``: as the org has those that change; ``changed``: as they are to be. None: the
    org's layouts can't be read."""

    present: Mapping[str, Element] | None
    changed: Mapping[str, Element]
    version: str


def plan_layouts(settings: Settings, agreement: Agreement, plan: Plan) -> Drawing:
    """What would be added to which layout. Changes nothing."""
    shown = _shown(plan, agreement.handoff.salesforce)
    with closing(salesforce_api(settings)) as api:
        found = of_org.layouts(api, shown)
    wished = {name: with_section(layout, shown[object_of(name)]) for name, layout in (found or {}).items()}
    return _drawing(settings, plan, found, wished)


def draw(settings: Settings, drawing: Drawing, told: Callable[[str], None], keep: Path) -> Deployed:
    """Deploys the changed layouts, all or none. What the org has now is first kept in ``keep``, ready to be deployed
    back."""
    before = {name: layout for name, layout in (drawing.present or {}).items() if name in drawing.changed}
    write_files(keep.parent, {keep.name: layout_package(before, drawing.version)})
    with closing(salesforce_api(settings)) as api:
        return of_org.redraw(api, drawing.changed, drawing.version, told)


def undraw(api: SalesforceApi, names: Mapping[str, list[str]], version: str) -> Deployed | None:
    """Takes these fields (by object) and our section off all layouts. None: there was nothing, or it can't be read."""
    found = of_org.layouts(api, names) or {}
    wished = {name: without_section(layout, names[object_of(name)]) for name, layout in found.items()}
    changed = {name: layout for name, layout in wished.items() if layout is not None}
    return of_org.redraw(api, changed, version, lambda words: None) if changed else None


def _drawing(
    settings: Settings, plan: Plan, found: of_org.Layouts | None, wished: Mapping[str, Element | None]
) -> Drawing:
    version = plan.account.facts.get("api_version") if plan.account else None
    changed = {name: layout for name, layout in wished.items() if layout is not None}
    return Drawing(found, changed, version or settings.salesforce.api_version)


def _shown(plan: Plan, names: SalesforceAnswers) -> dict[str, Shown]:
    """By object, in the order in which a rep reads them; only what sales says can be edited."""
    own = {(one.object, one.name) for one in own_fields(plan.steps)}
    order = (names.handoff, names.answer, names.reject_reason, names.answer_by, names.tier, names.reasons)
    return {
        object_: [(n, n in (names.answer, names.reject_reason)) for n in order if (object_, n) in own]
        for object_ in ("Lead", "Contact")
        if any(at == object_ for at, _ in own)
    }
