"""PostgreSQL: the stores, and the schema in ``migrations/``.

Migrations only add. While the release phase migrates, and until its processes have taken over, the release before this
one runs on the new schema; so a migration may make tables, columns (nullable or with a default), indexes, functions of
a new name or new arguments, triggers that fill what is new; and it must not drop, rename or narrow what that release
reads or writes, nor change what a function of its does. What became useless is dropped by the release after the next.
So a rollback needs no migration either: the previous release runs on a schema that is ahead.

Locks: a migration gives up after ``migrate.LOCK_SECONDS``, whole, and the release fails while the previous one goes on.
An index on a table that may hold millions of rows is made CONCURRENTLY, in a migration of its own without a transaction
(``-- transactional: false``).
"""
