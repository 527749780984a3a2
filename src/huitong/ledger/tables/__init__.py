"""The named SQL of the ledger: what it loads, writes, shows and checks."""
