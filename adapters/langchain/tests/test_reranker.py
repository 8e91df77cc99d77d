"""The reranker against a real server."""

from __future__ import annotations

import asyncio

import pytest
from conftest import Server
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from langchain_jacolbert import JacolbertInputError, JacolbertReranker, JacolbertResponseError, JacolbertRetriever

QUERY = "日本で一番高い山は？"
DOCUMENTS = [
    Document(id="biwa", page_content="琵琶湖は日本で最も大きな湖である。", metadata={"n": 1}),
    Document(id="fuji", page_content="富士山は日本で最も高い山である。", metadata={"n": 2}),
    Document(page_content="海は広い。"),
]


def scores(documents: list[Document]) -> list[float]:
    return [document.metadata["relevance_score"] for document in documents]


def test_documents_come_back_best_first_and_unchanged_but_for_the_score(server: Server) -> None:
    reranker = JacolbertReranker(url=server.url)
    best = reranker.compress_documents(DOCUMENTS, QUERY)
    assert best[0].id == "fuji"
    assert scores(best) == sorted(scores(best), reverse=True)
    assert all(-1 <= score <= 1 for score in scores(best))
    for document in best:
        del document.metadata["relevance_score"]
    assert sorted(map(repr, best)) == sorted(map(repr, DOCUMENTS))
    assert "relevance_score" not in DOCUMENTS[1].metadata
    reranker.close()


def test_top_n_model_and_async(server: Server) -> None:
    whole = JacolbertReranker(url=server.url).compress_documents(DOCUMENTS, QUERY)
    reranker = JacolbertReranker(url=server.url, top_n=2, model="wiki")
    assert reranker.compress_documents(DOCUMENTS, QUERY) == whole[:2]

    async def rerank() -> list[Document]:
        best = await reranker.acompress_documents(DOCUMENTS, QUERY)
        await reranker.aclose()
        return best

    assert asyncio.run(rerank()) == whole[:2]
    assert JacolbertReranker(url=server.url, top_n=0).compress_documents(DOCUMENTS, QUERY) == []


def test_batches_give_the_order_of_one_request(server: Server) -> None:
    documents = [Document(page_content=f"{n % 7}番目の山は高さ{n}メートル。") for n in range(40)]
    whole = JacolbertReranker(url=server.url).compress_documents(documents, QUERY)
    for settings in ({"batch_texts": 7}, {"batch_bytes": 400}):
        split = JacolbertReranker(url=server.url, **settings).compress_documents(documents, QUERY)
        # Texts of another length beside it change the last bits of a score.
        assert scores(split) == pytest.approx(scores(whole), abs=1e-5)
        assert {document.page_content for document in split} == {document.page_content for document in whole}


def test_the_end_of_long_texts_counts_only_in_parts(server: Server) -> None:
    text = "海は広く、波は静かである。" * 80 + "富士山は日本で最も高い山である。"
    usual = JacolbertReranker(url=server.url).compress_documents([Document(page_content=text)], QUERY)
    parts = JacolbertReranker(url=server.url, max_chunks_per_doc=10)
    assert scores(parts.compress_documents([Document(page_content=text)], QUERY))[0] > scores(usual)[0]


def test_no_documents_are_no_request() -> None:
    assert JacolbertReranker(url="http://127.0.0.1:1").compress_documents([], QUERY) == []


def test_a_taken_score_key_is_an_error(server: Server) -> None:
    scored = [Document(page_content="山", metadata={"relevance_score": 0.5})]
    with pytest.raises(JacolbertInputError, match="score_key") as caught:
        JacolbertReranker(url=server.url).compress_documents(scored, QUERY)
    assert caught.value.code == "metadata_key_taken"
    best = JacolbertReranker(url=server.url, score_key="second").compress_documents(scored, QUERY)
    assert sorted(best[0].metadata) == ["relevance_score", "second"]


def test_limits_of_the_server_are_named(server: Server) -> None:
    documents = [Document(page_content="山")] * 1_001
    with pytest.raises(JacolbertResponseError) as caught:
        JacolbertReranker(url=server.url, batch_texts=2_000).compress_documents(documents, QUERY)
    expected = {"field": "documents", "found": 1001, "limit": 1000}
    assert (caught.value.code, caught.value.at) == ("above_limit", expected)


def test_it_follows_a_retriever_in_a_chain(server: Server) -> None:
    retriever = JacolbertRetriever(url=server.url, collection="wiki", k=10)
    reranker = JacolbertReranker(url=server.url, top_n=2)
    chain = RunnableLambda(lambda query: reranker.compress_documents(retriever.invoke(query), query))
    best = chain.invoke("富士山の標高は何メートルか？")
    assert best[0].id == "fuji-1"
    assert best[0].metadata["jacolbert"]["rank"] == 1
