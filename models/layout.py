"""Layout: what stands where in the folder of a registered model."""

FILES = "files"  # all of it, in the folder that MLflow calls data
SCORING = "scoring"  # the model's own folder
VOCABULARY = "vocabulary.json"  # what its reasons are told by
