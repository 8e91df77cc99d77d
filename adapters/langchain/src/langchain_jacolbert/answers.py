"""The answers of the server, as far as this package reads them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Scores(BaseModel):
    """The parts of a score, as far as the search computed them."""

    late_interaction: float | None
    bm25: float | None
    fused: float | None


class Hit(BaseModel):
    """A passage that was found."""

    rank: int
    score: float
    scores: Scores
    normalised_score: float
    document_id: str
    passage_id: int
    passage_number: int
    num_passages: int
    content: str
    metadata: Any


class Found(BaseModel):
    """What was found for a query, best first."""

    hits: list[Hit]
    num_query_rows: int
    tokens_cut: int


class Passage(BaseModel):
    """A passage of a stored document."""

    content: str


class StoredDocument(BaseModel):
    """A document as it is stored."""

    id: str
    passages: list[Passage]
    metadata: Any


class Changed(BaseModel):
    """A change that is on disk."""

    num_documents: int


class Reranked(BaseModel):
    """The place of a text among the given ones, and its score."""

    index: int
    relevance_score: float


class Ranking(BaseModel):
    """The order of texts, best first."""

    results: list[Reranked]


class Fault(BaseModel):
    """Why a request was refused or failed."""

    code: str
    reason: str
    at: dict[str, Any]


class FaultBody(BaseModel):
    """The body of every answer that is an error."""

    error: Fault
