"""Registry: every run is remembered, and one model a source is its champion. All calls of MLflow are here."""

import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from models.churn import Churn
from models.relocation import EXPERIMENT, follow_move

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

log = logging.getLogger(__name__)

CHAMPION = "champion"
SCORING = "scoring"  # the folder of a version's model
EVALUATED = "evaluated"  # that of the model that was tested last, which scores nothing
_SAME = "files_sha256"
_FILES = "files"
_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Version:
    """A registered model: its number in this registry, as a string, and the hash of the files that it is made of."""

    number: str
    files_sha256: str

    @property
    def name(self) -> str:
        """12 hexadecimal digits of the hash: the same wherever these files are registered, unlike the number."""
        return self.files_sha256[:12]


@dataclass(frozen=True)
class Registry:
    """MLflow's store at `uri`; where that is a local SQLite file, artifacts go to the folder `artifacts`. Where both
    lie in one folder, that folder can be moved or copied.

    model: the registered model's name. Sources have nothing to say about one another, so each has a model of its own.
    """

    uri: str
    artifacts: Path
    source: str

    @property
    def model(self) -> str:
        # A source may be given as a folder; MLflow allows no slash or colon in a name.
        name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in Path(self.source).name)
        return f"{EXPERIMENT}-{name}"

    def champion(self) -> Version | None:
        """The version that scores at present, or None."""
        if self.uri.startswith(_SQLITE) and not Path(self.uri.removeprefix(_SQLITE)).exists():
            return None  # MLflow would make the file
        with self._client() as client:
            from mlflow.exceptions import MlflowException

            try:
                found = client.get_model_version_by_alias(self.model, CHAMPION)
            except MlflowException as error:
                if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                    return None
                raise
            return Version(str(found.version), found.tags.get(_SAME, ""))

    @contextmanager
    def files(self, version: Version) -> Iterator[Path]:
        """The folder of a version's files, as `record` was given them."""
        with tempfile.TemporaryDirectory() as folder:
            with self._client():
                import mlflow

                mlflow.artifacts.download_artifacts(f"models:/{self.model}/{version.number}", dst_path=folder)
            yield Path(folder) / "data" / _FILES

    def record(
        self,
        files: Mapping[str, Path],
        *,
        sha256: str,
        parameters: Mapping[str, Any],
        metrics: Mapping[str, Any],
        tags: Mapping[str, str],
        artifacts: Mapping[str, Path],
    ) -> Version:
        """Logs a run and registers a version made of `files`: a folder with a saved `Churn` for each name.

        parameters, metrics: may be nested, and are logged as "a.b"; of metrics only the numbers. artifacts: what else
        to keep with the run: {name in the run: file or folder}. A model of exactly the same files that is registered
        already is not registered again, so that running twice leaves one version.
        """
        with self._client() as client:
            import mlflow

            known = self._registered(client, sha256)
            with mlflow.start_run(experiment_id=self._experiment(client), tags={**tags, _SAME: sha256}) as run:
                mlflow.log_params({name: str(value)[:500] for name, value in flat(parameters).items()})
                mlflow.log_metrics(
                    {name: value for name, value in flat(metrics).items() if isinstance(value, int | float)}
                )
                for name, path in artifacts.items():
                    (mlflow.log_artifacts if path.is_dir() else mlflow.log_artifact)(str(path), name)
                version = known or Version(self._register(client, files, sha256), sha256)
            log.info(
                "registry: %s version %s (%s), run %s", self.model, version.number, version.name, run.info.run_name
            )
            return version

    def promote(self, version: Version) -> None:
        """Makes a version the champion."""
        with self._client() as client:
            client.set_registered_model_alias(self.model, CHAMPION, version.number)

    @contextmanager
    def _client(self) -> "Iterator[MlflowClient]":
        if self.uri.startswith(_SQLITE):
            store = Path(self.uri.removeprefix(_SQLITE))
            if follow_move(store, self.artifacts):
                log.info("registry: %s was moved here, and now points to the artifacts that lie beside it", store)
        with _pointed_at(self.uri) as client:
            yield client

    def _register(self, client: "MlflowClient", files: Mapping[str, Path], sha256: str) -> str:
        """Logs the model so that MLflow can load it by itself: text and JSON, read by `_load_pyfunc`; no pickle."""
        import lightgbm
        import mlflow
        from mlflow.models import ModelSignature
        from mlflow.types import ColSpec, Schema

        model = Churn.load(files[SCORING])
        signature = ModelSignature(
            inputs=Schema([ColSpec("double", name, required=False) for name in model.features]),
            outputs=Schema([ColSpec("double", "risk")]),
        )
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / _FILES
            for name, path in files.items():
                shutil.copytree(path, data / name)
            with warnings.catch_warnings():
                # An input example would be rows of a firm's data, kept where nobody looks for them.
                warnings.filterwarnings("ignore", message=".*input example was not provided")
                logged = mlflow.pyfunc.log_model(
                    name="model",
                    loader_module=__name__,
                    data_path=str(data),
                    signature=signature,
                    pip_requirements=[f"lightgbm=={lightgbm.__version__}", "leaky-bucket"],
                )
        if not client.search_registered_models(f"name = '{self.model}'", max_results=1):
            client.create_registered_model(self.model)
        version = client.create_model_version(
            self.model, source=logged.model_uri, run_id=logged.run_id, model_id=logged.model_id, tags={_SAME: sha256}
        )
        return str(version.version)

    def _experiment(self, client: "MlflowClient") -> str:
        found = client.get_experiment_by_name(EXPERIMENT)
        if found:
            return str(found.experiment_id)
        location = self.artifacts.resolve().as_uri() if self.uri.startswith(_SQLITE) else None
        return str(client.create_experiment(EXPERIMENT, artifact_location=location))

    def _registered(self, client: "MlflowClient", sha256: str) -> Version | None:
        found = client.search_model_versions(f"name = '{self.model}' and tag.{_SAME} = '{sha256}'", max_results=1)
        return Version(str(found[0].version), sha256) if found else None


class _Served:
    """What MLflow calls when it serves the model: risks."""

    def __init__(self, model: Churn) -> None:
        self._model = model

    def predict(self, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002 - MLflow's signature
        return pd.DataFrame({"risk": self._model.risk(model_input)}, index=model_input.index)


def _load_pyfunc(path: str) -> _Served:
    """MLflow's hook: the name is theirs."""
    return _Served(Churn.load(Path(path) / SCORING))


@contextmanager
def _pointed_at(uri: str) -> "Iterator[MlflowClient]":
    """MLflow, pointed at the store, without its chatter and without sending anything anywhere.

    Afterwards it points to where it did before: MLflow keeps the address in the environment, where the next home of the
    same process would find it.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    for name in ("mlflow", "alembic"):  # MLflow sets its own level when it is imported
        logging.getLogger(name).setLevel(logging.WARNING)
    if uri.startswith(_SQLITE):
        Path(uri.removeprefix(_SQLITE)).parent.mkdir(parents=True, exist_ok=True)
    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(uri)
    try:
        yield mlflow.MlflowClient(tracking_uri=uri)
    finally:
        mlflow.set_tracking_uri(before)  # type: ignore[arg-type] # None forgets it


def flat(tree: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """The leaves of nested mappings by their paths, as MLflow names things.

    >>> flat({"a": {"b": 1}, "c": 2})
    {'a.b': 1, 'c': 2}
    """
    found: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value
    return found


def commit_of(folder: Path) -> str | None:
    """The git commit that a folder is a checkout of, or None."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-C", str(folder), "rev-parse", "--show-prefix", "HEAD"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words and our own folder
    prefix, _, commit = answer.stdout.rstrip("\n").partition("\n")
    # A prefix means that the folder lies inside a checkout of something else.
    return commit if answer.returncode == 0 and not prefix else None


def files_hash(folders: Mapping[str, Path]) -> str:
    """The SHA-256 of every file under these folders, and of its name; wherever the folders are."""
    digest = hashlib.sha256()
    for name, folder in sorted(folders.items()):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            digest.update(f"{name}/{path.relative_to(folder).as_posix()}\n{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
