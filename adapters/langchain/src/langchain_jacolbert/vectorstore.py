"""A collection as a vector store."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from pydantic import SecretStr

from langchain_jacolbert.answers import Found, StoredDocument
from langchain_jacolbert.batches import DEFAULT_BYTES, DEFAULT_COUNT, Limits
from langchain_jacolbert.call import Call, get, path_of
from langchain_jacolbert.deletion import Deletion, deletion_by_filter
from langchain_jacolbert.errors import JacolbertError, JacolbertInputError
from langchain_jacolbert.metadata import metadata_of
from langchain_jacolbert.search import Hybrid, document_of, relevance, search_call
from langchain_jacolbert.server_settings import DEFAULT_RETRIES, DEFAULT_URL, ServerSettings
from langchain_jacolbert.upload import Upload, documents_of

if TYPE_CHECKING:
    from typing_extensions import Self

DEFAULT_TIMEOUT = 310.0
"""Seconds. The server gives a change 5 minutes."""

MAX_READS = 8
"""Documents that `aget_by_ids` reads at a time."""


class JacolbertVectorStore(VectorStore):
    """A collection of a jacolbert server as a vector store.

    ```python
    store = JacolbertVectorStore(collection="news")
    store.add_texts(["富士山は日本で最も高い山である。"], metadatas=[{"year": 2024}], ids=["fuji"])
    documents = store.similarity_search("一番高い山は？", k=1, filter="year >= 2020")
    ```

    The server encodes texts and queries, so that no embeddings are given. The collection must exist
    (`jacolbert index` makes one). A search finds passages: `id` is that of the document, and long documents have
    several. Calls raise a `JacolbertError`.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        collection: str = "default",
        *,
        api_key: SecretStr | str | None = None,
        hybrid: Hybrid | None = None,
        details_key: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_RETRIES,
        batch_documents: int = DEFAULT_COUNT,
        batch_bytes: int = DEFAULT_BYTES,
    ) -> None:
        """A collection of the server at `url`.

        `hybrid` is what searches rank by unless they say otherwise. With a `details_key`, found documents have scores
        and place of the passage in their metadata under this key. `timeout` is in seconds. The server puts a request
        off with 429 or 503; it is repeated `max_retries` times at most. A change of more than `batch_documents`
        documents or `batch_bytes` bytes is split into several, each of which is made as a whole or not at all.
        """
        key = SecretStr(api_key) if isinstance(api_key, str) else api_key
        self._server = ServerSettings(url=url, api_key=key, timeout=timeout, max_retries=max_retries)
        self._collection = collection
        self._hybrid = hybrid
        self._details_key = details_key
        self._limits = Limits(batch_documents, batch_bytes)

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings | None = None,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """A store of an existing collection, to which the texts are added. `kwargs` are those of the constructor."""
        store = cls._without_embedding(embedding, kwargs)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    @classmethod
    async def afrom_texts(
        cls,
        texts: list[str],
        embedding: Embeddings | None = None,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """As `from_texts`."""
        store = cls._without_embedding(embedding, kwargs)
        await store.aadd_texts(texts, metadatas, ids=ids)
        return store

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Store texts. Returns their ids. See `add_documents`."""
        return self.add_documents(documents_of(texts, metadatas), ids=ids, **kwargs)

    async def aadd_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """As `add_texts`."""
        return await self.aadd_documents(documents_of(texts, metadatas), ids=ids, **kwargs)

    def add_documents(
        self,
        documents: list[Document],
        *,
        ids: Sequence[str | None] | None = None,
        batch_size: int | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Store documents; those whose id is known are replaced. Returns their ids.

        `ids` take precedence over the ids of the documents. Where there is none, a random one is made. All documents
        are checked before the first request. `batch_size` is the largest number of documents in a request. If a later
        request fails, `stored_ids` of the error has the ids that earlier ones have stored.
        """
        upload = Upload.new(documents, ids, self._details_key)
        for part in upload.parts(self._collection, self._limits_with(batch_size, kwargs)):
            try:
                self._server.connection.send(part.call)
            except JacolbertError as error:
                part.locate(error)
                raise
        return upload.ids

    async def aadd_documents(
        self,
        documents: list[Document],
        *,
        ids: Sequence[str | None] | None = None,
        batch_size: int | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """As `add_documents`."""
        upload = Upload.new(documents, ids, self._details_key)
        for part in upload.parts(self._collection, self._limits_with(batch_size, kwargs)):
            try:
                await self._server.connection.asend(part.call)
            except JacolbertError as error:
                part.locate(error)
                raise
        return upload.ids

    def delete(self, ids: list[str] | None = None, *, filter: str | None = None, **kwargs: Any) -> bool:
        """Delete documents by their ids, or those whose metadata pass a filter. Unknown ids are left out.

        Neither ids nor a filter is an error: it would delete everything.
        """
        for deletion in self._deletions(ids, filter, kwargs):
            while deletion.call is not None:
                try:
                    self._server.connection.send(deletion.call)
                    break
                except JacolbertError as error:
                    deletion = deletion.without_unknown(error)
        return True

    async def adelete(self, ids: list[str] | None = None, *, filter: str | None = None, **kwargs: Any) -> bool:
        """As `delete`."""
        for deletion in self._deletions(ids, filter, kwargs):
            while deletion.call is not None:
                try:
                    await self._server.connection.asend(deletion.call)
                    break
                except JacolbertError as error:
                    deletion = deletion.without_unknown(error)
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The documents with these ids, in their order. Unknown ids are left out.

        A document of several passages has them on lines of their own; neighbours may share sentences.
        """
        documents = []
        for call in self._reads(ids):
            try:
                documents.append(_stored(self._server.connection.send(call)))
            except JacolbertError as error:
                _check_unknown(error)
        return documents

    async def aget_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """As `get_by_ids`."""
        places = asyncio.Semaphore(MAX_READS)

        async def read(call: Call[StoredDocument]) -> list[Document]:
            async with places:
                try:
                    return [_stored(await self._server.connection.asend(call))]
                except JacolbertError as error:
                    _check_unknown(error)
                    return []

        tasks = [asyncio.ensure_future(read(call)) for call in self._reads(ids)]
        try:
            found = await asyncio.gather(*tasks)
        finally:
            # After an error, nothing reads on.
            for task in tasks:
                task.cancel()
        return [document for documents in found for document in documents]

    def similarity_search(
        self, query: str, k: int = 4, *, filter: str | None = None, hybrid: Hybrid | None = None, **kwargs: Any
    ) -> list[Document]:
        """The best `k` passages, limited to documents whose metadata pass the filter."""
        found = self._server.connection.send(self._search(query, k, filter, hybrid, kwargs))
        return [document for document, _ in self._with_scores(found)]

    async def asimilarity_search(
        self, query: str, k: int = 4, *, filter: str | None = None, hybrid: Hybrid | None = None, **kwargs: Any
    ) -> list[Document]:
        """As `similarity_search`."""
        found = await self._server.connection.asend(self._search(query, k, filter, hybrid, kwargs))
        return [document for document, _ in self._with_scores(found)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, *, filter: str | None = None, hybrid: Hybrid | None = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """The best `k` passages with the scores that rank them, higher first: MaxSim, unless the search is hybrid."""
        found = self._server.connection.send(self._search(query, k, filter, hybrid, kwargs))
        return self._with_scores(found)

    async def asimilarity_search_with_score(
        self, query: str, k: int = 4, *, filter: str | None = None, hybrid: Hybrid | None = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """As `similarity_search_with_score`."""
        found = await self._server.connection.asend(self._search(query, k, filter, hybrid, kwargs))
        return self._with_scores(found)

    def _similarity_search_with_relevance_scores(
        self, query: str, k: int = 4, *, filter: str | None = None, hybrid: Hybrid | None = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        found = self._server.connection.send(self._search(query, k, filter, hybrid, kwargs))
        return self._with_relevance(found)

    async def _asimilarity_search_with_relevance_scores(
        self, query: str, k: int = 4, *, filter: str | None = None, hybrid: Hybrid | None = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        found = await self._server.connection.asend(self._search(query, k, filter, hybrid, kwargs))
        return self._with_relevance(found)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> NoReturn:
        """Not implemented: a query is many vectors."""
        _refuse_one_vector("similarity_search_by_vector")

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> NoReturn:
        """Not implemented: a passage is many vectors."""
        _refuse_one_vector("max_marginal_relevance_search")

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> NoReturn:
        """Not implemented: a query is many vectors."""
        _refuse_one_vector("max_marginal_relevance_search_by_vector")

    def close(self) -> None:
        """Close the connections of synchronous calls. A later call opens them again."""
        self._server.close()

    async def aclose(self) -> None:
        """Close the connections of asynchronous calls in this event loop. A later call opens them again."""
        await self._server.aclose()

    @classmethod
    def _without_embedding(cls, embedding: Embeddings | None, settings: dict[str, Any]) -> Self:
        if embedding is not None:
            name = type(embedding).__name__
            warnings.warn(f"{name} is not used: the server encodes texts and queries by its own model", stacklevel=3)
        return cls(**settings)

    def _limits_with(self, batch_size: int | None, others: dict[str, Any]) -> Limits:
        _refuse_others(others)
        count = self._limits.count if batch_size is None else min(batch_size, self._limits.count)
        return Limits(count, self._limits.bytes)

    def _search(
        self, query: str, k: int, filter: str | None, hybrid: Hybrid | None, others: dict[str, Any]
    ) -> Call[Found]:
        _refuse_others(others)
        return search_call(self._collection, query, k, filter, self._hybrid if hybrid is None else hybrid)

    def _with_scores(self, found: Found) -> list[tuple[Document, float]]:
        return [(document_of(hit, self._details_key), hit.score) for hit in found.hits]

    def _with_relevance(self, found: Found) -> list[tuple[Document, float]]:
        return [(document_of(hit, self._details_key), relevance(hit)) for hit in found.hits]

    def _deletions(self, ids: list[str] | None, filter: str | None, others: dict[str, Any]) -> Iterator[Deletion]:
        _refuse_others(others)
        if ids is not None and filter is None:
            return Deletion.of_ids(self._collection, ids, self._limits)
        if filter is not None and ids is None:
            return deletion_by_filter(self._collection, filter)
        reason = "either ids or a filter says what is deleted"
        raise JacolbertInputError("nothing_to_delete", reason, {"field": "ids"})

    def _reads(self, ids: Sequence[str]) -> list[Call[StoredDocument]]:
        # No document has the empty id.
        named = [id for id in dict.fromkeys(ids) if id]
        return [get(path_of("collections", self._collection, "documents", id), StoredDocument) for id in named]


def _stored(document: StoredDocument) -> Document:
    text = "\n".join(passage.content for passage in document.passages)
    return Document(id=document.id, page_content=text, metadata=metadata_of(document.metadata))


def _check_unknown(error: JacolbertError) -> None:
    """Raise the error again, unless it says that there is no such document."""
    if error.code != "unknown_document":
        raise error


def _refuse_others(settings: dict[str, Any]) -> None:
    """A misspelt setting must not be without effect."""
    if settings:
        raise TypeError(f"unknown settings: {', '.join(settings)}")


def _refuse_one_vector(method: str) -> NoReturn:
    raise NotImplementedError(
        f"{method} compares single vectors, and with late interaction queries and passages have one per token; "
        "use similarity_search"
    )
