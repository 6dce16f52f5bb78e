"""Persons who were erased: what is known of one before, and what is said of one after. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.core.desk import Desk
from connector.core.plan import Trouble
from connector.core.records import Ref, Side


@dataclass(frozen=True, slots=True)
class AddressKeys:
    """Under which keys Seen holds the e-mail address of each side."""

    hubspot: str = "@email"
    salesforce: str = "@Email"

    def parameters(self) -> dict[str, str]:
        return {"hubspot_key": self.hubspot, "salesforce_key": self.salesforce}


def address_keys(desk: Desk) -> AddressKeys:
    hubspot, salesforce = desk.by_native_name(Side.HUBSPOT, "email"), desk.by_native_name(Side.SALESFORCE, "Email")
    return AddressKeys(hubspot or "@email", salesforce or "@Email")


@dataclass(frozen=True, slots=True)
class Traces:
    """All by which the database knows a person: ids of Links, Refs (old ones included), addresses in lower case."""

    links: Sequence[int]
    refs: Sequence[Ref]
    addresses: Sequence[str]

    @property
    def subjects(self) -> list[str]:
        """As issues, observed plans and items of runs name them."""
        return [*(str(ref) for ref in self.refs), *(f"link:{link}" for link in self.links)]


@dataclass(frozen=True, slots=True)
class Erased:
    at: datetime
    by: str

    def __str__(self) -> str:
        return (
            f"Erased on {self.at:%Y-%m-%d} ({self.by}): of this person Accord keeps ids, times and kinds of what it "
            "did, no value; it writes nothing to them and brings nothing back."
        )


def returning(at: datetime) -> Trouble:
    """Of a record with the address of an erased person."""
    return Trouble(
        "erased",
        "",
        f"A person with this address was erased on {at:%Y-%m-%d}: Accord does not bring them back.",
        "Erase this record, too. If they agreed anew outside a HubSpot form: `accord journal readmit ADDRESS`, then "
        "`accord issues retry --code erased`.",
    )
