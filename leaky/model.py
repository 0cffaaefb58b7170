"""Model: a trained model as scikit-learn and shap know models."""

import warnings

from models.classifier import ChurnClassifier as Model

with warnings.catch_warnings():
    # MLflow and shap draw progress bars with it; imported in a notebook that lacks ipywidgets, it complains.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import tqdm.auto  # noqa: F401

__all__ = ["Model"]
