"""Check kinds: what is duty and what is cover, as SQL."""
