"""The agreement held against both sides' schemas: what is missing, read-only, of another type, too short,
unlisted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

from connector.adapters.mappings.files import sources
from connector.adapters.mappings.live_answers import check_answers
from connector.adapters.mappings.live_comparison import Comparison, Schema
from connector.adapters.mappings.live_values import check_options, check_type
from connector.adapters.mappings.problems import Path, Problem, did_you_mean
from connector.core.agreement import Agreement
from connector.core.conditions import Test, tests
from connector.core.consent import by_preferences
from connector.core.lenses import Directory
from connector.core.mapping import Direction, Field
from connector.core.operators import same_value
from connector.core.records import Side
from connector.core.rules import Trait


def check_live(
    agreement: Agreement,
    hubspot_schema: Schema,
    salesforce_schemas: Mapping[str, Schema],
    folder: FilePath | None = None,
) -> list[Problem]:
    """Every problem the agreement would meet in these two accounts. ``salesforce_schemas``: by object;
    Opportunity may be left out. ``folder``: where the agreement was loaded from, so that problems name
    lines."""
    live = Comparison(agreement, hubspot_schema, salesforce_schemas, sources(folder) if folder else {}, [])
    for field in agreement.person.fields:
        _field(live, field)
    _links(live)
    _run_marks(live)
    _required(live)
    _traits(live)
    _selection(live)
    check_answers(live)
    return sorted(set(live.found))


def check_owners(agreement: Agreement, directory: Directory, folder: FilePath | None = None) -> list[Problem]:
    """Owners the agreement names who can't own records on one of the sides."""
    live = Comparison(agreement, {}, {}, sources(folder) if folder else {}, [])
    for email in agreement.owners_named():
        for side in Side:
            if directory.id_of(side, email) is None:
                called = "HubSpot" if side is Side.HUBSPOT else "Salesforce"
                message = f"{email} is no active user of {called}, so no record can be given to them there."
                path: Path = ("fallback_owner",) if email == agreement.handoff.fallback_owner else ("owners",)
                live.problem("handoff.yaml", path, message, "Activate them there, or name somebody else.")
    return live.found


def _field(live: Comparison, field: Field) -> None:
    targets = [("contact", field.hubspot), *field.salesforce.items()]
    for object_, name in targets:
        side = Side.HUBSPOT if object_ == "contact" else Side.SALESFORCE
        path: Path = ("fields", field.name, str(side))
        schema = live.find(object_, name, "person.yaml", path)
        if schema is None:
            continue
        away = Direction.TO_SALESFORCE if side is Side.HUBSPOT else Direction.TO_HUBSPOT
        written = field.direction is not away
        if written and not schema.writable and not by_preferences(object_, name):
            fix = f"Set `direction: {away}`, or give the connected user edit rights on it."
            live.problem("person.yaml", path, f"{_called(object_)} “{name}” is read-only.", fix)
        for message, fix in [*check_type(field, side, schema, written), *check_options(field, side, schema)]:
            live.problem("person.yaml", path, f"{_called(object_)} “{name}” {message}", fix)


def _called(object_: str) -> str:
    return "HubSpot" if object_ == "contact" else f"Salesforce's {object_}"


def _links(live: Comparison) -> None:
    person = live.agreement.person
    keys = [("contact", person.hubspot_key, "hubspot")]
    keys += [(object_, person.salesforce_key, "salesforce") for object_ in person.salesforce_objects]
    for object_, name, key in keys:
        path: Path = ("link_fields", key)
        schema = live.find(object_, name, "person.yaml", path)
        if schema is not None and not (schema.unique and schema.writable):
            kind = "a property with unique values" if object_ == "contact" else "a unique external id"
            live.problem(
                "person.yaml", path, f"{_called(object_)} “{name}” has to be {kind} that Accord can write.",
                "Create it anew like that: it keeps a repeated create from making a second record.",
            )  # fmt: skip


def _run_marks(live: Comparison) -> None:
    for side, name in live.agreement.person.run_marks.items():
        path: Path = ("run_marks", str(side))
        for object_ in ("contact",) if side is Side.HUBSPOT else live.agreement.person.salesforce_objects:
            schema = live.find(object_, name, "person.yaml", path)
            if schema is not None and not (schema.writable and schema.type == "datetime"):
                message = f"{_called(object_)} “{name}” has to be a time that Accord can write."
                live.problem("person.yaml", path, message, "`accord setup --plan` lists what to create.")


def _required(live: Comparison) -> None:
    """Fields Salesforce demands on create that nothing fills."""
    person = live.agreement.person
    object_ = person.create_object
    filled = {f.salesforce.get(object_) for f in person.fields if f.direction is not Direction.TO_HUBSPOT}
    for name, schema in live.schema(object_).items():
        if schema.required and schema.writable and name not in filled:
            live.problem(
                "person.yaml",
                ("create",),
                f"A {object_} can't be created without “{name}”, which no field writes.",
                "Map it to Salesforce, with a `fallback` for blanks, or give it a default there.",
            )


def _traits(live: Comparison) -> None:
    for trait in live.agreement.qualification.traits:
        for test in tests(trait.condition):
            _test(live, trait, test)


def _test(live: Comparison, trait: Trait, test: Test) -> None:
    path: Path = ("traits", trait.name, "met_when")
    schema = live.find("contact", test.field, "qualification.yaml", path)
    if (
        schema is None
        or not schema.options
        or test.operator not in ("equals", "one_of", "not_equals", "not_one_of")
    ):
        return
    wanted = test.value if isinstance(test.value, tuple) else (test.value,)
    for value in wanted:
        if not any(same_value(option, value) for option in schema.options):
            hint = did_you_mean(value, schema.options, "Write an option's internal value.")
            message = f"The trait “{trait.name}” asks for “{value}”, which is no option of “{test.field}”."
            live.problem("qualification.yaml", path, message, hint)


def _selection(live: Comparison) -> None:
    selection = live.agreement.person.selection
    for test in tests(selection.hubspot) if selection.hubspot else ():
        live.find("contact", test.field, "person.yaml", ("selection", "hubspot"))
    for test in tests(selection.salesforce) if selection.salesforce else ():
        if not any(
            test.field in live.schema(object_) for object_ in live.agreement.person.salesforce_objects
        ):
            live.find("Lead", test.field, "person.yaml", ("selection", "salesforce"))
