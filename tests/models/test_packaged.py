"""A packaged model is whole: it loads and predicts where nothing of this project can be imported."""

import ast
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow.models import Model

from features.catalogue import catalogue
from features.language.tongue import speaking
from models.explain import shap_contributions
from models.packaged import NEEDED, SHIPPED
from models.reach import Reach, Window
from models.reasons import reasons
from models.vocabulary import Vocabulary
from tests.conftest import REPOSITORY
from tests.models.conftest import packaged
from tests.test_dvc_dependencies import closure

# Run with -I: neither the working folder nor PYTHONPATH is looked into; and what the environment has installed of the
# project is refused.
ELSEWHERE = """
import sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("leaky", "pipelines", "models", "features"):
            raise ImportError(f"{name}: nothing of the project is here")

sys.meta_path.insert(0, Refused())
import mlflow.pyfunc
import pandas as pd

folder, rows, found = sys.argv[1:]
served = mlflow.pyfunc.load_model(folder)
served.predict(pd.read_parquet(rows)).to_json(found, orient="records", double_precision=15)
own = [module for name, module in sys.modules.items() if name.startswith("leaky_bucket")]
assert own and all(module.__file__.startswith(folder) for module in own), own
"""


def elsewhere(folder: Path, rows: pd.DataFrame, tmp_path: Path) -> pd.DataFrame:
    """What the model in a folder predicts, in a process and a working folder where the project is not."""
    away = tmp_path / "away"
    away.mkdir(exist_ok=True)
    rows.to_parquet(away / "rows.parquet", index=False)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = [sys.executable, "-I", "-c", ELSEWHERE, folder, away / "rows.parquet", away / "found.json"]
    done = subprocess.run(words, cwd=away, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return pd.DataFrame(json.loads((away / "found.json").read_text()))


@pytest.fixture(scope="module")
def package(model, tmp_path_factory):
    return packaged(model, tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def folder(package, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    package.save(folder, Model())
    return folder


def test_where_the_project_is_not_it_gives_the_same_risks_and_reasons(folder, package, rows, tmp_path):
    sample = rows[rows["pace"] == "overdue"].head(50)[[*package.model.features, "pace"]]

    found = elsewhere(folder, sample, tmp_path)

    told = reasons(shap_contributions(package.model, sample), sample, package.model.profiles, catalogue())
    np.testing.assert_allclose(found["risk"], package.model.risk(sample), rtol=1e-12)
    np.testing.assert_allclose(found["risk_involuntary"], package.model.risk_involuntary(sample), rtol=1e-12)
    assert found["reason_1"].notna().sum() > 10
    for name in ("reason_1", "reason_1_code", "action_1", "reason_2", "reason_4_code"):
        assert found[name].fillna("").tolist() == told[name].fillna("").tolist(), name


def test_told_the_day_it_sees_windows_that_begin_before_the_records_in_full(model, rows, tmp_path):
    in_part = replace(model, reach=Reach({"complaints_180d": Window(180, "2022-12-01")}))
    packaged(in_part, tmp_path / "model").save(tmp_path / "package", Model())
    sample = rows.head(50)[[*model.features, "as_of"]]

    found = elsewhere(tmp_path / "package", sample, tmp_path)
    np.testing.assert_allclose(found["risk"], in_part.risk(sample), rtol=1e-12)
    without = elsewhere(tmp_path / "package", sample.drop(columns="as_of"), tmp_path)
    np.testing.assert_allclose(without["risk"], model.risk(sample), rtol=1e-12)
    assert not np.allclose(found["risk"], without["risk"])


def test_a_module_that_is_left_out_is_missed(folder, package, rows, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    (gone,) = broken.rglob("sentence.py")
    gone.unlink()

    with pytest.raises(AssertionError, match=r"No module named .*sentence"):
        elsewhere(broken, package.example, tmp_path)


def test_in_german_it_tells_where_the_project_is_not_what_it_tells_here(model, rows, tmp_path):
    sample = rows[rows["pace"] == "overdue"].head(50)[[*model.features, "pace"]]
    with speaking("de"):
        german = packaged(model, tmp_path / "model")
        told = reasons(shap_contributions(model, sample), sample, model.profiles, catalogue())
    german.save(tmp_path / "package", Model())

    found = elsewhere(tmp_path / "package", sample, tmp_path)

    assert found["sign"].str.contains("Tage seit der letzten Bestellung").any()
    for name in ("sign", "reason_1", "action_1", "reason_2", "holds_1"):
        assert found[name].fillna("").tolist() == told[name].fillna("").tolist(), name


def test_exactly_the_modules_that_a_prediction_imports_go_with_it():
    needed = {name for name in SHIPPED if not name.endswith("__init__.py")}

    assert closure(REPOSITORY / "models/served.py") == needed
    packages = {parent.as_posix() for name in needed for parent in Path(name).parents} - {"."}
    assert {name for name in SHIPPED if name.endswith("__init__.py")} == {f"{name}/__init__.py" for name in packages}


def test_what_must_be_installed_is_pinned_and_is_nothing_of_ours(folder):
    asked = dict(line.split("==") for line in (folder / "requirements.txt").read_text().split())

    assert set(asked) == {"mlflow", *NEEDED}
    assert asked["numpy"] == np.__version__
    assert asked["pandas"] == pd.__version__


def test_every_package_that_they_import_at_once_is_asked_for():
    theirs = set()
    for name in SHIPPED:
        for node in ast.parse((REPOSITORY / name).read_text()).body:
            if isinstance(node, ast.Import):
                theirs |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                theirs.add(str(node.module).split(".")[0])

    assert theirs - {"features", "models"} - sys.stdlib_module_names <= set(NEEDED)


def test_its_signature_names_every_feature_and_its_example_is_no_account(folder, package, rows):
    saved = Model.load(folder)
    example = saved.load_input_example(folder)

    features = [column.name for column in saved.get_input_schema() if column.required]
    assert features == list(package.model.features)
    assert [column.name for column in saved.get_output_schema()][:4] == [
        "risk",
        "risk_involuntary",
        "sign",
        "sign_code",
    ]
    median, worse = package.model.risk(example)
    assert worse > median
    assert example["amount_360d"].iloc[0] == package.model.profiles["amount_360d"].median


def test_words_that_travelled_say_of_every_feature_what_the_catalogue_says():
    known = catalogue()
    travelled = Vocabulary.from_json(json.loads(json.dumps(Vocabulary.of(known, known.by_name).as_json())))

    for value in (0.0, 1.0, 3.25):
        values = dict.fromkeys(known.by_name, value)
        for name, feature in known.by_name.items():
            assert travelled.by_name[name].sentence(values) == feature.sentence(values), name
    assert {code: cause.action for code, cause in travelled.reasons.items()} == {
        code: reason.action for code, reason in known.reasons.items()
    }
