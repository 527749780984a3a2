"""What a member sees on the phone of their own: card, points, consents, and the right to leave."""
