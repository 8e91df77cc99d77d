"""A reranker of the documents that another retriever found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict, Field

from langchain_jacolbert.answers import Ranking, Reranked
from langchain_jacolbert.batches import DEFAULT_BYTES, DEFAULT_COUNT, Limits, batches
from langchain_jacolbert.call import Call, path_of, post, to_json
from langchain_jacolbert.metadata import with_key
from langchain_jacolbert.server_settings import ServerSettings


class JacolbertReranker(ServerSettings, BaseDocumentCompressor):
    """A reranker of the documents that another retriever found.

    ```python
    reranker = JacolbertReranker(top_n=3)
    best = reranker.compress_documents(documents, "一番高い山は？")
    ```

    The documents come back best first, as copies with the score in `metadata[score_key]`: the mean cosine of the
    tokens of the query, at most 1. Documents of equal score keep their order. Metadata that have the key already are
    the error `metadata_key_taken`.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    top_n: int | None = Field(default=None, ge=0)
    """Maximum number of documents; by default all."""

    model: str | None = None
    """Name of the collection whose model reranks; any other name stands for the model of the server."""

    max_chunks_per_doc: int | None = Field(default=None, ge=1)
    """Above 1, texts that are too long for the model are split, and the best part counts. By default their end is not
    read."""

    score_key: str = "relevance_score"
    """The key of the metadata that has the score."""

    batch_texts: int = Field(default=DEFAULT_COUNT, ge=1)
    """Texts of a request. More are sent in several requests, whose scores are comparable."""

    batch_bytes: int = Field(default=DEFAULT_BYTES, ge=1)
    """Bytes of a request."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """The documents, best first."""
        results: list[Reranked] = []
        for start, call in self._calls(documents, query):
            results.extend(_shifted(self.connection.send(call), start))
        return self._best(documents, results)

    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """As `compress_documents`."""
        results: list[Reranked] = []
        for start, call in self._calls(documents, query):
            results.extend(_shifted(await self.connection.asend(call), start))
        return self._best(documents, results)

    def _calls(self, documents: Sequence[Document], query: str) -> Iterator[tuple[int, Call[Ranking]]]:
        """Each request, and the position of its first document."""
        texts = [document.page_content for document in documents]
        items = [to_json(text, {"document": position}) for position, text in enumerate(texts)]
        n_other_bytes = len(self._call([], query).body or b"")
        limits = Limits(self.batch_texts, self.batch_bytes)
        for part in batches(items, n_other_bytes, limits, "document"):
            yield part.start, self._call(texts[part.start : part.stop], query)

    def _call(self, texts: list[str], query: str) -> Call[Ranking]:
        body = {
            "query": query,
            "documents": texts,
            "model": self.model,
            "max_chunks_per_doc": self.max_chunks_per_doc,
            "return_documents": False,
        }
        return post(path_of("rerank"), body, Ranking)

    def _best(self, documents: Sequence[Document], results: list[Reranked]) -> list[Document]:
        best = sorted(results, key=lambda result: (-result.relevance_score, result.index))
        return [self._scored(documents[result.index], result.relevance_score) for result in best[: self.top_n]]

    def _scored(self, document: Document, score: float) -> Document:
        metadata = with_key(document.metadata, self.score_key, score, "score_key", document.id)
        return document.model_copy(update={"metadata": metadata})


def _shifted(ranking: Ranking, start: int) -> list[Reranked]:
    return [Reranked(index=start + result.index, relevance_score=result.relevance_score) for result in ranking.results]
