"""Names: made-up but readable names of firms, people and places, so that a page of results can be read."""

import numpy as np

SEGMENTS = ("Small business", "Mid-size business", "Key account")
REGIONS = ("West", "South", "North", "Rhine-Main", "East", "Alps")
_TOWNS = (
    ("Köln", "Essen", "Dortmund", "Aachen", "Münster", "Bielefeld"),
    ("Ulm", "Stuttgart", "Augsburg", "Nürnberg", "Regensburg", "Freiburg"),
    ("Hamburg", "Bremen", "Kiel", "Lübeck", "Rostock", "Hannover"),
    ("Frankfurt", "Mainz", "Darmstadt", "Hanau", "Wiesbaden", "Mannheim"),
    ("Leipzig", "Dresden", "Jena", "Erfurt", "Chemnitz", "Potsdam"),
    ("Kempten", "Rosenheim", "Garmisch", "Lindau", "Traunstein", "Füssen"),
)
INDUSTRIES = (
    "Hospitality",
    "Construction",
    "Metalwork",
    "Food retail",
    "Healthcare",
    "Printing",
    "Education",
    "Logistics",
)
_TRADES = (
    ("Hotel", "Catering", "Gasthaus", "Events"),
    ("Bau", "Dachbau", "Elektrotechnik", "Holzbau"),
    ("Metallbau", "Werkzeuge", "Maschinenbau", "Stahl"),
    ("Feinkost", "Backwaren", "Biomarkt", "Getränke"),
    ("Pflege", "Medizintechnik", "Labor", "Apotheke"),
    ("Druck", "Medien", "Verpackung", "Papier"),
    ("Akademie", "Sprachschule", "Lernzentrum", "Institut"),
    ("Spedition", "Lager", "Transporte", "Kurier"),
)
_SURNAMES = (
    "Ahrens", "Albers", "Bachmann", "Bergmann", "Brandt", "Busch", "Carstens", "Dietrich", "Ebert", "Engel",
    "Falk", "Fiedler", "Frank", "Geiger", "Graf", "Haas", "Hartmann", "Heinze", "Hoffmann", "Horn",
    "Jansen", "Jäger", "Kaiser", "Keller", "Köhler", "Kramer", "Krüger", "Kuhn", "Lange", "Lindner",
    "Lorenz", "Ludwig", "Maurer", "Menzel", "Metz", "Möller", "Neumann", "Nolte", "Ott", "Paulsen",
    "Petersen", "Pohl", "Quandt", "Reuter", "Richter", "Roth", "Sander", "Sauer", "Schäfer", "Scholz",
    "Seidel", "Simon", "Sommer", "Stein", "Thiele", "Ulrich", "Vogel", "Voss", "Wagner", "Winkler",
)  # fmt: skip
_FIRST_NAMES = (
    "Anna", "Ben", "Carla", "Daniel", "Elif", "Felix", "Greta", "Hannes", "Ines", "Jonas",
    "Katrin", "Leon", "Mara", "Niklas", "Olga", "Paul", "Ronja", "Samir", "Tina", "Yusuf",
    "Amelie", "Bruno", "Clara", "Dilan", "Emil", "Frieda", "Goran", "Helen", "Ivan", "Jana",
    "Kai", "Lena", "Milan", "Nora", "Oskar", "Pia", "Rafael", "Sofia", "Tom", "Vera",
)  # fmt: skip
_FORMS = ("{} {} {}", "{1} {0} {2}", "{} & Söhne {} {}", "{} {} GmbH {}", "{1}haus {0} {2}")
PRODUCT_LINES = ("Fasteners", "Tools", "Safety", "Cleaning", "Packaging", "Electrical", "Adhesives", "Office")


def firm_names(chance: np.random.Generator, industry: np.ndarray, region: np.ndarray) -> np.ndarray:
    """A name for every firm that tells its trade and town; a number is added where names would repeat."""
    number = len(industry)
    surname = chance.integers(0, len(_SURNAMES), number)
    trade = np.array(_TRADES)[industry, chance.integers(0, 4, number)]
    town = np.array(_TOWNS)[region, chance.integers(0, 6, number)]
    form = chance.choice(len(_FORMS), number, p=(0.3, 0.25, 0.1, 0.25, 0.1))
    seen: dict[str, int] = {}
    names = np.empty(number, dtype=object)
    for at, (one, two, three, shape) in enumerate(zip(surname, trade, town, form, strict=True)):
        name = _FORMS[shape].format(_SURNAMES[one], two, three)
        seen[name] = seen.get(name, 0) + 1
        names[at] = name if seen[name] == 1 else f"{name} {seen[name]}"
    return names


def people(chance: np.random.Generator, number: int) -> np.ndarray:
    """Names of people; no two are the same before all pairs are used up."""
    pairs = len(_FIRST_NAMES) * len(_SURNAMES)
    drawn = np.concatenate([chance.permutation(pairs) for _ in range(number // pairs + 1)])[:number]
    return np.array(
        [f"{_FIRST_NAMES[pair % len(_FIRST_NAMES)]} {_SURNAMES[pair // len(_FIRST_NAMES)]}" for pair in drawn],
        dtype=object,
    )


def numbered(prefix: str, number: int, first: int = 1) -> np.ndarray:
    """Identifiers such as A00042, wide enough for all of them, and never fewer than five digits."""
    width = max(5, len(str(number + first)))
    return np.array([f"{prefix}{n:0{width}d}" for n in range(first, number + first)], dtype=object)


def numbered_in_time(prefix: str, at: np.ndarray) -> np.ndarray:
    """Identifiers that count up in the order of the moments."""
    numbers = np.empty(len(at), dtype=object)
    numbers[np.argsort(at, kind="stable")] = numbered(prefix, len(at))
    return numbers
