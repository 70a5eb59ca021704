"""The things that can be asked about, and which of them an image surely shows or surely lacks.

A caption that is silent about a thing does not deny it. A thing is denied only where the kind of
scene excludes it, and never against a caption.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from unirs_lab.data.real.scenes import SCENES

EVERY_SCENE = frozenset(name for names in SCENES.values() for name in names.values())

CROPS = {"farmland", "annual crop", "permanent crop"}
DRY = {"desert", "bare land", "chaparral"}
GREEN = {"forest", "meadow", "pasture", "herbaceous vegetation", "wetland"} | CROPS
NATURE = DRY | GREEN | {"sea or lake", "mountain"}
HOMES = {
    *("dense residential area", "medium residential area", "sparse residential area"),
    *("residential area", "mobile home park"),
}
TOWN = HOMES | {
    *("commercial area", "industrial area", "center", "square", "school", "church", "stadium"),
    *("railway station", "buildings"),
}
SPORT = {"baseball field", "playground", "tennis court", "stadium", "golf course"}
ROADS = {"freeway", "highway", "intersection", "overpass", "viaduct"}
TRAFFIC = ROADS | {"parking lot", "runway", "airport", "airplane", "railway station"}
WATERSIDE = {
    *("beach", "river", "pond", "lake", "island", "port", "harbor", "bridge", "sea or lake"),
    *("resort", "wetland"),
}
WILD = NATURE - {"mountain", "pasture", "permanent crop", "wetland", "farmland"}
"""Nature in which there is surely no building."""

URBAN = ROADS - {"freeway", "highway"} | TOWN - {"sparse residential area"} | {"parking lot"}
RURAL = NATURE
DENSITY = {
    **dict.fromkeys(WILD, "not at all"),
    **dict.fromkeys(("dense residential area", "commercial area", "center"), "densely"),
    **dict.fromkeys(("medium residential area", "residential area"), "moderately"),
    "mobile home park": "densely",
    "sparse residential area": "sparsely",
}
"""How densely the land is built on, where the kind of scene implies it."""


@dataclass(frozen=True)
class Thing:
    """Something that can be asked about.

    Attributes:
        one: With its article: "an airplane".
        many: Plural: "airplanes".
        hints: Regular expression of the words in captions that may mean it: an image whose captions
            have one is never an example of its absence.
        names: Regular expression of the words that name it: captions with one affirm it.
        affirmed: Scenes that surely show it.
        excluded: Scenes that surely do not.
    """

    one: str
    many: str
    hints: re.Pattern[str]
    names: re.Pattern[str]
    affirmed: Set[str]
    excluded: Set[str]

    @property
    def bare(self) -> str:
        """Singular without its article."""
        return self.one.split(" ", 1)[1]


def _thing(
    one: str, many: str, hints: str, affirmed: Set[str], excluded: Set[str], names: str = ""
) -> Thing:
    names = names or rf"{re.escape(one.split(' ', 1)[1])}(s|es)?"
    return Thing(
        one=one,
        many=many,
        hints=re.compile(rf"\b({hints})\b"),
        names=re.compile(rf"\b({names})\b"),
        affirmed=affirmed,
        excluded=excluded - affirmed,
    )


_WATER_WORDS = r"water|rivers?|lakes?|ponds?|ocean|sea|pools?|stream|creek|bay|harbou?r|lagoon"
_VESSELS = r"boats?|ships?|yachts?"
_CARS = r"cars?|vehicles?|trucks?|bus(es)?|parked|traffic"
_BUILDINGS = (
    r"buildings?|houses?|homes?|villas?|factor\w+|church\w*|school\w*|stadium\w*|station|"
    r"terminals?|hotels?|plants?|roofs?"
)
_DRY_GROUND = (
    DRY
    | CROPS
    | {
        *("parking lot", "baseball field", "playground", "railway station", "airplane", "runway"),
        *("mobile home park", "freeway", "intersection", "church", "storage tanks", "tennis court"),
    }
)
_NO_VESSELS = (
    EVERY_SCENE
    - WATERSIDE
    - {
        *("viaduct", "overpass", "highway", "industrial area", "commercial area", "park"),
        *("storage tanks", "mountain"),
    }
)
_NO_SPORT = NATURE | {
    *("runway", "freeway", "overpass", "intersection", "storage tanks", "airplane", "port"),
    *("harbor", "airport", "beach", "viaduct"),
}
_STILL_WATER = {"pond", "river", "island", "lake"}

THINGS = (
    _thing(
        *("an airplane", "airplanes", r"planes?|airplanes?|aircrafts?"),
        affirmed={"airplane"},
        excluded=EVERY_SCENE - {"airport", "runway"},
        names=r"planes?|airplanes?|aircrafts?",
    ),
    _thing("a boat", "boats", _VESSELS, {"harbor"}, _NO_VESSELS),
    _thing("a ship", "ships", _VESSELS, set(), _NO_VESSELS),
    _thing(
        *("a bridge", "bridges", r"bridges?|viaducts?|overpass\w*"),
        affirmed={"bridge"},
        excluded=NATURE - {"mountain"}
        | HOMES
        | SPORT - {"golf course"}
        | {"church", "school", "parking lot", "airport", "airplane", "runway", "storage tanks"}
        | {"beach", "harbor"},
    ),
    _thing(
        *("a water area", "water areas", _WATER_WORDS),
        affirmed=_STILL_WATER | {"sea or lake", "beach", "harbor", "port"},
        excluded=_DRY_GROUND,
        names=_WATER_WORDS,
    ),
    _thing(
        *("a building", "buildings", _BUILDINGS),
        affirmed=TOWN,
        excluded=WILD | {"runway"},
        names=r"buildings?|houses?",
    ),
    _thing(
        *("a house", "houses", r"houses?|homes?|villas?|residential"),
        affirmed=HOMES,
        excluded=WILD
        | {"runway", "airplane", "port", "storage tanks", "freeway", "railway station", "stadium"}
        | {"parking lot"},
    ),
    _thing(
        *("a residential area", "residential areas", r"residential|houses?|homes?|villas?"),
        affirmed=HOMES,
        excluded=NATURE - {"mountain"}
        | {"runway", "airplane", "airport", "port", "storage tanks", "freeway", "stadium"}
        | {"parking lot", "harbor", "beach", "industrial area"},
    ),
    _thing(
        *("a road", "roads"),
        r"roads?|streets?|highways?|freeways?|lanes?|viaducts?|paths?|overpass\w*|"
        r"intersection\w*|avenues?",
        affirmed=ROADS | {"dense residential area", "medium residential area"},
        excluded={"desert", "forest", "sea or lake", "chaparral", "wetland"},
    ),
    _thing(
        *("a car", "cars", _CARS),
        affirmed={"parking lot"},
        excluded=NATURE | {"pond", "island", "lake"},
    ),
    _thing(
        *("a vehicle", "vehicles", _CARS),
        affirmed={"parking lot"},
        excluded=NATURE | {"pond", "island", "lake"},
        names=r"cars?|vehicles?|trucks?",
    ),
    _thing(
        *("a tree", "trees"),
        r"trees?|woods?|forests?|plants?|vegetation|bush\w*|shrub\w*|mangrove\w*",
        affirmed={"forest", "park"},
        excluded={"desert", "runway", "sea or lake", "airplane", "harbor"},
    ),
    _thing(
        *("a forest", "forests", r"forests?|woods?|trees?"),
        affirmed={"forest"},
        excluded={"desert", "dense residential area", "sea or lake", "beach", "bare land"}
        | {"annual crop", "pasture", "commercial area", "industrial area", "mobile home park"}
        | {"stadium", "square", "center", "buildings", "tennis court", "storage tanks", "port"}
        | {"harbor"}
        | TRAFFIC - {"viaduct", "overpass", "highway"},
    ),
    _thing(
        *("a grass area", "grass areas", r"grass\w*|lawns?|meadows?|green\w*|fields?|turf"),
        affirmed={"meadow", "pasture", "golf course"},
        excluded={"desert", "sea or lake", "harbor"},
        names=r"grass\w*|lawns?|meadows?",
    ),
    _thing(
        *("a piece of farmland", "farmlands", r"farm\w*|fields?|crop\w*|agricultur\w*|terraces?"),
        affirmed=CROPS,
        excluded=HOMES - {"sparse residential area", "residential area"}
        | {"commercial area", "center", "parking lot", "port", "harbor", "stadium", "desert"}
        | {"forest", "sea or lake", "beach", "storage tanks", "square", "church", "school"}
        | {"tennis court", "intersection", "chaparral", "buildings"},
        names=r"farm\w*",
    ),
    _thing(
        *("a parking lot", "parking lots", r"parking|parked|cars?"),
        affirmed={"parking lot"},
        excluded=NATURE | {"pond", "island", "lake", "runway"},
    ),
    _thing(
        *("a storage tank", "storage tanks", r"tanks?"),
        affirmed={"storage tanks"},
        excluded=EVERY_SCENE - {"industrial area", "port", "harbor", "airport"},
    ),
    _thing(
        *("a swimming pool", "swimming pools", r"pools?"),
        affirmed=set(),
        excluded=NATURE
        | ROADS - {"highway"}
        | {"runway", "parking lot", "storage tanks", "bridge", "railway station", "airplane"},
    ),
    _thing(
        *("a tennis court", "tennis courts", r"courts?"),
        affirmed={"tennis court"},
        excluded=_NO_SPORT - {"viaduct"} | {"railway station"},
    ),
    _thing(
        *("a baseball field", "baseball fields", r"baseball|diamond"),
        affirmed={"baseball field"},
        excluded=_NO_SPORT
        | HOMES
        | _STILL_WATER
        | {"railway station", "bridge", "industrial area", "commercial area", "square"},
    ),
    _thing(
        *("a playground", "playgrounds"),
        r"playgrounds?|football|basketball|baseball|track|courts?|sports?",
        affirmed={"playground"},
        excluded=_NO_SPORT | _STILL_WATER,
    ),
    _thing(
        *("a stadium", "stadiums", r"stadium\w*|football|track|ground"),
        affirmed={"stadium"},
        excluded=_NO_SPORT | HOMES | _STILL_WATER | {"bridge"},
    ),
    _thing(
        *("a railway", "railways", r"rail\w*|trains?|station"),
        affirmed={"railway station"},
        excluded={"forest", "desert", "sea or lake", "beach", "island", "lake", "wetland", "pond"}
        | {"golf course", "baseball field", "tennis court", "runway", "airplane", "church"}
        | {"meadow", "harbor", "mobile home park"},
    ),
    _thing(
        *("a beach", "beaches", r"beach\w*|sand\w*|coast\w*|shore\w*"),
        affirmed={"beach"},
        excluded=TOWN
        | DRY
        | CROPS
        | {"forest", "parking lot", "airplane", "runway", "freeway", "intersection", "viaduct"}
        | {"baseball field", "storage tanks"},
    ),
    _thing(
        *("a mountain", "mountains", r"mountain\w*|hills?|ridge\w*|peaks?"),
        affirmed={"mountain"},
        excluded=TOWN
        | SPORT
        | TRAFFIC - {"viaduct", "highway"}
        | {"port", "harbor", "storage tanks", "sea or lake"},
    ),
    _thing(
        *("a runway", "runways", r"runways?|airport\w*"),
        affirmed={"runway"},
        excluded=EVERY_SCENE - {"airport", "airplane"},
    ),
    _thing(
        *("a desert", "deserts", r"desert\w*|sand\w*|dunes?"),
        affirmed={"desert"},
        excluded=TOWN | GREEN | SPORT | WATERSIDE - {"beach"},
    ),
    _thing(
        *("an industrial building", "industrial buildings"),
        r"industr\w*|factor\w*|plants?|warehouse\w*",
        affirmed={"industrial area"},
        excluded=NATURE
        | HOMES
        | _STILL_WATER
        | {"beach", "golf course", "baseball field", "runway"},
    ),
    _thing(
        *("a river", "rivers", r"rivers?|water|stream|creek|canal"),
        affirmed={"river"},
        excluded=_DRY_GROUND | {"dense residential area", "stadium"},
    ),
    _thing(
        *("a lake", "lakes", r"lakes?|water|ponds?"),
        affirmed={"lake", "pond"},
        excluded=_DRY_GROUND | {"dense residential area", "stadium"},
    ),
)


Facts = tuple[list[Thing], list[Thing]]
"""What is surely there and what is surely not."""


def known_of_all(parts: Sequence[Facts]) -> Facts:
    """What is known of an image that is made of others: what is in one of them, and in none."""
    there = [thing for thing in THINGS if any(thing in part for part, _ in parts)]
    absent = [thing for thing in THINGS if all(thing in part for _, part in parts)]
    return there, absent


def known(scene: str | None, captions: Sequence[str]) -> Facts:
    """What is surely there and what is surely not.

    Args:
        scene: Kind of place, one of ``EVERY_SCENE``, if known.
        captions: Sentences about the image.
    """
    text = " ".join(captions).lower()
    there = [t for t in THINGS if scene in t.affirmed or t.names.search(text)]
    absent = [t for t in THINGS if scene in t.excluded and not t.hints.search(text)]
    return there, [thing for thing in absent if thing not in there]
