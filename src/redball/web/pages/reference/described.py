"""The description of the API in the form that the page shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    place: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked."""

    method: str
    path: str
    tag: str
    summary: str
    words: str
    parameters: tuple[Parameter, ...]
    body: str
    answers: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        """Name of its place on the page."""
        return f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "")


def described(document: Mapping[str, Any]) -> list[Operation]:
    """Operations of an OpenAPI document, by path."""
    return list(_operations(document))


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in sorted(document.get("paths", {}).items()):
        for method in _METHODS:
            if method not in item:
                continue
            found = item[method]
            first, _, rest = str(found.get("description", "")).partition("\n")
            yield Operation(
                method=method.upper(),
                path=path,
                tag=(found.get("tags") or [""])[0],
                summary=first or str(found.get("summary", "")),
                words=rest.strip(),
                parameters=tuple(_parameter(one) for one in found.get("parameters", ())),
                body=_body(found.get("requestBody", {})),
                answers=tuple(
                    (status, str(answer.get("description", "")))
                    for status, answer in sorted(found.get("responses", {}).items())
                ),
            )


def _parameter(found: Mapping[str, Any]) -> Parameter:
    return Parameter(
        str(found["name"]),
        str(found.get("in", "")),
        _kind(found.get("schema", {})),
        bool(found.get("required", False)),
    )


def _body(found: Mapping[str, Any]) -> str:
    kinds = [
        f"{media}: {_kind(one.get('schema', {}))}"
        for media, one in found.get("content", {}).items()
    ]
    return "; ".join(kinds)


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
