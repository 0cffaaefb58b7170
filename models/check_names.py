"""Check names: how the names of the gate's checks begin, by which others tell what a model was refused for."""

CALIBRATED = "calibrated: "  # of its probabilities
NOT_BELOW = "not below "  # beside what learns as well
EARLY_NOT_BELOW = f"early: {NOT_BELOW}"  # beside a rule, over early accounts
ABOVE = "above "  # beside a rule, and a model of noise
NOISE = "shuffled"  # the name of that one
BRIER = "brier"
ENOUGH = "enough leavers"
LEAKS = "leaks"
NOTHING_LOST = "no feature lost"  # of the champion's
UP_TO_DATE = "knows as much as the champion"
BESIDE_CHAMPION = "against the champion"
