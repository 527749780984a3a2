"""What every domain stands on: database, ids, errors, pages, crypto, jobs; no business word."""
