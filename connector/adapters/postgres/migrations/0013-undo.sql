-- depends: 0010-runs
-- fetched: a row of the journal that took a record out of the recycle bin again; its action is update, which is all that the
-- release before knows. resting: an undo took back the very link, so nothing flows between the two until a run wakes it.
-- Whoever takes notices or saves a round waits here, holding nothing else: else the two of us would wait for each other.
LOCK TABLE delivery, pending IN ACCESS EXCLUSIVE MODE;
ALTER TABLE journal ADD COLUMN fetched boolean NOT NULL DEFAULT false;
ALTER TABLE link ADD COLUMN resting boolean NOT NULL DEFAULT false;
-- touched: somebody else was seen to have written to the Salesforce record; a later write of ours hides who did.
ALTER TABLE link ADD COLUMN touched boolean NOT NULL DEFAULT false;
