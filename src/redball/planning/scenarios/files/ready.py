"""Ready scenarios on the example coalition."""

from functools import cache
from importlib import resources
from types import MappingProxyType

from redball.planning.scenarios.files.read import read_scenario
from redball.planning.scenarios.scenario import Scenario


@cache
def library() -> MappingProxyType[str, Scenario]:
    """Ready scenarios by their short name, in alphabetical order.

    They name sites, parties and nations of the example coalition that ``redball demo`` makes; on
    another twin ``compile_scenario`` says which names it does not hold.
    """
    folder = resources.files("redball.planning.scenarios") / "library"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")),
                   key=lambda file: file.name)  # fmt: skip
    return MappingProxyType(
        {
            file.name.removesuffix(".toml").replace("_", "-"): read_scenario(
                file.read_text("utf-8")
            )
            for file in found
        }
    )
