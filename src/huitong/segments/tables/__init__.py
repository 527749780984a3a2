"""The rows of segments and the named SQL that reads and writes them."""
