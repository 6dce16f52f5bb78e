"""What is settable about practice HubSpot: every fact we are not sure of, and every limit worth moving."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass
class Settings:
    """One portal's ways. Where HubSpot's behaviour is doubtful both ways are here, the likelier by default.

    index_lag: seconds until a write is seen by search (0 in process; a served portal is told about 2).
    write_answer: whether a write's answer shows the value "stored" or, without verdict, the one "sent".
    lifecycle_forward_only: a backward lifecycle stage is answered 2xx and has no effect.
    shuffle_results: batch results come in another order than the inputs.
    equal_write_touches: writing the value already held moves lastmodifieddate.
    missing_ids_fail_batch: unknown ids in an update without trace ids fail the whole batch (else 207).
    additional_emails_writable: hs_additional_emails takes API writes.
    number_form: numbers are kept "as_sent" or in their "shortest" form (1000.50 becomes 1000.5).
    trim_text: blanks around text are cut.
    neq_matches_blank: NEQ and NOT_IN in a search also find records without the property.
    history_kept: versions shown of a property; history_batch: inputs of a batch read with history.
    ten_second_limit, oauth_ten_second_limit, search_per_second, daily_limit: kept when rate limits are on.
    """

    index_lag: float = 0.0
    write_answer: Literal["stored", "sent"] = "stored"
    lifecycle_forward_only: bool = True
    default_lifecycle: str = "lead"
    shuffle_results: bool = True
    equal_write_touches: bool = False
    missing_ids_fail_batch: bool = True
    additional_emails_writable: bool = True
    number_form: Literal["as_sent", "shortest"] = "as_sent"
    trim_text: bool = False
    neq_matches_blank: bool = False
    history_kept: int = 45
    history_batch: int = 50
    batch_limit: int = 100
    search_window: int = 10_000
    ten_second_limit: int = 190
    oauth_ten_second_limit: int = 110
    search_per_second: int = 5
    daily_limit: int = 625_000
    token_seconds: int = 1800

    def update(self, changes: Mapping[str, Any]) -> None:
        """Takes some settings by name; unknown names raise ValueError and nothing is changed."""
        unknown = sorted(set(changes) - set(Settings.__dataclass_fields__))
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        for name, value in changes.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        return asdict(self)
