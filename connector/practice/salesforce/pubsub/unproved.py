"""What the practice Pub/Sub API does on the word of memory: one row a setting of PubSubSettings; tested both ways."""

from connector.practice.unproved import Unproved

_MEMORY = "memory"
_EDIT = "subscribe to /data/LeadChangeEvent, "

UNPROVED: tuple[Unproved, ...] = (
    Unproved(
        "merges_saves",
        "several saves of a record in one transaction are told in one event",
        "true",
        "false: one event for each save, numbered by sequenceNumber",
        _MEMORY,
        _EDIT + "update a Lead that an after-save Flow updates again",
    ),
    Unproved(
        "parents_in_bitmap",
        "a compound field's own bit is not set beside those of its parts",
        "false",
        "true: it is",
        "Salesforce's guide shows both kinds of elements apart; some clients expect both",
        _EDIT + "change a Lead's City, look at changedFields",
    ),
    Unproved(
        "client_named",
        "changeOrigin names the client of Sforce-Call-Options for collections and composites, too",
        "true",
        "false: it names none",
        "the guide does not list the header for these resources",
        _EDIT + "PATCH composite/sobjects with Sforce-Call-Options: client=accord",
    ),
    Unproved(
        "overflow_ids",
        "an overflow event names no record",
        "none",
        "zero: it names an id of zeros",
        _MEMORY,
        _EDIT + "make more than 100,000 changes in one transaction",
    ),
    Unproved(
        "refusals_as",
        "the gRPC status beside the error code of a refusal; only those of sessions and replay ids were seen",
        "the one in errors.py",
        "any other status: the error code alone counts",
        _MEMORY,
        "GetTopic of /data/NothingChangeEvent, and of an object whose records the user may not view",
    ),
    Unproved(
        "missing_topic",
        "the topic of an object that is not selected for Change Data Capture is refused",
        "refused",
        "silent: it can be subscribed to, and nothing comes",
        "third-party notes",
        "GetTopic of /data/LeadChangeEvent with Lead not selected",
    ),
)
