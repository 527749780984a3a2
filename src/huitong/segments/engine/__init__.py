"""The tag engine: runs compiled definitions over the lake, for all or for those who changed."""
