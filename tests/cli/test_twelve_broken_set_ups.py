"""The set-ups that the doctor has to name with their fix, in one table: what is broken, and the test that breaks it.

`examined` (examining.py) lets no finding through that is bad and has no fix.
"""

from __future__ import annotations

from types import ModuleType

from tests.cli import test_doctor_broken as broken
from tests.cli import test_doctor_service as service

TABLE: tuple[tuple[str, ModuleType, str], ...] = (
    ("a scope is missing", broken, "test_a_missing_scope_is_named"),
    ("a field is hidden", broken, "test_a_field_hidden_by_field_level_security_is_named_with_where_to_open_it"),
    ("a field is read-only", broken, "test_a_field_that_is_read_only_is_named"),
    ("another portal or org", broken, "test_another_portal_and_another_org_than_the_database_belongs_to"),
    ("a sandbox with production", broken, "test_a_sandbox_is_not_joined_with_production"),
    ("ids that another org left", broken, "test_ids_that_another_org_left_in_hubspot_are_found"),
    ("a clock is off", broken, "test_a_clock_that_is_off"),
    ("HubSpot's own integration is on", broken, "test_hubspots_own_integration_fails_where_accord_writes_too"),
    ("no webhook tells of a property", service, "test_T11_a_mapped_property_without_its_subscription_is_named"),
    ("a version was retired", service, "test_T87_a_version_that_was_retired_or_is_not_offered_is_named"),
    ("the edition has no API", service, "test_an_edition_without_api_is_named"),
    ("the user has no API", service, "test_a_user_without_api_is_named"),
    ("outbound messages go elsewhere", service,
     "test_outbound_messages_that_point_elsewhere_lack_fields_or_are_not_there"),
    ("a flow of ours is inactive", service, "test_a_flow_of_ours_that_is_inactive_is_named"),
    ("others ate the day's calls", service, "test_T65_a_day_that_others_have_nearly_eaten_is_told"),
    ("no room for a property", service, "test_a_plan_that_has_no_room_for_another_property"),
    ("the org's storage is full", service, "test_an_org_whose_storage_is_full"),
    ("an object that no stream tells of", service, "test_an_object_that_the_stream_would_never_tell_of_is_named"),
)  # fmt: skip


def test_twelve_and_more_broken_set_ups_have_their_test() -> None:
    assert len({what for what, _, _ in TABLE}) >= 12
    assert [name for _, module, name in TABLE if not callable(getattr(module, name, None))] == []
