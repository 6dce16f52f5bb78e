"""State and country picklists: text and code of a place go together, and unknown text is refused."""

from typing import Any

from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.state import Org
from connector.practice.salesforce.tables import Row

ADDRESSES = (
    ("Lead", ""), ("Contact", "Mailing"), ("Contact", "Other"), ("Account", "Billing"), ("Account", "Shipping"),
)  # fmt: skip


def settle_places(org: Org, object_name: str, row: Row, changes: dict[str, Any]) -> None:
    """Fills code from text and text from code; raises FIELD_INTEGRITY_EXCEPTION for a place the org has not."""
    for name, prefix in ADDRESSES:
        if name != object_name:
            continue
        countries = {code: told[0] for code, told in org.places.items()}
        _pair(row, changes, prefix, "Country", countries)
        inside = org.places.get(row.get(f"{prefix}CountryCode") or "")
        moved = {f"{prefix}State", f"{prefix}StateCode"} & set(changes)
        if inside is None and moved and (row.get(f"{prefix}State") or row.get(f"{prefix}StateCode")):
            text = "A country/territory must be specified before specifying a state value for field: State/Province"
            raise Refusal("FIELD_INTEGRITY_EXCEPTION", text, [f"{prefix}State"])
        _pair(row, changes, prefix, "State", inside[1] if inside else {})


def _pair(row: Row, changes: dict[str, Any], prefix: str, kind: str, known: dict[str, str]) -> None:
    text, code = f"{prefix}{kind}", f"{prefix}{kind}Code"
    if code in changes:
        wanted = changes[code]
        if wanted is not None and wanted not in known:
            raise _unknown(kind, code)
        row[text] = changes[text] = known.get(wanted) if wanted else None
    elif text in changes:
        wanted = changes[text]
        found = next(
            (key for key, name in known.items() if (wanted or "").lower() in (name.lower(), key.lower())),
            None,
        )
        if wanted and found is None:
            raise _unknown(kind, text)
        row[code] = changes[code] = found
        row[text] = changes[text] = known.get(found) if found else None


def _unknown(kind: str, field: str) -> Refusal:
    one, all_ = ("country/territory", "countries") if kind == "Country" else ("state", "states")
    text = f"There's a problem with this {kind.lower()}, even though it may appear correct."
    said = f"Please choose a {one} from the list of valid {all_}."
    return Refusal("FIELD_INTEGRITY_EXCEPTION", f"{text} {said}: {kind}", [field])
