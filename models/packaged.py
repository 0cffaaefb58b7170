"""Packaged: a model as a folder that MLflow loads and serves where this project is not installed.

The project is on no index, so the few modules that a prediction needs go with the model, as a package of a name of its
own: `models` is what many projects call a package, and two versions may be loaded side by side.
"""

import hashlib
import json
import re
import shutil
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd

from models.churn import Churn
from models.layout import FILES, SCORING, VOCABULARY
from models.provenance import files_hash
from models.served import RISKS, TEXTS
from models.vocabulary import Vocabulary

if TYPE_CHECKING:
    from mlflow.models import Model, ModelSignature

    from features.catalogue import Catalogue

SHIPPED = (
    "features/__init__.py",
    "features/language/__init__.py",
    "features/language/sentence.py",
    "features/language/signs.py",
    "features/language/tongue.py",
    "features/mistake.py",
    "models/__init__.py",
    "models/churn.py",
    "models/competing.py",
    "models/doubt.py",
    "models/explain.py",
    "models/facts.py",
    "models/layout.py",
    "models/log_odds.py",
    "models/numbers.py",
    "models/own_pace.py",
    "models/reach.py",
    "models/reasons.py",
    "models/served.py",
    "models/tree_params.py",
    "models/vocabulary.py",
)  # all that models.served imports
NEEDED = ("babel", "lightgbm", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "threadpoolctl")  # what these import
OPTIONAL = {"pace": "string", "as_of": "datetime"}
_PROJECT = Path(__file__).resolve().parent.parent
_IMPORTS = re.compile(r"^(\s*(?:from|import) )(features|models)\b", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """A model with all that goes with it.

    folder: of the saved model.
    """

    folder: Path
    model: Churn
    vocabulary: Vocabulary

    @classmethod
    def of(cls, folder: Path, catalogue: "Catalogue") -> "Package":
        """The model that was saved in a folder, with what the catalogue says of its features."""
        model = Churn.load(folder)
        return cls(folder, model, Vocabulary.of(catalogue, model.features))

    @property
    def files_sha256(self) -> str:
        """Of the model's files, and of nothing else."""
        return files_hash({SCORING: self.folder})

    @property
    def sha256(self) -> str:
        """Of what goes with the model's files: code, sentences, requirements. Others make another version."""
        parts = [
            *(name + text for name, text in _code().items()),
            *requirements(),
            json.dumps(self.vocabulary.as_json()),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def example(self) -> pd.DataFrame:
        """Two rows to try it with: all features as the median row has them, and as their worse end has them.

        From the profile of the last year's rows, which is in the model anyway; no row is an account's.
        """
        profiles, told = self.model.profiles, self.vocabulary.by_name
        worse = {"rises": "high", "falls": "low", None: "median"}
        rows = {
            name: [profiles[name].median, getattr(profiles[name], worse[told[name].risk])]
            for name in self.model.features
        }
        return pd.DataFrame(rows, dtype="float64").assign(pace=["early", "overdue"])

    @property
    def signature(self) -> "ModelSignature":
        """The features, each of which must be there and may be missing in a row; pace and as_of may be left out."""
        from mlflow.models import ModelSignature
        from mlflow.types import ColSpec, Schema

        features = [ColSpec("double", name) for name in self.model.features]
        texts = [ColSpec("string", name, required=False) for name in TEXTS]
        return ModelSignature(
            inputs=Schema([*features, *(ColSpec(kind, name, required=False) for name, kind in OPTIONAL.items())]),
            outputs=Schema([*(ColSpec("double", name) for name in RISKS), *texts]),
        )

    def save(self, folder: Path, about: "Model") -> None:
        """Writes it as MLflow's pyfunc flavour: text, JSON and source, no pickle. about: what MLmodel says of it."""
        import mlflow

        with TemporaryDirectory() as temporary:
            data, code = Path(temporary) / FILES, Path(temporary) / self._package
            shutil.copytree(self.folder, data / SCORING)
            (data / VOCABULARY).write_text(json.dumps(self.vocabulary.as_json(), indent=1) + "\n", encoding="utf-8")
            for name, text in _code().items():
                path = code / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_IMPORTS.sub(rf"\1{self._package}.\2", text), encoding="utf-8")
            (code / "__init__.py").touch()
            with warnings.catch_warnings():
                # MLflow compares the names of the example's columns with a range, which pandas will take otherwise.
                warnings.filterwarnings("ignore", message="Operation with range is deprecated")
                mlflow.pyfunc.save_model(
                    folder,
                    loader_module=f"{self._package}.models.served",
                    data_path=str(data),
                    code_paths=[str(code)],
                    signature=self.signature,
                    input_example=self.example,
                    pip_requirements=requirements(),
                    mlflow_model=about,
                )

    @property
    def _package(self) -> str:
        return f"leaky_bucket_{self.sha256[:8]}"


def requirements() -> list[str]:
    """What must be installed where the model is loaded, beside MLflow: the versions that are installed here."""
    return [f"{name}=={version(name)}" for name in NEEDED]


def _code() -> dict[str, str]:
    return {name: (_PROJECT / name).read_text(encoding="utf-8") for name in SHIPPED}
