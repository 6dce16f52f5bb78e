"""What people use instead, written anew: a script record by record, a script in batches, and dlt. All overwrite blindly,
one way, one object; none keeps state, sees a conflict, or knows its own echo."""
