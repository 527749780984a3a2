"""A made-up world to develop and test against; it knows nothing of the product."""
