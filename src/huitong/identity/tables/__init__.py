"""The named SQL of `identity` and the shapes of the rows that go into it."""
