"""Salesforce: the limits and errors of API-FACTS sections 3.1 to 3.6 and 4.4 that a sync can meet."""

from __future__ import annotations

from tests.limits.catalogue_hubspot import MEND, OUTAGE, ROW_REFUSED
from tests.limits.fact import Fact

READ, WRITE = "limits/salesforce_calls a_read_that_is_refused", "limits/salesforce_calls a_write_that_is_refused"
ANSWER_TO_READ = "limits/salesforce_calls a_read_says_what_it_met"
ANSWER_TO_WRITE = "limits/salesforce_calls a_write_says_what_it_met_or_that_nobody_knows"
CODE = "limits/salesforce_codes a_bad_row_fails_alone_with_its_code"
IN_TOWN = "limits/salesforce_rows a_refused_field_waits_with_its_words_and_the_rest_goes_over"


def both(situation: str) -> tuple[str, ...]:
    return tuple(f"{test}[{situation}]" for test in (READ, WRITE))


def adapter(situation: str) -> tuple[str, ...]:
    return tuple(f"{test}[{situation}]" for test in (ANSWER_TO_READ, ANSWER_TO_WRITE))


def row(situation: str, *more: str) -> tuple[str, ...]:
    return (f"{CODE}[{situation}-composite]", f"{CODE}[{situation}-singly]", *more)


CALLS = (
    Fact("sf-302", "A redirect.", "fault status 302", "Never followed (it would carry the session away); the issue names the setting.", adapter("302 a redirect")),
    Fact("sf-login", "No session: no run-as user, a wrong secret, another org, a user who left.", "settings client_credentials_user, preauthorised; wrong credentials",
         "The admin reads Salesforce's word and what to check; no secret is shown.",
         ("limits/tokens salesforce_gives_no_session", "limits/tokens salesforces_token_endpoint_fails_for_a_while",
          "adapters/salesforce/rest refused_login_says_what_salesforce_said_and_no_secret"),
         "invalid_grant invalid_client_id invalid_client inactive_user unsupported_grant_type"),
    Fact("sf-401", "401: the session has ended, or was revoked.", "fault expire_tokens; error INVALID_SESSION_ID",
         "Renewed once and the call goes on; one that stays refused has to be mended.",
         (*both("401 INVALID_SESSION_ID"), "adapters/salesforce/writing T66_session_that_ends_midway_is_renewed_once_and_the_write_goes_on",
          "adapters/salesforce/rest session_that_stays_invalid_is_renewed_once_only"), "INVALID_SESSION_ID"),
    Fact("sf-403-day", "403: the day's calls are spent (a rolling day).", "setting daily_api_calls with fault rate_limits; error DAILY_LIMIT",
         "Looks again every quarter of an hour, told as an issue; backfills stop first, then live changes, hand-offs last.",
         (*both("403 REQUEST_LIMIT_EXCEEDED of the day"), "cases/limits_and_outages T62_a_spent_budget_is_not_knocked_at_again_until_it_may_be_free_and_nothing_is_lost",
          "cases/limits_and_outages T62_backfills_stop_first_then_live_changes_and_hand_offs_last"), "REQUEST_LIMIT_EXCEEDED DAILY_LIMIT"),
    Fact("sf-403-moment", "403: too many long calls at once.", "fault error CONCURRENT_LIMIT", "Five seconds, no issue.",
         both("403 REQUEST_LIMIT_EXCEEDED of the moment"), "CONCURRENT_LIMIT"),
    Fact("sf-403-api", "403: the edition has no API, or it is off for now.", "admin.edition; faults API_DISABLED_FOR_ORG, API_CURRENTLY_DISABLED", MEND,
         (*adapter("403 API_DISABLED_FOR_ORG"), *adapter("403 API_CURRENTLY_DISABLED"), "cli/doctor_service an_edition_without_api_is_named"),
         "API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED"),
    Fact("sf-403-user", "403: the user lacks a permission as a whole.", "fault error INSUFFICIENT_ACCESS", MEND,
         (*both("403 INSUFFICIENT_ACCESS"), "cli/doctor_service a_user_without_api_is_named"), "INSUFFICIENT_ACCESS"),
    Fact("sf-410", "410: the API version was retired.", "an old version; fault error UNSUPPORTED_API_VERSION", MEND,
         (*both("410 UNSUPPORTED_API_VERSION"), "cases/set_up_and_versions T87_a_version_that_is_retired_under_us_is_told_and_loses_nothing"),
         "UNSUPPORTED_API_VERSION"),
    Fact("sf-414", "414, 415, 431: the request as such.", "setting max_uri; fault status", MEND + " A composite that is refused goes singly first.",
         (*both("414 URI_TOO_LONG"), *adapter("415 UNSUPPORTED_MEDIA_TYPE"), *adapter("431")), "URI_TOO_LONG UNSUPPORTED_MEDIA_TYPE"),
    Fact("sf-5xx", "500 UNKNOWN_EXCEPTION, 502 as a page, 503.", "fault status, error_rate", OUTAGE,
         (*adapter("500 UNKNOWN_EXCEPTION"), *adapter("502 with a page for an answer"), *both("503 SERVER_UNAVAILABLE"),
          "limits/salesforce_calls an_outage_that_lasts_is_told_and_one_that_passes_is_not"), "UNKNOWN_EXCEPTION SERVER_UNAVAILABLE"),
    Fact("sf-dropped", "The connection breaks before an answer.", "fault kind drop", OUTAGE, both("a connection that breaks")),
    Fact("sf-lost", "The answer is lost after the commit.", "fault kind lost_reply", "Settled by reading; upserts by our id make nobody twice.",
         ("adapters/salesforce/writing lost_reply_of_an_upsert_finds_what_it_made",
          "cases/lost_replies T57_a_lead_that_was_made_without_our_hearing_of_it_is_not_made_twice")),
    Fact("sf-slow", "Triggers make two hundred rows take half a minute.", "fault latency, setting row_write_ms, admin.slow_trigger",
         "Batches shrink; the lease must outlive the next call.", ("adapters/salesforce/writing lease_that_ends_midway_leaves_the_rest_locked_and_the_done_done",)),
    Fact("sf-query-timeout", "400 QUERY_TIMEOUT.", "fault error QUERY_TIMEOUT", "Tried again; an issue when it lasts.",
         ("limits/caps salesforce_a_query_that_takes_too_long_is_tried_again", "limits/polls what_passes_is_an_issue_only_when_it_lasts[QUERY_TIMEOUT]"), "QUERY_TIMEOUT"),
    Fact("sf-cursor", "A cursor lapses after two days.", "the clock; fault error INVALID_QUERY_LOCATOR", "Opened anew where it broke off.",
         ("limits/caps salesforce_a_cursor_that_lapsed_is_opened_anew_where_it_broke_off",), "INVALID_QUERY_LOCATOR"),
    Fact("sf-query-bad", "A query names a field or an object that is hidden or gone.", "admin.hide_field, hide_object, remove_field",
         "An issue with the name; rested for minutes, not asked every round; never taken for a blank.",
         ("limits/polls a_query_that_salesforce_refuses_for_good_is_an_issue_until_it_is_mended",
          "cases/blanks_and_numbers T33_a_field_deleted_in_salesforce_is_told_and_never_taken_for_a_blank"), "INVALID_TYPE MALFORMED_QUERY"),
    Fact("sf-limit-info", "Each answer tells the day's use, whoever made it.", "calls of others", "It is the budget that all processes share.",
         ("cases/set_up_and_versions T65_what_others_use_is_read_from_the_answers_and_stops_backfills_first",)),
)  # fmt: skip

ROWS = (
    Fact("sf-required", "A required field is missing or blanked.", "admin.require", ROW_REFUSED,
         row("REQUIRED_FIELD_MISSING", *row("REQUIRED_FIELD_MISSING of a new one"), f"{IN_TOWN}[REQUIRED_FIELD_MISSING]",
             "cases/values T27_clearing_a_required_field_brings_its_value_back_instead_of_an_error"), "REQUIRED_FIELD_MISSING"),
    Fact("sf-no-field", "A field that is not there, or hidden.", "admin.remove_field, hide_field", "Only the rows that send it fail, at once, not by halving.",
         row("INVALID_FIELD", *row("INVALID_FIELD of one that is hidden"), "adapters/salesforce/writing field_that_does_not_exist_is_refused_row_by_row"), "INVALID_FIELD"),
    Fact("sf-read-only", "A field that the user may not write.", "admin.read_only_field", ROW_REFUSED,
         row("INVALID_FIELD_FOR_INSERT_UPDATE", f"{IN_TOWN}[INVALID_FIELD_FOR_INSERT_UPDATE]",
             "cases/set_up_and_versions T56_a_field_that_is_locked_while_we_run_is_an_issue_and_the_rest_goes_over"), "INVALID_FIELD_FOR_INSERT_UPDATE"),
    Fact("sf-bad-email", "An address that HubSpot takes and Salesforce does not.", "the value", ROW_REFUSED,
         row("INVALID_EMAIL_ADDRESS", f"{IN_TOWN}[INVALID_EMAIL_ADDRESS]"), "INVALID_EMAIL_ADDRESS"),
    Fact("sf-picklist", "A word that a restricted picklist lacks.", "admin.set_picklist", ROW_REFUSED + " Words unknown to the agreement are held before.",
         row("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"{IN_TOWN}[INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST]",
             "cases/values T24_a_word_in_another_case_is_never_sent_to_a_restricted_picklist"), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
    Fact("sf-too-long", "A text longer than its field.", "admin.change_field length", ROW_REFUSED + " What the mapping knows is cut or held before.",
         row("STRING_TOO_LONG", f"{IN_TOWN}[STRING_TOO_LONG]", "cases/values T28_elsewhere_it_is_held_and_shown_and_the_rest_goes_over"), "STRING_TOO_LONG"),
    Fact("sf-number", "A number out of range.", "admin.change_field precision", ROW_REFUSED,
         row("NUMBER_OUTSIDE_VALID_RANGE", f"{IN_TOWN}[NUMBER_OUTSIDE_VALID_RANGE]"), "NUMBER_OUTSIDE_VALID_RANGE"),
    Fact("sf-parse", "A value of the wrong JSON type; it may sink its whole collection.", "setting collection_parser_error", "Halved until it stands alone.",
         row("JSON_PARSER_ERROR", "adapters/salesforce/writing one_value_that_does_not_parse_sinks_no_other_row"), "JSON_PARSER_ERROR"),
    Fact("sf-taken", "A unique value that another record has; its id is told in 15 characters.", "two records", "A duplicate with its 18-character id; nobody is made twice.",
         row("DUPLICATE_VALUE", f"{IN_TOWN}[DUPLICATE_VALUE]", "adapters/salesforce/writing taken_key_is_a_duplicate_with_its_18_character_ref"), "DUPLICATE_VALUE"),
    Fact("sf-duplicate-rule", "A duplicate rule knows the person.", "admin.add_duplicate_rule", "Held with the one that matched, not tried for ever.",
         row("DUPLICATES_DETECTED", f"{IN_TOWN}[DUPLICATES_DETECTED]",
             "cases/salesforce_refusals T50_a_person_that_a_duplicate_rule_knows_is_held_with_the_one_that_matched_and_not_tried_for_ever"), "DUPLICATES_DETECTED"),
    Fact("sf-rule", "A validation rule, at a field or at the top of the page.", "admin.add_validation", ROW_REFUSED + " The admin's own words are shown.",
         row("FIELD_CUSTOM_VALIDATION_EXCEPTION", f"{IN_TOWN}[FIELD_CUSTOM_VALIDATION_EXCEPTION]",
             f"{IN_TOWN}[FIELD_CUSTOM_VALIDATION_EXCEPTION at the top of the page]",
             "cases/salesforce_refusals T51_a_new_lead_that_is_refused_as_a_whole_is_shown_and_its_batch_is_made"), "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
    Fact("sf-trigger", "A trigger or flow fails.", "admin.add_trigger_fault", ROW_REFUSED + " Fields are tried one by one to find the one.",
         row("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"{IN_TOWN}[CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY]"), "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
    Fact("sf-integrity", "A country or state that the org does not list.", "admin.state_country_picklists", ROW_REFUSED,
         row("FIELD_INTEGRITY_EXCEPTION", "cases/values T26_a_country_taken_from_a_state_is_refused_in_the_open_and_the_rest_goes_over"), "FIELD_INTEGRITY_EXCEPTION"),
    Fact("sf-converted", "The Lead was converted.", "a person converts it, also between our read and our write", "Followed to its Contact.",
         row("CANNOT_UPDATE_CONVERTED_LEAD", "cases/salesforce_refusals T52_a_lead_converted_between_our_read_and_our_write_is_followed_to_its_contact"),
         "CANNOT_UPDATE_CONVERTED_LEAD"),
    Fact("sf-lock", "Rows of one account are locked.", "fault locks, lock_rate", "They wait five seconds; nobody sleeps; one worker at a time has an account.",
         ("cases/salesforce_refusals T49_children_of_a_locked_account_wait_and_nobody_sleeps_over_them",
          "adapters/salesforce/writing T49_locked_rows_may_be_tried_again"), "UNABLE_TO_LOCK_ROW"),
    Fact("sf-owner", "An owner who left, is none, or is of another kind.", "admin.set_user IsActive", "The offer goes to the next; shown.",
         row("INACTIVE_OWNER_OR_USER", *row("MALFORMED_ID"), *row("INVALID_CROSS_REFERENCE_KEY"),
             "limits/salesforce_codes a_record_that_points_to_what_may_not_be_seen_fails_alone",
             "cases/owners T54_a_seller_who_left_since_we_looked_is_refused_and_the_offer_goes_to_the_next"),
         "INACTIVE_OWNER_OR_USER MALFORMED_ID INVALID_CROSS_REFERENCE_KEY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"),
    Fact("sf-sealed", "One record may not be written: 400 or 403.", "admin.seal_record, setting insufficient_access_status", ROW_REFUSED + " A 403 of one record stops no other.",
         row("INSUFFICIENT_ACCESS_OR_READONLY", "limits/salesforce_rows a_record_that_may_not_be_edited_stops_no_other"), "INSUFFICIENT_ACCESS_OR_READONLY"),
    Fact("sf-gone", "Deleted, or never there.", "a person deletes it, also between our read and our write", "The link rests with an issue.",
         row("ENTITY_IS_DELETED", "limits/gone_and_merged a_lead_that_was_deleted_between_read_and_write_is_told"), "ENTITY_IS_DELETED NOT_FOUND"),
    Fact("sf-merged", "A merged record is deleted, its winner named in it.", "a person merges", "The Link follows to the winner; where that is linked, both are told and left alone.",
         ("limits/gone_and_merged a_lead_that_was_merged_away_is_followed_to_its_winner",
          "limits/gone_and_merged a_lead_that_was_merged_into_a_linked_one_is_told_and_both_are_left_alone")),
    Fact("sf-stale", "412: changed since it was read, in whole seconds.", "a person edits meanwhile", "Planned anew from what stands there now.",
         ("adapters/salesforce/writing if_unmodified_since_refuses_what_a_person_touched_meanwhile",
          "limits/caps salesforce_a_second_is_the_grain_of_the_condition_and_a_minute_is_not"), "PRECONDITION_FAILED"),
)  # fmt: skip

CAPS = (
    Fact("sf-collection", "200 rows a collection, 2,000 ids a retrieve, 25 parts and 5 collections a composite.", "more than that; setting collections_per_composite",
         "Never more are sent; an org that takes fewer in a composite gets them singly.",
         ("limits/caps salesforce_collections_of_more_than_two_hundred_and_reads_of_more_than_two_thousand_are_split",
          "limits/caps salesforce_a_composite_that_is_refused_goes_singly",
          "adapters/salesforce/writing org_that_takes_fewer_calls_in_a_composite_is_written_call_by_call"), "LIMIT_EXCEEDED"),
    Fact("sf-soql", "A literal of 4,000 characters, a query that fits a URL.", "long values, many values", "Queries are split; a value that is too long is not asked for.",
         ("limits/caps salesforce_a_value_too_long_for_a_literal_is_not_asked_for_and_keeps_no_other_from_being_found",
          "adapters/salesforce/reading thousand_addresses_are_sought_in_queries_that_fit")),
    Fact("sf-pages", "Queries come in pages of 2,000 or fewer.", "setting page_size", "Read to the last.",
         ("services/polling T16_more_rows_than_one_page_of_salesforce_are_read_to_the_last",)),
    Fact("sf-seconds", "Stamps in whole seconds; rows may be committed late under older stamps.", "setting; a long transaction",
         "Polls overlap and compare values, not stamps alone.",
         ("services/polling T12_a_row_committed_late_under_an_older_stamp_is_found_once", "services/polling T13_two_edits_in_one_second_of_salesforce_are_two")),
    Fact("sf-auto-assign", "Without its header a written Lead changes hands.", "setting auto_assign, default_owner", "The header goes with every write, also inside a composite.",
         ("adapters/salesforce/writing owner_is_kept_though_salesforce_would_assign_anew",)),
    Fact("sf-escaped", "Composite answers may come HTML-escaped.", "setting composite_escapes_html", "Told from the answer; where it can't be, the org is asked once.",
         ("adapters/salesforce/escaping a_read_back_holds_what_stands_there",)),
    Fact("sf-400-rows", "A collection's results may come with 400.", "setting rollback_status", "A list of results counts whatever the status.",
         ("adapters/salesforce/writing bad_rows_fail_alone_and_say_why",)),
    Fact("sf-storage", "Storage is full or nearly so.", "GET /limits", "Told before anything is made.",
         ("cli/doctor_service an_org_whose_storage_is_full", "services/first_day storage_that_does_not_suffice_is_loud")),
)  # fmt: skip

SALESFORCE = (*CALLS, *ROWS, *CAPS)
