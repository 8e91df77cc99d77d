"""The standard tests of LangChain."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from conftest import Server
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import RetrieversIntegrationTests, VectorStoreIntegrationTests

from langchain_jacolbert import JacolbertRetriever, JacolbertVectorStore


class TestVectorStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, store: JacolbertVectorStore) -> VectorStore:
        return store


class TestRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _url(self, server: Server) -> None:
        self.url = server.url

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return JacolbertRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"url": self.url, "collection": "wiki"}

    @pytest.fixture
    async def retriever(self) -> AsyncIterator[BaseRetriever]:
        retriever = JacolbertRetriever(**self.retriever_constructor_params)
        yield retriever
        await retriever.aclose()

    @property
    def retriever_query_example(self) -> str:
        return "日本で一番高い山は？"
