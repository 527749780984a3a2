"""The rights of a person over every domain: take what is held along, leave, be forgotten."""
