"""A request that deletes documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from langchain_jacolbert.answers import Changed
from langchain_jacolbert.batches import Limits, batches, json_list
from langchain_jacolbert.call import Call, path_of, post, to_json
from langchain_jacolbert.errors import JacolbertError

BEFORE, AFTER = b'{"ids":', b"}"


@dataclass(frozen=True)
class Deletion:
    """A request that deletes documents by their ids, all or none."""

    path: str
    ids: list[str]
    call: Call[Changed] | None
    """`None` if there is nothing to delete."""

    @classmethod
    def of_ids(cls, collection: str, ids: Sequence[str], limits: Limits) -> Iterator[Deletion]:
        """The requests that delete these documents."""
        path = _path(collection)
        unique = list(dict.fromkeys(ids))
        items = [to_json(id, {"id": position}) for position, id in enumerate(unique)]
        n_other_bytes = len(BEFORE + json_list([]) + AFTER)
        for part in batches(items, n_other_bytes, limits, "id"):
            yield _deletion(path, unique[part.start : part.stop])

    def without_unknown(self, error: JacolbertError) -> Deletion:
        """The request without the id that the server does not know. Any other error is raised again."""
        unknown = error.at.get("id")
        if error.code != "unknown_document" or unknown not in self.ids:
            raise error
        return _deletion(self.path, [id for id in self.ids if id != unknown])


def deletion_by_filter(collection: str, filter: str) -> Iterator[Deletion]:
    """The request that deletes the documents whose metadata pass a filter."""
    path = _path(collection)
    yield Deletion(path, [], post(path, {"filter": filter}, Changed))


def _path(collection: str) -> str:
    return path_of("collections", collection, "delete")


def _deletion(path: str, ids: list[str]) -> Deletion:
    call = post(path, {"ids": ids}, Changed) if ids else None
    return Deletion(path, ids, call)
