"""Models: which accounts will leave, and why the model thinks so."""
