"""Language: what can be said of rows, and how a reason module says it."""
