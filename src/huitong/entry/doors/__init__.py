"""The doors of guides and members: sign in by a code that is sent to a telephone, or by WeCom."""
