"""A search of a collection, and the documents that it finds."""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.documents import Document

from langchain_jacolbert.answers import Found, Hit
from langchain_jacolbert.call import Call, path_of, post
from langchain_jacolbert.errors import JacolbertInputError
from langchain_jacolbert.metadata import metadata_of, with_key

Hybrid = Literal["hybrid", "words", "max_sim"] | dict[str, dict[str, float]]
"""What ranks the passages beside late interaction; the collection must have words.

`"hybrid"` unites late interaction and BM25, `"words"` is BM25 alone, and with `"max_sim"` BM25 only adds candidates.
`{"weighted": {"words": 0.5}}` and `{"reciprocal_rank": {"constant": 60, "words": 1}}` set the weight of BM25.
"""


def search_call(collection: str, query: str, k: int, filter: str | None, hybrid: Hybrid | None) -> Call[Found]:
    """The request for the best `k` passages."""
    if filter is not None and not isinstance(filter, str):
        reason = f"a filter is a text such as \"year >= 2020 AND lang = 'ja'\", not {type(filter).__name__}"
        raise JacolbertInputError("invalid_filter_type", reason, {"field": "filter"})
    body = {"query": query, "k": k, "filter": filter, "hybrid": hybrid}
    return post(path_of("collections", collection, "search"), body, Found)


def document_of(hit: Hit, details_key: str | None) -> Document:
    """A passage that was found. Its scores and place stand in the metadata under `details_key`, if there is one."""
    metadata = metadata_of(hit.metadata)
    if details_key is not None:
        metadata = with_key(metadata, details_key, _details(hit), "details_key", hit.document_id)
    return Document(id=hit.document_id, page_content=hit.content, metadata=metadata)


def relevance(hit: Hit) -> float:
    """The mean cosine of the tokens of the query with the best ones of the passage, within 0 and 1."""
    if hit.scores.late_interaction is None:
        reason = "a search by words alone computes no cosines, so that its hits have no relevance between 0 and 1"
        raise JacolbertInputError("no_relevance", reason, {"field": "hybrid"})
    return min(1.0, max(0.0, hit.normalised_score))


def _details(hit: Hit) -> dict[str, Any]:
    return hit.model_dump(exclude={"document_id", "content", "metadata"})
