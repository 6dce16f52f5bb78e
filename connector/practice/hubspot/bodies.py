"""Reading what a call sent; everything wrong with it is a 400, never an exception of ours."""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request
from connector.practice.hubspot.errors import invalid, not_json

Body = dict[str, Any]


def json_object(request: Request) -> Body:
    """The body, which must be a JSON object."""
    body = json_body(request)
    if not isinstance(body, dict):
        raise not_json("an object was expected")
    return body


def json_body(request: Request) -> Any:
    """The body, which must be JSON."""
    try:
        return request.json()
    except ValueError:
        raise not_json("the body could not be read") from None


def inputs_of(body: Body) -> list[Body]:
    """`inputs` of a batch: a list of objects."""
    return objects_of(body, "inputs")


def objects_of(body: Body, name: str) -> list[Body]:
    """A list of objects under `name`; nothing there is none."""
    held = body.get(name)
    if held is None and name != "inputs":
        return []
    if not isinstance(held, list) or not all(isinstance(item, dict) for item in held):
        raise not_json(f'"{name}" must be a list of objects')
    return held


def object_at(body: Body, name: str) -> Body:
    """An object under `name`; nothing there is an empty one."""
    held = body.get(name)
    if held is None:
        return {}
    if not isinstance(held, dict):
        raise not_json(f'"{name}" must be an object')
    return held


def text_at(body: Body, name: str, default: str = "") -> str:
    """A text (or number) under `name`."""
    held = body.get(name)
    if held is None:
        return default
    if isinstance(held, bool) or not isinstance(held, (str, int)):
        raise not_json(f'"{name}" must be a text')
    return str(held)


def whole(text: str | None, name: str, default: int, least: int = 0, most: int = 2**63) -> int:
    """A whole number out of a query, between `least` and `most`."""
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise invalid(f"{name} must be between {least} and {most}, and was {text}")
    return int(text)


def wants(request: Request, name: str) -> bool:
    """A flag in the query; clients send `True` with a capital too."""
    return (request.first(name) or "").lower() == "true"
