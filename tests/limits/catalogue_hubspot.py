"""HubSpot: the limits and errors of API-FACTS sections 1.1 to 1.10 that a sync can meet."""

from __future__ import annotations

from tests.limits.fact import Fact

READ, WRITE = "limits/hubspot_calls a_read_that_is_refused", "limits/hubspot_calls a_write_that_is_refused"
ANSWER_TO_READ = "limits/hubspot_calls a_read_says_what_it_met"
ANSWER_TO_WRITE = "limits/hubspot_calls a_write_says_what_it_met_or_that_nobody_knows"
ROW = "limits/hubspot_rows a_bad_row_fails_alone_with_its_code_and_property"
IN_TOWN = "limits/hubspot_rows a_refused_property_waits_with_its_words_and_the_rest_goes_over"
MEND = "The side stops, one issue says what to mend, it is tried again ever more seldom and closes itself; nothing is lost."
OUTAGE = (
    "Reads are repeated three times within two seconds, then the lane waits; a write counts as unknown and is settled by "
    "reading. An issue only after ten minutes."
)
ROW_REFUSED = "The field waits with the service's words as an issue of the record; its other fields and its batch go over."


def both(situation: str) -> tuple[str, ...]:
    return tuple(f"{test}[{situation}]" for test in (READ, WRITE))


def adapter(*situations: str) -> tuple[str, ...]:
    return tuple(f"{test}[{each}]" for each in situations for test in (ANSWER_TO_READ, ANSWER_TO_WRITE))


CALLS = (
    Fact("hs-302", "A redirect.", "fault status 302", "Never followed (it would carry the token away); the issue names the setting.",
         adapter("302 a redirect")),
    Fact("hs-401-static", "401: a private app's token is wrong, rotated or missing.", "fault error INVALID_AUTHENTICATION", MEND,
         (*adapter("401 INVALID_AUTHENTICATION"), "cases/limits_and_outages T66_a_token_that_nobody_can_renew_stops_the_rounds_and_loses_nothing"),
         "INVALID_AUTHENTICATION"),
    Fact("hs-401-expired", "401: an OAuth token is at its end after 30 minutes, or was revoked.", "fault expire_tokens; error EXPIRED_AUTHENTICATION",
         "Renewed a minute before its end; one that is refused all the same is renewed once and the call goes on.",
         (*both("401 EXPIRED_AUTHENTICATION"), "adapters/hubspot/rest token_is_renewed_before_it_ends",
          "cases/limits_and_outages T66_a_session_that_ends_mid_batch_is_renewed_once_and_the_rest_goes_on"), "EXPIRED_AUTHENTICATION"),
    Fact("hs-403", "403: the app lacks a scope, for reads or only for writes.", "setting scopes; fault error MISSING_SCOPES",
         MEND + " The scope is named.",
         (*both("403 MISSING_SCOPES"), "cli/doctor_broken a_missing_scope_is_named",
          "limits/polls a_missing_scope_is_an_issue_of_the_poll_and_no_round_closes_it"), "MISSING_SCOPES MISSING_SCHEMA_SCOPES"),
    Fact("hs-414", "414: the address is too long; any other refusal of a call as such.", "setting uri_limit; fault status 414",
         MEND + " The call is named.", both("414")),
    Fact("hs-423", "423: a bulk operation has locked the account; wait two seconds.", "fault error LOCKED", "The lane waits two seconds.",
         both("423 locked"), "LOCKED"),
    Fact("hs-429-burst", "429: 100 to 250 calls in ten seconds, by plan and kind of app.", "fault rate_limits; error TEN_SECONDLY_ROLLING",
         "Calls are granted from one shared budget below it; if it is met all the same the lane waits ten seconds, and nothing is half written.",
         (*both("429 TEN_SECONDLY_ROLLING"), "limits/caps hubspot_the_ten_second_bucket_empties_in_the_middle_of_a_write",
          "cases/limits_and_outages T63_a_limit_met_between_two_writes_leaves_no_half_and_repeats_nothing"), "TEN_SECONDLY_ROLLING RATE_LIMIT"),
    Fact("hs-429-second", "429 of one second; both shapes of the body; Retry-After where it is given.", "fault error SECONDLY or RATE_LIMITS",
         "Waits as long as it is told, else a second.",
         (*adapter("429 SECONDLY", "429 Retry-After"), "cases/limits_and_outages T63_retry_after_is_honoured_to_the_second",
          "adapters/hubspot/reading a_limit_says_when_to_go_on"), "SECONDLY RATE_LIMITS"),
    Fact("hs-429-day", "429: the day's calls are spent; it ends at the portal's midnight.", "setting daily_limit with fault rate_limits; error DAILY",
         "Waits until the portal's midnight, told as an issue; backfills stop long before.",
         (*both("429 DAILY"), "cases/limits_and_outages T63_a_burst_is_sat_out_for_seconds_and_a_day_until_the_portals_midnight",
          "cases/backfills T65_a_run_waits_while_others_eat_the_day_and_goes_on_by_itself"), "DAILY"),
    Fact("hs-477", "477: the account moves to another data center, for up to a day; Retry-After.", "fault error MOVING",
         "Waits as long as it is told, as an issue if that is long.", adapter("477 moving", "477 moving for a day"), "MOVING"),
    Fact("hs-5xx", "500, 502 to 504, 521 to 524: JSON, a page, or nothing.", "fault status, error_rate", OUTAGE,
         (*adapter("500", "502 with a page for an answer", "503", "503 Retry-After"), *both("503"),
          "limits/hubspot_calls an_outage_that_lasts_is_told_and_one_that_passes_is_not")),
    Fact("hs-dropped", "The connection breaks before an answer, or a time-out.", "fault kind drop", OUTAGE, both("a connection that breaks")),
    Fact("hs-lost", "The answer is lost after the commit.", "fault kind lost_reply", "The write is settled by reading and property history, never repeated blindly.",
         ("cases/lost_replies T57_a_write_whose_reply_was_lost_is_settled_by_reading_and_not_repeated",
          "cases/lost_replies T57_a_contact_that_was_made_without_our_hearing_of_it_is_not_made_twice")),
    Fact("hs-slow", "A call takes long.", "fault latency, latency_ms", "Time-outs of 3 and 20 seconds; the lease must outlive the next call, else it is not sent.",
         ("adapters/hubspot/writing lease_that_ends_midway_does_the_same", "adapters/over_http nobody_listens_is_try_again")),
    Fact("hs-token", "No token for a refresh token: the app was uninstalled, or its id or secret is wrong.", "DELETE of the refresh token; a wrong id or secret",
         "The admin is told HubSpot's word and to connect again; no secret is shown.",
         ("limits/tokens hubspot_gives_no_token", "limits/tokens hubspots_token_endpoint_fails_for_a_while"),
         "BAD_REFRESH_TOKEN BAD_CLIENT_ID BAD_CLIENT_SECRET invalid_client invalid_grant"),
    Fact("hs-code", "The consent's code is wrong or used, or the redirect is another.", "a code of another consent", "accord connect says so and begins anew.",
         ("limits/tokens a_consent_whose_code_or_address_is_wrong_has_to_begin_anew", "cli/connecting_by_oauth a_callback_that_nobody_began_stores_nothing"), "BAD_AUTH_CODE BAD_REDIRECT_URI"),
)  # fmt: skip

ROWS = (
    Fact("hs-no-property", "A property that is not there: reads leave it out in silence, writes are 400.", "an admin archives the property",
         "Never taken for a blank: an issue names it, and the side stops where verdicts depend on it.",
         (f"{ROW}[PROPERTY_DOESNT_EXIST-alone]", "adapters/hubspot/writing property_that_does_not_exist_costs_two_calls_not_two_hundred",
          "cases/blanks_and_numbers T33_a_property_deleted_in_hubspot_wipes_nothing_and_is_reported"), "PROPERTY_DOESNT_EXIST"),
    Fact("hs-bad-email", "An address that HubSpot calls invalid.", "the value", ROW_REFUSED, (f"{ROW}[INVALID_EMAIL-alone]",), "INVALID_EMAIL"),
    Fact("hs-bad-option", "A value that is no option (any more).", "an admin removes the option", ROW_REFUSED,
         (f"{ROW}[INVALID_OPTION-alone]", f"{IN_TOWN}[INVALID_OPTION]"), "INVALID_OPTION"),
    Fact("hs-bad-date", "A date that is none, or is not midnight UTC.", "the value", "Dates are sent as YYYY-MM-DD; a refusal is a row's.",
         (f"{ROW}[INVALID_DATE-alone]", f"{ROW}[INVALID_DATE not at midnight-alone]",
          "cases/values T29_a_day_stays_that_day_in_every_zone_and_when_the_clocks_change"), "INVALID_DATE"),
    Fact("hs-bad-number", "A number that is none.", "the value", "Held before it is sent; a refusal is a row's.",
         (f"{ROW}[INVALID_INTEGER-alone]", "cases/blanks_and_numbers T32_what_is_no_number_is_held_and_never_guessed_at"), "INVALID_INTEGER INVALID_LONG"),
    Fact("hs-read-only", "A property that may only be read.", "an admin locks it", "Found before the start by the check; later " + ROW_REFUSED,
         (f"{ROW}[READ_ONLY_VALUE-alone]", f"{IN_TOWN}[READ_ONLY_VALUE]",
          "cases/set_up_and_versions T56_a_field_hidden_or_read_only_is_an_error_at_the_start_and_never_silence"), "READ_ONLY_VALUE"),
    Fact("hs-required", "An admin's rules require a property, for every new record or on a condition.", "settings required, conditional, rules_on",
         "A new contact is shown and made once it fits; on an update " + ROW_REFUSED,
         (f"{ROW}[MISSING_REQUIRED_PROPERTY-alone]", f"{IN_TOWN}[MISSING_CONDITIONAL_REQUIRED_PROPERTY]",
          "limits/hubspot_rows a_new_contact_that_lacks_what_the_portal_wants_is_shown_and_made_once_it_does_not"),
         "MISSING_REQUIRED_PROPERTY MISSING_CONDITIONAL_REQUIRED_PROPERTY REQUIRED_FIELD VALIDATION_ERROR"),
    Fact("hs-email-taken", "409: another contact has the address; the message names it, the secondary ones count too.", "two contacts",
         "Shown with the one who has it; nobody is made twice.",
         (f"{ROW}[an e-mail that is taken-alone]", "cases/identity T44_an_address_that_is_in_use_is_refused_in_the_open_with_the_one_who_has_it",
          "cases/identity T39_a_secondary_address_that_is_taken_fails_its_own_row_and_not_the_batch"), "CONFLICT"),
    Fact("hs-unique-taken", "A value of a unique property that another record has: 400 or 409.", "setting unique_clash", "A duplicate, shown; never two links.",
         (f"{ROW}[a unique value that is taken-alone]", f"{ROW}[a unique value that is taken, as 409-alone]",
          "cases/loops_and_capture T5_a_second_contact_that_claims_a_linked_lead_is_refused_and_reported"), "CONFLICTING_UNIQUE_VALUE"),
    Fact("hs-gone", "404: deleted, or never there; the recycle bin keeps it 90 days.", "a person deletes it", "The link rests with an issue; a restore wakes it.",
         ("limits/gone_and_merged a_contact_that_was_deleted_is_told_and_comes_back_with_its_restore",
          "adapters/hubspot/reading deleted_unknown_and_impossible_ids_are_absent"), "OBJECT_NOT_FOUND"),
    Fact("hs-erased", "A privacy deletion; the address is blocked.", "a person erases it", "Told as gone; nothing is made anew.",
         ("limits/gone_and_merged a_contact_that_was_erased_for_privacy_is_never_made_again",)),
    Fact("hs-merged", "A merged record answers under a new id; the old ones go on resolving.", "a person merges, setting merge_new_id",
         "The link follows to the new id, without a word.",
         ("limits/gone_and_merged contacts_that_were_merged_are_followed_to_the_id_they_have_now",
          "adapters/hubspot/reading merged_contact_is_found_under_its_old_id_by_the_ids_it_lists",
          "adapters/hubspot/writing merged_contact_answers_a_write_under_its_new_id")),
    Fact("hs-lifecycle", "A lifecycle stage only moves forward: a backward write is answered 200 and changes nothing.", "setting lifecycle_forward_only",
         "Goes through blank in a call of its own, and is read back.",
         ("cases/lifecycle T69_a_lead_that_sales_recycles_really_goes_back_in_hubspot_and_its_history_is_kept",)),
    Fact("hs-all-or-nothing", "Without a trace id on every input one bad row fails its whole batch with 400 or 409.", "a portal that does not know trace ids",
         "Each input carries one; a batch that falls all the same is halved until the bad row stands alone.",
         (f"{ROW}[INVALID_EMAIL-with its batch]", "adapters/hubspot/writing T39_batch_that_falls_as_a_whole_is_halved_to_the_bad_row")),
    Fact("hs-207", "207: some rows done, some refused, in any order.", "rows of both kinds, setting shuffle_results", "Each row gets its own verdict, by its trace id.",
         ("adapters/hubspot/writing a_bad_row_fails_alone_and_says_why", "adapters/hubspot/writing parallel_calls_keep_the_order_of_the_verdicts")),
    Fact("hs-forgotten", "An answer that does not mention a row.", "a scripted answer", "The row goes once more alone, then counts as unknown.",
         ("adapters/hubspot/writing row_the_answer_forgets_is_asked_again_alone_then_unknown",)),
    Fact("hs-twice", "The same id twice in one batch is refused.", "two writes to one contact", "They go one after the other.",
         ("adapters/hubspot/writing two_writes_to_one_contact_go_one_after_the_other",)),
)  # fmt: skip

CAPS = (
    Fact("hs-batch", "At most 100 inputs a batch.", "setting batch_limit", "Never more are sent; a portal that takes fewer gets fewer.",
         ("adapters/hubspot/writing 250_updates_cost_three_calls_and_bring_their_read_back",
          "limits/caps hubspot_a_batch_holds_a_hundred_and_a_portal_that_takes_fewer_gets_fewer",
          "limits/caps hubspot_a_read_that_is_too_large_is_a_fault_of_the_request_and_says_of_which")),
    Fact("hs-history", "At most 50 with history.", "setting history_batch", "Batches of their own.", ("adapters/hubspot/reading history_goes_in_batches_of_its_own",)),
    Fact("hs-window", "A search ends at 10,000 results, 200 a page.", "setting search_window", "Walked by the time of change, not by offset.",
         ("adapters/hubspot/rest the_walk_passes_the_window_that_ends_a_search",
          "adapters/hubspot/rest more_records_in_one_millisecond_than_a_page_holds_are_walked_by_id")),
    Fact("hs-search-rate", "Five searches a second for the whole account, with a 429 of its own shape.", "fault rate_limits, setting search_per_second",
         "A second is sat out; the walk goes on.",
         ("limits/caps hubspot_searches_of_a_long_walk_wait_for_their_own_five_a_second", "adapters/hubspot/reading a_search_sits_out_one_second_of_its_own_limit")),
    Fact("hs-lag", "The search index is seconds late.", "setting index_lag", "Polls overlap; identity is looked up without search.",
         ("services/polling T17_what_the_search_index_showed_late_is_inside_the_overlap", "adapters/hubspot/reading find_by_email_in_any_case_without_index_lag")),
    Fact("hs-list", "A list of that name is there already, or was deleted; a dynamic one takes no members.", "another process makes or deletes it",
         "The one that is there is used; a deleted one is made anew.", ("adapters/hubspot/rest list_is_made_once_filled_emptied_and_made_anew_when_deleted",),
         "ILS.LIST_NOT_FOUND ILS.DUPLICATE_LIST_NAMES"),
    Fact("hs-schema", "A property or group of that name is there; ten unique ones a kind; a plan's last property.", "accord setup twice; a full plan",
         "accord setup plans before it changes anything, and says what is in the way.",
         ("cli/setup properties_are_made_once_and_the_check_is_content", "cli/setup a_property_of_another_type_stops_everything_before_the_first_change",
          "cli/doctor_service a_plan_that_has_no_room_for_another_property"), "OBJECT_ALREADY_EXISTS Properties.PROPERTY_WITH_NAME_EXISTS"),
    Fact("hs-owners", "Owners come in pages; an archived one has no user.", "more owners than a page; a person leaves",
         "All pages are read; who left gets no more records.",
         ("adapters/hubspot/rest owners_are_read_page_by_page", "services/directory an_owner_who_leaves_gets_no_more_records_and_a_new_one_does")),
    Fact("hs-versions", "A dated version answers batches without 207.", "the version's paths, setting dated_207", "The body decides, not the status.",
         ("adapters/hubspot/rest dated_paths_serve_as_well",)),
    Fact("hs-normal", "A value may be stored in another form than was sent.", "settings trim_text, number_form; the address in lower case",
         "Taken as ours if it means the same; else told once.", ("cases/loops_and_capture T3_a_side_that_stores_numbers_in_its_own_form_gets_one_write_and_no_answer",)),
)  # fmt: skip

HUBSPOT = (*CALLS, *ROWS, *CAPS)
