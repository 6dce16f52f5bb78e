"""What is settable about practice HubSpot: every fact we are not sure of, and every limit worth moving."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

TIERS: Mapping[str, Mapping[str, int]] = {
    "free": {"ten_second_limit": 100, "daily_limit": 250_000},
    "starter": {"ten_second_limit": 100, "daily_limit": 250_000},
    "professional": {"ten_second_limit": 190, "daily_limit": 625_000},
    "enterprise": {"ten_second_limit": 190, "daily_limit": 1_000_000},
    "enterprise+": {"ten_second_limit": 250, "daily_limit": 2_000_000},
}
"""Limits of a private app by tier; "+": with the API add-on."""


@dataclass
class Settings:
    """One portal's ways. Where HubSpot's behaviour is doubtful both ways are here: see unproved.py.

    index_lag: seconds until a write is seen by search (0 in process; a served portal is told about 2).
    scopes: of the private app's token, and what an OAuth app may be granted; None means all that there are.
    write_answer: whether a write's answer shows the value "stored" or, without verdict, the one "sent".
    lifecycle_forward_only: a backward lifecycle stage is answered 2xx and has no effect.
    shuffle_results: batch results come in another order than the inputs.
    equal_write_touches: writing the value already held moves lastmodifieddate.
    missing_ids_fail_batch: unknown ids in an update without trace ids fail the whole batch (else 207).
    missing_ids_207: unknown ids of a batch read are told in a 207 (else passed over with 200).
    additional_emails_writable: hs_additional_emails takes API writes.
    secondary_email_finds: idProperty=email finds a contact by its secondary e-mails too.
    number_form: numbers are kept "as_sent" or in their "shortest" form (1000.50 becomes 1000.5).
    trim_text: blanks around text are cut. json_values: JSON numbers and booleans are taken as values.
    null_clears: null clears a property (else it is passed over).
    read_only_write: a value for a read-only property is "refused" or "ignored".
    unique_clash: the status of a unique value that another record has.
    neq_matches_blank: NEQ and NOT_IN in a search also find records without the property.
    delete_unknown: the status of deleting what is not there; gdpr_unknown: the same of a privacy deletion.
    over_batch: the status of a batch with too many inputs.
    email_upsert_partial: an upsert by e-mail does what can be done (else one bad row fails all of it).
    merge_new_id: a merge makes a record with an id of its own (else the primary one keeps its id).
    dated_207: partial success on the paths of 2026-09 and later is a 207 (else errors stand in a 200 or 201).
    dated_delete_checks: there, a pipeline or stage in use is never deleted.
    required, conditional: kind -> properties that every new record needs; kind -> [{"when", "equals", "then"}].
    rules_on: whether those rules hold on "dated" paths (2026-09 and later) alone, on "all" paths, or "never".
    warnings_on: where a value that was normalised is told in `warnings`: "dated", "all", "never".
    unknown_group_refused: a property needs a group that is there.
    recreate_restores: making a property with an archived one's name brings that one back, values and all.
    expired_category: the category of an expired token's 401.
    refresh_rotates: each refresh gives a new refresh token, and the old one dies.
    limit_body: a 429 of the ten-second bucket is as "documented" or as search's is "recorded".
    app_change_source: an app's own changes are told in webhooks as INTEGRATION or API.
    event_name_field: the generic events name their type in subscriptionType or eventType.
    sensitive_flag: property changes carry isSensitive.
    creation_tells_properties: a creation is followed by one property change a subscribed property.
    lastmodified_subscribable: lastmodifieddate can be subscribed to.
    privacy_also_deletes: a privacy deletion fires a deletion too.
    optout_shows: hs_email_optout follows an opt-out at once.
    mail_action: the type id of a workflow's action that sends an e-mail.
    accord_fields: Accord's own properties are there from the start (False: as in a portal nobody set up).
    history_kept: versions shown of a property; history_batch: inputs of a batch read with history.
    uri_limit: characters of a query string before it is answered 414.
    ten_second_limit, oauth_ten_second_limit, association_limit, search_per_second, daily_limit: kept when rate
    limits are on; `tier` sets two of them. utc_offset_ms: the portal's time zone; its day ends the daily count.
    """

    index_lag: float = 0.0
    scopes: list[str] | None = None
    write_answer: Literal["stored", "sent"] = "stored"
    lifecycle_forward_only: bool = True
    default_lifecycle: str = "lead"
    shuffle_results: bool = True
    equal_write_touches: bool = False
    missing_ids_fail_batch: bool = True
    missing_ids_207: bool = True
    additional_emails_writable: bool = True
    secondary_email_finds: bool = True
    number_form: Literal["as_sent", "shortest"] = "as_sent"
    trim_text: bool = False
    json_values: bool = True
    null_clears: bool = True
    read_only_write: Literal["refused", "ignored"] = "refused"
    unique_clash: int = 400
    neq_matches_blank: bool = False
    delete_unknown: int = 204
    gdpr_unknown: int = 404
    over_batch: int = 400
    email_upsert_partial: bool = True
    merge_new_id: bool = True
    dated_207: bool = False
    dated_delete_checks: bool = True
    required: dict[str, list[str]] = field(default_factory=dict)
    conditional: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    rules_on: Literal["dated", "all", "never"] = "dated"
    warnings_on: Literal["dated", "all", "never"] = "dated"
    unknown_group_refused: bool = True
    recreate_restores: bool = True
    expired_category: str = "EXPIRED_AUTHENTICATION"
    refresh_rotates: bool = False
    limit_body: Literal["documented", "recorded"] = "documented"
    app_change_source: str = "INTEGRATION"
    event_name_field: str = "subscriptionType"
    mail_action: str = "0-4"
    sensitive_flag: bool = True
    creation_tells_properties: bool = True
    lastmodified_subscribable: bool = False
    privacy_also_deletes: bool = True
    optout_shows: bool = True
    contact_contact_type_id: int = 449
    owner_page_limit: int = 500
    revoke_status: int = 204
    history_kept: int = 45
    history_batch: int = 50
    batch_limit: int = 100
    search_window: int = 10_000
    uri_limit: int = 16_000
    ten_second_limit: int = 190
    oauth_ten_second_limit: int = 110
    association_limit: int = 150
    search_per_second: int = 5
    daily_limit: int = 625_000
    utc_offset_ms: int = -14_400_000
    token_seconds: int = 1800
    code_seconds: int = 600
    accord_fields: bool = True

    def update(self, changes: Mapping[str, Any]) -> None:
        """Takes some settings by name, and `tier`; unknown names raise ValueError and nothing is changed."""
        changes = dict(changes)
        tier = changes.pop("tier", None)
        unknown = sorted(set(changes) - set(Settings.__dataclass_fields__))
        if unknown or (tier is not None and tier not in TIERS):
            raise ValueError(f"unknown settings: {', '.join(unknown) or tier}")
        for name, value in {**TIERS.get(str(tier), {}), **changes}.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        return asdict(self)
