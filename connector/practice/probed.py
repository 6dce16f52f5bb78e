"""Which rows of the tables of what is not proved `accord probe` settles: by reading alone, or with --write."""

READING = frozenset({
    "missing_ids_207", "shuffle_results", "over_batch", "neq_matches_blank", "owner_page_limit",
    "contact_contact_type_id", "collections_per_composite", "locator_prefix", "channel_told",
})  # fmt: skip
WRITING = frozenset({
    "lifecycle_forward_only", "write_answer", "missing_ids_fail_batch", "additional_emails_writable",
    "secondary_email_finds", "equal_write_touches", "number_form", "trim_text", "json_values", "null_clears",
    "read_only_write", "unique_clash", "email_upsert_partial", "delete_unknown", "gdpr_unknown", "merge_new_id",
    "dated_207", "warnings_on", "optout_shows", "upsert_status_updated", "composite_inherits_headers",
    "rollback_status", "collection_parser_error", "no_op_moves_stamp", "auto_assign", "rounds_numbers", "trims_text",
    "composite_escapes_html", "tree_status_failed",
})  # fmt: skip


def asked(name: str) -> str:
    """What to call to have it settled; "–": no probe asks for it."""
    if name in READING:
        return "`accord probe`"
    return "`accord probe --write`" if name in WRITING else "–"
