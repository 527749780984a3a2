"""Identity over arrays: the partition of a whole domain, previews, quality, suggestions."""
