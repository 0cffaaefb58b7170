"""Recording: an evaluation in MLflow, as its users look for it.

A run with a nested one for every tested day; the rows that were learned from and tested on as datasets; figures tied
to the model and to the rows that they are of; and a version of the registered model, which comes last, so that whatever
stops a recording leaves none half made.
"""

import json
import logging
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.packaged import Package
from models.registry import Registry, Version

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput, Metric
    from mlflow.tracking import MlflowClient

log = logging.getLogger(__name__)

MEASURED = (
    "test.* is of models of the same recipe, each tested on a day and trained on what was known by then. This model has"
    " learned from those days as well, so nothing is left to measure it on."
)
NOT_KEPT = "Made to be tested on one day, and not kept."
# What tags begin with that stand on a version as well, and on the run of a day.
OF_A_VERSION, OF_A_DAY = ("gate", "git_", "source", "data_version", "as_of"), ("git_", "source", "data_version")
_VALUE = 5000  # characters of a tag or parameter, within MLflow's limits


@dataclass(frozen=True)
class Data:
    """Rows that were learned from or tested on.

    digest: at most 36 characters that change with any of them. file: where they lie. rows, left: how many they are, and
    how many of these left by choice.
    """

    name: str
    digest: str
    file: Path
    rows: int
    left: int


@dataclass(frozen=True)
class DayTested:
    """A day of a backtest (YYYY-MM-DD): what its model learned from, what it was tested on, and its figures."""

    as_of: str
    training: Data
    testing: Data
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Remembered:
    """What is remembered of an evaluation.

    parameters, metrics: may be nested, and are logged as "a.b"; of metrics only the numbers. artifacts: what else to
    keep with the run: {name in the run: file or folder}. training: what the registered model learned from. testing: the
    rows of all `days`, of which metrics["test"] is.
    """

    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    tags: Mapping[str, str]
    artifacts: Mapping[str, Path]
    training: Data
    testing: Data
    days: tuple[DayTested, ...] = ()


def record(registry: Registry, package: Package, remembered: Remembered) -> Version:
    """Logs an evaluation and registers a version made of the package, unless the very same is registered already.

    So recording twice leaves two runs and one version.
    """
    tags = {name: text[:_VALUE] for name, text in remembered.tags.items()}
    with registry.client() as client:
        known = registry.registered(client, package.files_sha256, package.sha256)
        recorder = _Recorder(client, registry.experiment(client), tuple(package.model.features))
        of_version, of_day = (
            {name: text for name, text in tags.items() if name.startswith(begins)}
            for begins in (OF_A_VERSION, OF_A_DAY)
        )
        with recorder.run(f"{registry.model} {tags.get('as_of', '')}".strip(), tags) as run:
            model_id = known.model_id if known else recorder.log_package(run, package, of_version)
            recorder.log_origin_of(run, model_id, remembered.training, remembered.testing)
            recorder.log(
                run,
                {name: str(value)[:_VALUE] for name, value in flat(remembered.parameters).items()},
                [
                    *recorder.metrics({"test": remembered.metrics.get("test", {})}, remembered.testing, model_id),
                    *recorder.metrics({name: part for name, part in remembered.metrics.items() if name != "test"}),
                ],
            )
            for day in remembered.days:
                recorder.log_day(run, day, of_day)
            for name, path in remembered.artifacts.items():
                (client.log_artifacts if path.is_dir() else client.log_artifact)(run, str(path), name)
        if known:
            registry.tag(client, known, of_version)
            version = known.version
        else:
            hashes = {"files_sha256": package.files_sha256, "package_sha256": package.sha256}
            version = registry.register(client, model_id, run, **hashes, tags=of_version)
        log.info("registry: %s version %s (%s), run %s", registry.model, version.number, version.name, run)
        return version


@dataclass(frozen=True)
class _Recorder:
    """MLflow's client at one experiment; not `mlflow.start_run`, since whoever calls may have a run of their own."""

    client: "MlflowClient"
    experiment: str
    features: tuple[str, ...]

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str], parent: str | None = None) -> Iterator[str]:
        """The id of a run that is finished in the end, or has failed."""
        from mlflow.tracking.context.registry import resolve_tags
        from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT, MLFLOW_PARENT_RUN_ID

        found = {**resolve_tags(), **tags}
        if "git_commit" in found:
            found[MLFLOW_GIT_COMMIT] = found["git_commit"]
        if parent:
            found[MLFLOW_PARENT_RUN_ID] = parent
        run_id = str(self.client.create_run(self.experiment, tags=found, run_name=name).info.run_id)
        try:
            yield run_id
        except BaseException:
            self.client.set_terminated(run_id, "FAILED")
            raise
        self.client.set_terminated(run_id)

    def log_package(self, run: str, package: Package, tags: Mapping[str, str]) -> str:
        """The id of a model made of the package."""
        from mlflow.models import Model

        facts = {name: str(value) for name, value in package.model.about.items() if isinstance(value, str | int)}
        logged = self.client.create_logged_model(
            self.experiment, "model", run, {**tags, "measured": MEASURED}, facts, "churn"
        )
        about = Model(
            artifact_path=logged.artifact_location, run_id=run, model_uuid=logged.model_id, model_id=logged.model_id
        )
        with tempfile.TemporaryDirectory() as folder:
            package.save(Path(folder), about)
            self.client.log_model_artifacts(logged.model_id, folder)
        self.client.finalize_logged_model(logged.model_id, "READY")
        return str(logged.model_id)

    def log_day(self, parent: str, day: DayTested, tags: Mapping[str, str]) -> None:
        """A nested run, with a model that has no files: it was made for that day."""
        from mlflow.utils.mlflow_tags import MLFLOW_MODEL_IS_EXTERNAL

        learned = {"rows": str(day.training.rows), "leavers": str(day.training.left)}
        tags = {**tags, "as_of": day.as_of}
        with self.run(f"as_of {day.as_of}", tags, parent) as run:
            of_model = {**tags, MLFLOW_MODEL_IS_EXTERNAL: "true", "measured": NOT_KEPT}
            logged = self.client.create_logged_model(
                self.experiment, f"tested-{day.as_of}", run, of_model, learned, "churn, for a test"
            )
            self.client.finalize_logged_model(logged.model_id, "READY")
            self.log_origin_of(run, logged.model_id, day.training, day.testing)
            self.log(run, learned, self.metrics(day.metrics, day.testing, logged.model_id))

    def log_origin_of(self, run: str, model_id: str, training: Data, testing: Data) -> None:
        """What went into a run, and the model that came out of it."""
        from mlflow.entities import LoggedModelOutput

        self.client.log_inputs(run, [self._input(training, "training"), self._input(testing, "testing")])
        self.client.log_outputs(run, [LoggedModelOutput(model_id, step=0)])

    def log(self, run: str, parameters: Mapping[str, str], metrics: "list[Metric]") -> None:
        from mlflow.entities import Param

        self.client.log_batch(run, metrics, [Param(name, value) for name, value in parameters.items()])

    def metrics(
        self, figures: Mapping[str, Any], data: Data | None = None, model_id: str | None = None
    ) -> "list[Metric]":
        """The numbers among nested figures, tied to the rows and to the model that they are of."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        of = (data.name, data.digest) if data else (None, None)
        return [
            Metric(name, value, now, 0, model_id, *of)
            for name, value in flat(figures).items()
            if isinstance(value, int | float)
        ]

    def _input(self, data: Data, context: str) -> "DatasetInput":
        from mlflow.entities import Dataset, DatasetInput, InputTag
        from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

        columns = [{"type": "double", "name": name, "required": True} for name in self.features]
        dataset = Dataset(
            data.name,
            data.digest,
            "local",
            json.dumps({"uri": data.file.resolve().as_uri()}),
            json.dumps({"mlflow_colspec": columns}),
            json.dumps({"num_rows": data.rows, "left": data.left}),
        )
        return DatasetInput(dataset, [InputTag(MLFLOW_DATASET_CONTEXT, context)])


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
