"""Batches: requests that stay within the limits of the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from langchain_jacolbert.errors import JacolbertInputError

DEFAULT_COUNT = 1_000
"""Documents, ids or texts of a request that the server accepts unless it is told otherwise."""

DEFAULT_BYTES = 8 << 20
"""Bytes of a body that the server accepts unless it is told otherwise."""


@dataclass(frozen=True)
class Limits:
    """What one request may have."""

    count: int = DEFAULT_COUNT
    bytes: int = DEFAULT_BYTES

    def __post_init__(self) -> None:
        if self.count < 1 or self.bytes < 1:
            raise JacolbertInputError("invalid_limit", "a request must be allowed one item and one byte at least")


def batches(items: Sequence[bytes], n_other_bytes: int, limits: Limits, what: str) -> Iterator[range]:
    """The ranges of items that go into one body each, in order, as few as possible.

    A body is a JSON list of items and `n_other_bytes` around it. An item that fits no body is the error
    `document_too_large`, which comes before the first range. `what` is the name of an item.
    """
    room = limits.bytes - n_other_bytes
    for position, item in enumerate(items):
        if len(item) > room:
            reason = f"{what} {position} takes {len(item) + n_other_bytes} bytes, and a request {limits.bytes} at most"
            raise JacolbertInputError("document_too_large", reason, {what: position, "limit": limits.bytes})
    return _ranges(items, room, limits.count)


def json_list(items: Sequence[bytes]) -> bytes:
    """The list of items that are JSON."""
    return b"[" + b",".join(items) + b"]"


def _ranges(items: Sequence[bytes], room: int, count: int) -> Iterator[range]:
    start, n_bytes = 0, 0
    for position, item in enumerate(items):
        if position - start == count or n_bytes + len(item) > room:
            yield range(start, position)
            start, n_bytes = position, 0
        n_bytes += len(item) + len(",")
    if start < len(items):
        yield range(start, len(items))
