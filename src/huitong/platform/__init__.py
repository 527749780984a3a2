"""What every domain stands on: database, ids, errors, pipeline, crypto, jobs; no business word in here."""
