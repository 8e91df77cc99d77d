"""Metadata of documents: what the server can store without changing it, and what comes back."""

from __future__ import annotations

import math
from typing import Any

from langchain_jacolbert.errors import JacolbertInputError

MAX_DEPTH = 100
"""Levels of nesting. The server refuses bodies of more than 128."""

MIN_INTEGER, MAX_INTEGER = -(2**63), 2**64 - 1
"""Integers beyond these would come back as other numbers."""

NO_OBJECT = "value"
"""The key of metadata that are no object, which documents may have that did not come from LangChain."""


def check_metadata(metadata: Any, at: dict[str, Any]) -> None:
    """Refuse metadata that JSON cannot hold as they are; tuples become lists. The error names the key."""
    if not isinstance(metadata, dict):
        raise _invalid("metadata", f"must be a dict, not {type(metadata).__name__}", at)
    _check_object(metadata, "", MAX_DEPTH, at)


def metadata_of(stored: Any) -> dict[str, Any]:
    """Stored metadata as a `Document` has them."""
    if stored is None:
        return {}
    if isinstance(stored, dict):
        return dict(stored)
    return {NO_OBJECT: stored}


def with_key(metadata: dict[str, Any], key: str, value: Any, option: str, document_id: str | None) -> dict[str, Any]:
    """A copy with one more key, which the metadata must not have yet. `option` is the setting that names the key."""
    if key in metadata:
        reason = f"the metadata of document {document_id!r} have the key {key!r} already; choose another {option}"
        raise JacolbertInputError("metadata_key_taken", reason, {"key": key, "id": document_id})
    return {**metadata, key: value}


def _check_object(value: dict[Any, Any], path: str, depth: int, at: dict[str, Any]) -> None:
    for key, part in value.items():
        if not isinstance(key, str):
            raise _invalid(path or "metadata", f"has the key {key!r}, which is no text", at)
        place = f"{path}.{key}" if path else key
        if not _is_utf8(key):
            raise _invalid(ascii(place), "has a lone surrogate in its name", at)
        _check_value(part, place, depth - 1, at)


def _check_value(value: Any, path: str, depth: int, at: dict[str, Any]) -> None:
    if depth < 0:
        raise _invalid(path.split(".")[0].split("[")[0], f"is nested more than {MAX_DEPTH} levels deep", at)
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if not _is_utf8(value):
            raise _invalid(path, "has a lone surrogate, which is no character", at)
    elif isinstance(value, int):
        if not MIN_INTEGER <= value <= MAX_INTEGER:
            raise _invalid(path, "is an integer of more than 64 bits", at)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _invalid(path, f"is {value}, which JSON does not have", at)
    elif isinstance(value, dict):
        _check_object(value, path, depth, at)
    elif isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            _check_value(part, f"{path}[{number}]", depth - 1, at)
    else:
        raise _invalid(path, f"is of type {type(value).__name__}, which JSON does not have", at)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _invalid(path: str, what: str, at: dict[str, Any]) -> JacolbertInputError:
    name = "metadata" if path == "metadata" else f"metadata key {path!r}"
    return JacolbertInputError("invalid_metadata", f"{name} {what}", {**at, "key": path})
