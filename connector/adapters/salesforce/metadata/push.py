"""What makes an org tell us: an outbound message per object, and a record-triggered flow that sends it.

The flow sends at every save, without a condition: conditions by field have limits of their own (multi-selects, long
texts), while a message that says nothing new is dropped at our door without a call. It is not sent by what Accord
writes itself where the integration user lacks the permission "Send Outbound Messages".
"""

from __future__ import annotations

from collections.abc import Iterable

from connector.adapters.salesforce.metadata.xml import Parts

_STEP = "Send"


def message_name(object_: str) -> str:
    return f"Accord_{object_}"


def flow_name(object_: str) -> str:
    return f"Accord_tell_{object_}"


def workflow(object_: str, fields: Iterable[str], url: str, user: str, version: str) -> Parts:
    """``user``: the username under which it is sent: only fields that user may see are in it."""
    return [
        (
            "outboundMessages",
            [
                ("fullName", message_name(object_)),
                ("apiVersion", version),
                ("description", "Tells Accord that a record moved."),
                ("endpointUrl", url),
                *(("fields", name) for name in dict.fromkeys(fields)),
                ("includeSessionId", False),
                ("integrationUser", user),
                ("name", message_name(object_).replace("_", " ")),
                ("protected", False),
                ("useDeadLetterQueue", False),
            ],
        )
    ]


def flow(object_: str, version: str, status: str = "Active") -> Parts:
    """After every save; ``status`` Draft takes it out of use."""
    action = f"{object_}.{message_name(object_)}"
    call = [
        ("name", _STEP), ("label", "Send outbound message"), ("locationX", 176), ("locationY", 287),
        ("actionName", action), ("actionType", "outboundMessage"),
        ("flowTransactionModel", "CurrentTransaction"), ("nameSegment", action),
    ]  # fmt: skip
    start = [
        ("locationX", 50), ("locationY", 0), ("connector", [("targetReference", _STEP)]), ("object", object_),
        ("recordTriggerType", "CreateAndUpdate"), ("triggerType", "RecordAfterSave"),
    ]  # fmt: skip
    label = f"Accord: tell of {object_}"
    return [
        ("actionCalls", call),
        ("apiVersion", version),
        ("environments", "Default"),
        ("interviewLabel", label + " {!$Flow.CurrentDateTime}"),
        ("label", label),
        ("processType", "AutoLaunchedFlow"),
        ("start", start),
        ("status", status),
    ]
