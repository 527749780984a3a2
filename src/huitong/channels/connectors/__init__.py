"""One folder a platform: its payloads in, canonical records out."""
