"""Setup records as admins' tools read them: the Tooling API's query, and the few of its kinds that plain queries show.

What the org has been given (validation rules, automations, outbound messages) is listed by itself; a test may add rows
of any kind to `Setup.rows`, or take a kind from the reader (`hidden`). Which kinds and columns exist: Salesforce's
Tooling API guide; that AutoResponseRule is not shown everywhere was seen by others (`hidden` holds it by default).
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.errors import Refusal, not_found
from connector.practice.salesforce.metadata.channel_members import shown

if TYPE_CHECKING:
    from connector.practice.salesforce.outbound import Outbound
    from connector.practice.salesforce.state import Org

KINDS = (
    "ApexTrigger", "AssignmentRule", "AutoResponseRule", "FlowDefinitionView", "ValidationRule", "WorkflowRule",
    "WorkflowOutboundMessage", "Flow", "PlatformEventChannelMember",
)  # fmt: skip
PLAIN = ("AssignmentRule", "FlowDefinitionView", "ApexTrigger")
"""Kinds that /query answers too."""
_QUERY = re.compile(
    r"^\s*SELECT\s+(.+?)\s+FROM\s+(\w+)(?:\s+WHERE\s+(.+?))?(?:\s+LIMIT\s+(\d+))?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_TEST = re.compile(r"^\s*([\w.]+)\s*=\s*(?:'([^']*)'|(true|false))\s*$", re.IGNORECASE)


@dataclass
class Setup:
    """`rows`: kind -> rows beyond what the org has by itself. `hidden`: kinds that are answered INVALID_TYPE."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=lambda: {"AutoResponseRule"})
    outbound: "Outbound | None" = None


def concerns(call: Call) -> bool:
    """Is this call answered here?"""
    head = call.parts[0].lower() if call.parts else ""
    if head == "tooling":
        return True
    asked = _QUERY.match(call.first("q")) if head == "query" and len(call.parts) == 1 else None
    return asked is not None and asked[2] in PLAIN


def answer(org: "Org", call: Call) -> Reply:
    """GET tooling/query?q=…: equality tests joined by AND, no order, one page."""
    if call.method != "GET" or [part.lower() for part in call.parts[-1:]] != ["query"]:
        raise not_found()
    asked = _QUERY.match(call.first("q"))
    if asked is None:
        raise Refusal("MALFORMED_QUERY", "unexpected token")
    columns = [name.strip() for name in asked[1].split(",")]
    tests = [
        _test(part) for part in re.split(r"\s+AND\s+", asked[3] or "", flags=re.IGNORECASE) if part.strip()
    ]
    held = [
        row
        for row in _rows(org, asked[2])
        if all(str(row.get(name)).lower() == value for name, value in tests)
    ]
    held = held[: int(asked[4])] if asked[4] else held
    records = [_shown(asked[2], row, columns, call.version) for row in held]
    return Reply(200, {"size": len(records), "totalSize": len(records), "done": True, "records": records})


def setup_of(org: "Org") -> Setup:
    """The org's Setup; made when first asked for."""
    found: Setup | None = getattr(org, "setup", None)
    if found is None:
        found = Setup()
        org.setup = found  # type: ignore[attr-defined]
    return found


def _test(text: str) -> tuple[str, str]:
    found = _TEST.match(text)
    if found is None:
        raise Refusal("MALFORMED_QUERY", f"unexpected token: {text}")
    return found[1], (found[2] if found[2] is not None else found[3]).lower()


def _rows(org: "Org", kind: str) -> list[dict[str, Any]]:
    setup = setup_of(org)
    if kind not in KINDS or kind in setup.hidden:
        raise Refusal("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    return [*_own(org, kind), *setup.rows.get(kind, [])]


def _own(org: "Org", kind: str) -> list[dict[str, Any]]:
    """What the practice org's own rules look like from Setup."""
    if kind == "ValidationRule":
        plain = [(rule.object, f"Rule_{n}") for n, rule in enumerate(org.rules.validations, 1)]
        named = [(rule.object, rule.name) for rule in org.rules.formulas]
        return [
            {"EntityDefinitionId": o, "ValidationName": name, "Active": True} for o, name in plain + named
        ]
    if kind == "Flow":
        return [
            {"Definition.DeveloperName": name, "VersionNumber": number, "Status": status}
            for name, versions in org.flows.items()
            for number, status in versions.items()
        ]
    if kind == "PlatformEventChannelMember":
        return shown(org)
    if kind == "ApexTrigger":
        return [
            {"TableEnumOrId": rule.object, "Name": f"Automation{n}", "Status": "Active"}
            for n, rule in enumerate(org.rules.automations, 1)
        ] + _listed(org, kind)
    if kind == "WorkflowOutboundMessage":
        return _messages(setup_of(org).outbound)
    return _listed(org, kind)


def _listed(org: "Org", kind: str) -> list[dict[str, Any]]:
    """What lies in a table of its own."""
    return [dict(row) for row in org.tables[kind].rows.values()] if kind in org.tables else []


def _messages(outbound: "Outbound | None") -> list[dict[str, Any]]:
    if outbound is None:
        return []
    deployed = [
        {
            "Id": action.id, "Name": action.name.partition(".")[2], "EntityDefinitionId": action.object,
            "Metadata": {"endpointUrl": action.url, "fields": list(action.fields), "includeSessionId": False},
        }
        for action in outbound.actions.values()
    ]  # fmt: skip
    if not outbound.target_url:
        return deployed
    return deployed + [
        {
            "Id": f"04k5e0000000{n:03d}AAA", "Name": f"{name}_to_Accord", "EntityDefinitionId": name,
            "Metadata": {"endpointUrl": outbound.target_url, "fields": list(fields), "includeSessionId": False},
        }
        for n, (name, fields) in enumerate(outbound.objects.items(), 1)
    ]  # fmt: skip


def _shown(kind: str, row: dict[str, Any], columns: list[str], version: str) -> dict[str, Any]:
    url = f"/services/data/v{version}/tooling/sobjects/{kind}/{row.get('Id', '')}"
    return {"attributes": {"type": kind, "url": url}, **{name: row.get(name) for name in columns}}
