"""Leaky Bucket: which customers will leave, why, what that costs, and whom to call today."""
