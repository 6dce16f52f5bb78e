"""What is pushed to us: HubSpot's webhooks (API-FACTS 2), Salesforce's outbound messages and change events (4.2, 4.3)."""

from __future__ import annotations

from tests.limits.fact import Fact

STREAM = "adapters/salesforce/pubsub a_stream_that_breaks"

PUSH = (
    Fact("wh-many", "Up to a hundred events a call, in any order, some twice, some late.", "the sender's duplicates, loss and disorder",
         "Stored in one go, coalesced by record; hints only: the record is read.",
         ("cases/loops_and_capture T8_a_hundred_events_in_one_post_are_stored_in_one_go_and_become_one_write",
          "cases/loops_and_capture T7_events_out_of_order_never_bring_an_older_value_back",
          "cases/loops_and_capture T6_the_same_events_delivered_three_times_make_one_record")),
    Fact("wh-retry", "Five seconds to answer, ten attempts in a day.", "the sender's time-out and attempts",
         "Answered before any work; when our database is gone HubSpot is asked to come again; a poll finds what was given up.",
         ("web/hubspot when_the_database_is_gone_hubspot_is_asked_to_come_again", "web/hubspot T6_a_retry_after_a_lost_answer_makes_no_second_row",
          "cases/set_up_and_versions T10_a_week_without_webhooks_is_made_good_by_a_look")),
    Fact("wh-signature", "Signed with the secret, the public address and a time of at most five minutes.", "wrong, old, missing, by another version",
         "Refused; versions 1 and 2, which could be replayed, too.",
         ("web/signature T9_a_stale_or_future_timestamp_is_refused", "web/signature T9_a_forged_or_missing_signature",
          "web/signature versions_1_and_2_are_refused_for_they_could_be_replayed")),
    Fact("wh-shape", "Not JSON, too large, another kind of content.", "such a call", "Refused, and changes nothing.",
         ("web/hubspot what_can_not_be_right_is_refused_and_changes_nothing", "web/hubspot more_than_two_megabytes_are_not_even_read")),
    Fact("wh-kinds", "Legacy and generic events, under either name; merge, restore, privacy deletion.", "settings event_name_field, privacy_also_deletes",
         "Both are understood; what does not concern us is answered and forgotten.",
         ("web/hubspot every_kind_of_event", "web/hubspot a_generic_property_change_under_either_name", "web/hubspot what_does_not_concern_us_is_answered_and_forgotten")),
    Fact("wh-missing", "A property without a subscription.", "the app's subscriptions", "Named at the start; the poll finds its changes.",
         ("cases/loops_and_capture T11_a_property_that_matters_and_has_no_subscription_is_named_at_the_start",
          "cases/loops_and_capture T11_without_its_subscription_a_change_waits_for_the_next_look_and_is_not_lost")),
    Fact("om-many", "Up to a hundred notifications, at least once, out of order, the latest data.", "the outbound queue", "As webhooks; one Ack for all.",
         ("web/salesforce a_hundred_notifications_and_more", "web/salesforce T6_a_repeated_message_has_no_effect")),
    Fact("om-deleted", "The record was deleted before the message was sent.", "a person deletes it", "Acknowledged.", ("web/salesforce a_record_deleted_before_the_message_was_sent",)),
    Fact("om-unsigned", "No signature and no session.", "a foreign call", "A secret path and the org's id; else there is nothing here.",
         ("web/salesforce without_the_secret_there_is_nothing_here", "web/salesforce what_can_not_be_right_is_refused_and_changes_nothing")),
    Fact("cdc-lost", "Events are kept three days; a place may be lost.", "the stream's clock; error subscription.fetch.replayid.corrupted",
         "The stream starts at its tip and a poll makes good what came before.",
         ("worker/streaming a_place_lost_beyond_retention_is_made_good_by_a_poll", f"{STREAM}[subscription.fetch.replayid.corrupted]"),
         "subscription.fetch.replayid.corrupted subscription.fetch.replayid.validation.failed"),
    Fact("cdc-gap", "Gap events carry no values, an overflow no records.", "pubsub settings", "The record is read; the object is polled.",
         ("worker/streaming a_gap_makes_its_record_be_read", "cases/pushed_changes T21_an_overflow_makes_its_object_be_polled")),
    Fact("cdc-refused", "The edition lacks it, the object is not selected, the user may not.", "pubsub settings licensed, objects, denied",
         "Polls instead, said once with what to do.",
         ("adapters/salesforce/pubsub an_org_that_does_not_push_is_told_from_one_that_fails", "worker/streaming an_edition_without_it_falls_back_and_says_so_once"),
         "service.tenant.license topic.not.found subscription.topic.cannot.subscribe"),
    Fact("cdc-limit", "The day's events are used up.", "error subscription.limit.exceeded", "An hour's rest; polls go on.",
         (f"{STREAM}[subscription.limit.exceeded-WaitUntil-delivery limit]",), "subscription.limit.exceeded"),
    Fact("cdc-broken", "The stream breaks, or its session ends.", "errors service.unavailable, service.auth.error", "Opened again where it was.",
         ("worker/streaming a_broken_stream_goes_on_where_it_was", "adapters/salesforce/pubsub an_expired_session_is_renewed_before_the_stream_opens"),
         "service.unavailable service.auth.error service.auth.headers.invalid"),
    Fact("cdc-merged", "One event for several records, several for one transaction.", "edits in one second", "Each record moves.",
         ("cases/pushed_changes T21_an_event_merged_from_several_records_moves_each",)),
)  # fmt: skip
