"""A request to the server, and the type of its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from langchain_jacolbert.errors import JacolbertInputError

AnswerT = TypeVar("AnswerT", bound=BaseModel)


@dataclass(frozen=True)
class Call(Generic[AnswerT]):
    """A request to the server, and the type of its answer. All requests of this package can be repeated."""

    method: str
    path: str
    body: bytes | None
    answer: type[AnswerT]


def get(path: str, answer: type[AnswerT]) -> Call[AnswerT]:
    """A request without a body."""
    return Call("GET", path, None, answer)


def post(path: str, body: dict[str, Any], answer: type[AnswerT]) -> Call[AnswerT]:
    """A request with a JSON body. A field that is `None` is left out."""
    given = {name: value for name, value in body.items() if value is not None}
    return Call("POST", path, to_json(given, {}), answer)


def to_json(value: Any, at: dict[str, Any]) -> bytes:
    """The JSON of a value in UTF-8. `at` is the place that an error names."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise lone_surrogate(error, at) from None


def path_of(*parts: str) -> str:
    """A path below `/v1`. Each part may have any character; dots are escaped, too, since `..` would leave the path."""
    return "/v1/" + "/".join(_escape(part) for part in parts)


def lone_surrogate(error: UnicodeEncodeError, at: dict[str, Any]) -> JacolbertInputError:
    """The error of a text that is no UTF-8."""
    surrogate = ord(error.object[error.start])
    reason = f"a text has the lone surrogate U+{surrogate:04X}, which is no character"
    return JacolbertInputError("invalid_text", reason, at)


def _escape(part: str) -> str:
    try:
        return quote(part, safe="").replace(".", "%2E")
    except UnicodeEncodeError as error:
        raise lone_surrogate(error, {}) from None
