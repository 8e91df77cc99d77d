"""A retriever that searches a collection."""

from __future__ import annotations

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from langchain_jacolbert.answers import Found
from langchain_jacolbert.call import Call
from langchain_jacolbert.search import Hybrid, document_of, search_call
from langchain_jacolbert.server_settings import ServerSettings


class JacolbertRetriever(ServerSettings, BaseRetriever):
    """A retriever that searches a collection of a jacolbert server.

    ```python
    retriever = JacolbertRetriever(collection="news", k=4, filter="year >= 2020")
    documents = retriever.invoke("一番高い山は？")
    ```

    Each `Document` is a passage: `id` is the id of its document, which passages of one document share, and `metadata`
    are those of the document. Scores and the id of the passage stand in `metadata[details_key]`. `invoke` takes `k`,
    `filter` and `hybrid`, too.

    Calls raise a `JacolbertError`. A document that has metadata under `details_key` is the error `metadata_key_taken`.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)

    collection: str = Field(default="default", min_length=1)
    """Name of the collection."""

    k: int = Field(default=4, ge=0)
    """Maximum number of passages. The server allows 1,000."""

    filter: str | None = None
    """Limits the search to documents whose metadata pass this expression, for instance `year >= 2020`."""

    hybrid: Hybrid | None = None
    """Unites late interaction with BM25; see `Hybrid`."""

    details_key: str | None = "jacolbert"
    """The key of the metadata that has scores and place of the passage; `None` leaves them out."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        filter: str | None = None,
        hybrid: Hybrid | None = None,
    ) -> list[Document]:
        return self._documents(self.connection.send(self._search(query, k, filter, hybrid)))

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        k: int | None = None,
        filter: str | None = None,
        hybrid: Hybrid | None = None,
    ) -> list[Document]:
        return self._documents(await self.connection.asend(self._search(query, k, filter, hybrid)))

    def _search(self, query: str, k: int | None, filter: str | None, hybrid: Hybrid | None) -> Call[Found]:
        k = self.k if k is None else k
        filter = self.filter if filter is None else filter
        hybrid = self.hybrid if hybrid is None else hybrid
        return search_call(self.collection, query, k, filter, hybrid)

    def _documents(self, found: Found) -> list[Document]:
        return [document_of(hit, self.details_key) for hit in found.hits]
