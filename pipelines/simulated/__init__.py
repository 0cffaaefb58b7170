"""The simulated firm: made-up records with a known truth, to learn on, to test against and to show what is possible."""
