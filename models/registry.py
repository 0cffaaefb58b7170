"""Registry: the versions of a source's model, one of which is its champion, in MLflow's store."""

import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.layout import FILES
from models.relocation import EXPERIMENT, follow_move

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

log = logging.getLogger(__name__)

CHAMPION = "champion"
EVALUATED = "evaluated"  # the folder of the model that was tested last, which scores nothing and is no version
DESCRIPTION = (
    "Which accounts will leave by choice, and why. The version that scores has the alias champion; the gate gives it."
)
_SAME, _PACKAGE = "files_sha256", "package_sha256"
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
class Registered:
    """A version with the id of the logged model that it is, and its tags."""

    version: Version
    model_id: str
    tags: Mapping[str, str]


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
        with self.client() as client:
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
            with self.client():
                import mlflow

                mlflow.artifacts.download_artifacts(f"models:/{self.model}/{version.number}", dst_path=folder)
            yield Path(folder) / "data" / FILES

    def promote(self, version: Version) -> None:
        """Makes a version the champion."""
        with self.client() as client:
            client.set_registered_model_alias(self.model, CHAMPION, version.number)

    @contextmanager
    def client(self) -> "Iterator[MlflowClient]":
        """MLflow's client of the store, which is first pointed at the artifacts beside it where it was moved."""
        if self.uri.startswith(_SQLITE):
            store = Path(self.uri.removeprefix(_SQLITE))
            if follow_move(store, self.artifacts):
                log.info("registry: %s was moved here, and now points to the artifacts that lie beside it", store)
        with _pointed_at(self.uri) as client:
            yield client

    def registered(self, client: "MlflowClient", files_sha256: str, package_sha256: str) -> Registered | None:
        """The version that is made of the same files and goes with the same code and words."""
        same = f"tag.{_SAME} = '{files_sha256}' and tag.{_PACKAGE} = '{package_sha256}'"
        for found in client.search_model_versions(f"name = '{self.model}' and {same}", max_results=1):
            # MLflow keeps the id in the version's source alone.
            return Registered(
                Version(str(found.version), files_sha256), str(found.source).rpartition("/")[2], found.tags
            )
        return None

    def register(
        self,
        client: "MlflowClient",
        logged: str,
        run: str,
        *,
        files_sha256: str,
        package_sha256: str,
        tags: Mapping[str, str],
    ) -> Version:
        """A new version, made of a model that a run has logged."""
        if not client.search_registered_models(f"name = '{self.model}'", max_results=1):
            client.create_registered_model(self.model, description=DESCRIPTION)
        hashes = {_SAME: files_sha256, _PACKAGE: package_sha256}
        made = client.create_model_version(
            self.model, source=f"models:/{logged}", run_id=run, model_id=logged, tags={**tags, **hashes}
        )
        link = [{"name": self.model, "version": made.version}]  # the model's page shows it
        client.set_logged_model_tags(logged, {"mlflow.modelVersions": json.dumps(link)})
        return Version(str(made.version), files_sha256)

    def tag(self, client: "MlflowClient", registered: Registered, tags: Mapping[str, str]) -> None:
        """Gives a version these tags; what another gate said of it is no more."""
        number = registered.version.number
        for name in registered.tags.keys() - tags.keys():
            if name.startswith("gate"):
                client.delete_model_version_tag(self.model, number, name)
        for name, text in tags.items():
            if registered.tags.get(name) != text:
                client.set_model_version_tag(self.model, number, name, text)

    def experiment(self, client: "MlflowClient") -> str:
        """The id of the experiment that holds all runs, made where there is none."""
        found = client.get_experiment_by_name(EXPERIMENT)
        if found:
            return str(found.experiment_id)
        location = self.artifacts.resolve().as_uri() if self.uri.startswith(_SQLITE) else None
        kind = {"mlflow.experimentKind": "custom_model_development"}  # else its page looks for chats, not for models
        return str(client.create_experiment(EXPERIMENT, artifact_location=location, tags=kind))


@contextmanager
def _pointed_at(uri: str) -> "Iterator[MlflowClient]":
    """MLflow, pointed at the store, without its chatter and without sending anything anywhere.

    Afterwards it points to where it did before: MLflow keeps the address in the environment, where the next home of the
    same process would find it.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")  # the folder of whoever calls is no part of the model
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
