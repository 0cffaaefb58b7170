"""Features: what is known about an account on a date."""
