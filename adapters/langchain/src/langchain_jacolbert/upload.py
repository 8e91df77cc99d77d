"""Documents on their way to a collection: checked first, then stored by one request or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langchain_core.documents import Document

from langchain_jacolbert.answers import Changed
from langchain_jacolbert.batches import Limits, batches, json_list
from langchain_jacolbert.call import Call, path_of, to_json
from langchain_jacolbert.errors import JacolbertError, JacolbertInputError
from langchain_jacolbert.metadata import check_metadata

BEFORE, AFTER = b'{"mode":"upsert","documents":', b"}"


@dataclass(frozen=True)
class Upload:
    """Documents on their way to a collection. All of them are valid."""

    ids: list[str]
    records: list[bytes]

    @classmethod
    def new(cls, documents: Sequence[Document], ids: Sequence[str | None] | None, details_key: str | None) -> Upload:
        """Check all documents. A document without an id gets a random one.

        Metadata must leave `details_key` free, under which searches put their details.
        """
        given = [document.id for document in documents] if ids is None else list(ids)
        check_count("ids", len(given), "documents", len(documents))
        named = [_new_id() if id is None else id for id in given]
        _check_unique(named)
        pairs = zip(documents, named, strict=True)
        records = [_record(position, document, id, details_key) for position, (document, id) in enumerate(pairs)]
        return cls(named, records)

    def parts(self, collection: str, limits: Limits) -> Iterator[Part]:
        """The requests that store all documents, one after the other."""
        path = path_of("collections", collection, "documents")
        n_other_bytes = len(BEFORE + json_list([]) + AFTER)
        for part in batches(self.records, n_other_bytes, limits, "document"):
            body = BEFORE + json_list(self.records[part.start : part.stop]) + AFTER
            yield Part(Call("POST", path, body, Changed), self.ids[: part.start])


@dataclass(frozen=True)
class Part:
    """A request that stores some of the documents."""

    call: Call[Changed]
    before: list[str]
    """Ids of the documents before it."""

    def locate(self, error: JacolbertError) -> None:
        """Let an error say what is stored, and count documents from the first one of all."""
        error.stored_ids = list(self.before)
        position = error.at.get("document")
        if isinstance(position, int):
            error.at["document"] = position + len(self.before)


def documents_of(texts: Iterable[str], metadatas: Sequence[dict[str, Any]] | None) -> list[Document]:
    """Documents of texts and their metadata."""
    texts = list(texts)
    if metadatas is None:
        return [Document(page_content=text) for text in texts]
    check_count("metadatas", len(metadatas), "texts", len(texts))
    return [Document(page_content=text, metadata=metadata) for text, metadata in zip(texts, metadatas, strict=True)]


def check_count(what: str, found: int, of: str, expected: int) -> None:
    """Refuse a list that does not have one element for each of another one."""
    if found != expected:
        reason = f"there are {found} {what} for {expected} {of}"
        raise JacolbertInputError("wrong_count", reason, {"field": what, "found": found, "expected": expected})


def _new_id() -> str:
    return str(uuid4())


def _check_unique(ids: list[str]) -> None:
    known: dict[str, int] = {}
    for position, id in enumerate(ids):
        if id in known:
            reason = f"the documents {known[id]} and {position} have the same id {id!r}"
            raise JacolbertInputError("duplicate_id", reason, {"document": position, "id": id})
        known[id] = position


def _record(position: int, document: Document, id: str, details_key: str | None) -> bytes:
    at = {"document": position, "id": id}
    check_metadata(document.metadata, at)
    if details_key is not None and details_key in document.metadata:
        reason = f"the metadata of document {id!r} have the key {details_key!r}, under which searches put their details"
        raise JacolbertInputError("metadata_key_taken", reason, {**at, "key": details_key})
    return to_json({"id": id, "text": document.page_content, "metadata": document.metadata}, at)
