"""Batches against their definition."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from langchain_jacolbert.batches import Limits, batches, json_list
from langchain_jacolbert.errors import JacolbertInputError


def fits(items: list[bytes], n_other_bytes: int, limits: Limits) -> bool:
    return len(items) <= limits.count and len(json_list(items)) + n_other_bytes - len(json_list([])) <= limits.bytes


def test_batches_are_whole_in_order_within_the_limits_and_as_few_as_possible() -> None:
    chance = random.Random(7)
    for _ in range(2_000):
        items = [b"x" * chance.randint(1, 12) for _ in range(chance.randint(0, 12))]
        n_other_bytes = chance.randint(2, 9)
        limits = Limits(chance.randint(1, 6), n_other_bytes + chance.randint(12, 40))
        parts = [items[part.start : part.stop] for part in batches(items, n_other_bytes, limits, "item")]
        assert [item for part in parts for item in part] == items
        assert all(part and fits(part, n_other_bytes, limits) for part in parts)
        for part, following in pairwise(parts):
            assert not fits([*part, following[0]], n_other_bytes, limits)


def test_an_item_at_the_limit_fits_and_one_byte_more_does_not() -> None:
    limits = Limits(9, 10)
    assert list(batches([b"x" * 8], 2, limits, "item")) == [range(1)]
    with pytest.raises(JacolbertInputError, match="item 1 takes 11 bytes"):
        batches([b"x", b"x" * 9], 2, limits, "item")
