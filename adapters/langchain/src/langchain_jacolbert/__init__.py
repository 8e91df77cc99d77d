"""LangChain with a jacolbert server: late interaction for Japanese as a retriever, a vector store and a reranker."""

from langchain_jacolbert.errors import (
    JacolbertConnectionError,
    JacolbertError,
    JacolbertInputError,
    JacolbertResponseError,
)
from langchain_jacolbert.reranker import JacolbertReranker
from langchain_jacolbert.retriever import JacolbertRetriever
from langchain_jacolbert.search import Hybrid
from langchain_jacolbert.vectorstore import JacolbertVectorStore

__all__ = [
    "Hybrid",
    "JacolbertConnectionError",
    "JacolbertError",
    "JacolbertInputError",
    "JacolbertReranker",
    "JacolbertResponseError",
    "JacolbertRetriever",
    "JacolbertVectorStore",
]
