"""The nouns of segments: documents of tags and models, and what is answered about customers."""
