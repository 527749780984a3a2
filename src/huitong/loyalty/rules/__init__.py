"""Pure decisions of loyalty: what an order earns, what a return takes, when value lives, tiers."""
