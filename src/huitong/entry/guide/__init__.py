"""What a guide sees on the phone: the customers they serve, and what each of them likes."""
