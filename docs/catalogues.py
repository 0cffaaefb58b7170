"""Catalogues of languages, brought up to what the code says: a text that is new stands there untranslated.

    python docs/catalogues.py        all that are shipped
    python docs/catalogues.py fr     and a new one

What nobody says any more is taken out. Says what is left to do, and exits with 1 where there is something.
"""

import ast
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from features.catalogue import catalogue
from features.language import tongue
from features.language.declare import Reason
from features.language.tongue import CATALOGUES, ENGLISH, catalogue_of, plurals, speaking
from pipelines.exports.timeline import KINDS

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("features", "models", "pipelines", "leaky")
KEYWORDS = dict.fromkeys(("tr", "later", "told"))
METHODS = {".j2": "jinja2.ext:babel_extract", ".js": "javascript"}
_HEADER = 'msgid ""\nmsgstr ""\n"Language: {}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def texts() -> dict[str, list[str]]:
    """Every English text that people are told, with the files in which it stands."""
    found: dict[str, list[str]] = {}
    for text, file in (*_declared(), *_in_code()):
        files = found.setdefault(text, [])
        if file not in files:
            files.append(file)
    return found


def _declared() -> Iterator[tuple[str, str]]:
    for code, reason in catalogue().reasons.items():
        file = f"features/reasons/{code}.py"
        for text in (reason.title, reason.action, *_of_features(reason)):
            if text:
                yield text, file
    for kind in KINDS:
        yield kind.replace("_", " "), "features/tables.py"


def _of_features(reason: type[Reason]) -> Iterator[str | None]:
    for feature in reason.features():
        yield from (feature.template, feature.act)


def _in_code() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*")):
            name = path.relative_to(PROJECT).as_posix()
            if path.suffix == ".py":
                yield from ((text, name) for text in _in_python(path.read_text(encoding="utf-8")))
            elif path.suffix in METHODS and "assets" not in path.parts:
                with path.open("rb") as file:
                    for _, text, _, _ in extract(METHODS[path.suffix], file, KEYWORDS):
                        yield text[0] if isinstance(text, tuple) else text, name


def _in_python(code: str) -> Iterator[str]:
    """The texts in calls; also inside of f-strings, which Babel does not look into."""
    calls = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and node.args)
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
        text = call.args[0]
        if name in KEYWORDS and isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield text.value


def updated(path: Path) -> str:
    """The text of a catalogue with everything that the code says today and nothing else, as it was translated."""
    old = catalogue_of(path) if path.exists() else Catalog(locale=path.stem)
    new = Catalog(locale=path.stem)
    for text, files in texts().items():
        known = old.get(text)
        said = new.add(text, known.string if known else "", locations=[(file, 0) for file in files])
        said.flags = known.flags & {"fuzzy"} if known else set()
        said.user_comments = known.user_comments if known else []
    written = io.BytesIO()
    write_po(written, new, omit_header=True, include_lineno=False, width=120)
    return _HEADER.format(path.stem) + written.getvalue().decode("utf-8").strip() + "\n"


def faults(path: Path) -> list[str]:
    """What is wrong with a catalogue, a line each: texts without a translation, and translations that do not fit."""
    return [f"{path.name}: {fault}" for text in catalogue_of(path) if text.id for fault in _faults(text, path.stem)]


def _faults(text: Message, language: str) -> Iterator[str]:
    said = str(text.string)
    if not said:
        yield f"not translated: {text.id}"
        return
    if text.fuzzy:
        yield f"fuzzy: {text.id}"
    wanted, given = _values(str(text.id)), _values(said)
    if ("{days}" in text.id) != ("{days}" in said) or text.id.count("[") != said.count("["):
        yield f"other windows or asides than in English: {said}"
    if {name: _kind(spec) for name, spec in wanted.items()} != {name: _kind(spec) for name, spec in given.items()}:
        yield f"other values than in English: {said}"
        return
    with speaking(language):
        for spec in given.values():
            forms = len(plurals()) + (_kind(spec) == "#")
            if spec not in tongue.ALIKE and _kind(spec) in ("#", "0#") and spec.count("/") + 1 != forms:
                yield f"{forms} forms are wanted, for {'none and ' if _kind(spec) == '#' else ''}{plurals()}: {said}"


def _values(template: str) -> Mapping[str, str]:
    # A window is put in before anything else, also into names: {calls_from_them_{days}d}.
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(template.replace("{days}", "0")) if name}


def _kind(spec: str) -> str:
    """What of a value's form is the same in every language: all but the nouns."""
    if spec in tongue.ALIKE or "#" not in spec:
        return spec
    return spec[: spec.index("#") + 1]


def main() -> int:
    languages = sys.argv[1:] or [path.stem for path in CATALOGUES.glob("*.po")]
    left = []
    for language in languages:
        if language == ENGLISH:
            raise SystemExit("English stands in the code")
        path = CATALOGUES / f"{language}.po"
        text = updated(path)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        left += faults(path)
    print("\n".join(left))  # noqa: T201 - what is left to do
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
