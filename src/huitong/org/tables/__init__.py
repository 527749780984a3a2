"""The named SQL of `org` and the shapes of the rows that go into it."""
