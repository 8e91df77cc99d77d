"""Servers that refuse, are busy, are gone, or are no jacolbert server."""

from __future__ import annotations

import asyncio
import pickle
import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Server
from langchain_core.documents import Document
from scripted_server import CHANGED, FOUND, Answer, fault, put_off, scripted

from langchain_jacolbert import (
    JacolbertConnectionError,
    JacolbertError,
    JacolbertReranker,
    JacolbertResponseError,
    JacolbertRetriever,
    JacolbertVectorStore,
)

KEY = "a-long-random-text"


def test_a_server_with_a_key_wants_it(folders: dict[str, Path], tmp_path: Path) -> None:
    server = Server.start(tmp_path / "log", f"plain={folders['plain']}", key=KEY)
    try:
        assert JacolbertRetriever(url=server.url, collection="plain", api_key=KEY, k=1).invoke("山") != []
        assert JacolbertVectorStore(server.url, "plain", api_key=KEY).similarity_search("山", k=1) != []
        for key in (None, "wrong"):
            retriever = JacolbertRetriever(url=server.url, collection="plain", api_key=key)
            with pytest.raises(JacolbertResponseError) as caught:
                retriever.invoke("山")
            assert (caught.value.code, caught.value.status) == ("unauthorized", 401)
            assert caught.value.at == {"header": "authorization"}
            assert "wrong" not in f"{caught.value}{retriever!r}"
    finally:
        server.stop()


def test_a_server_that_is_gone_is_unreachable(folders: dict[str, Path], tmp_path: Path) -> None:
    server = Server.start(tmp_path / "log", f"plain={folders['plain']}")
    retriever = JacolbertRetriever(url=server.url, collection="plain")
    store = JacolbertVectorStore(server.url, "plain")
    reranker = JacolbertReranker(url=server.url)
    assert retriever.invoke("山") != []
    server.stop()
    calls = [
        lambda: retriever.invoke("山"),
        lambda: store.similarity_search("山"),
        lambda: store.add_texts(["山"]),
        lambda: store.delete(["山"]),
        lambda: store.get_by_ids(["山"]),
        lambda: reranker.compress_documents([Document(page_content="山")], "山"),
        lambda: asyncio.run(retriever.ainvoke("山")),
        lambda: asyncio.run(store.aadd_texts(["山"])),
        lambda: asyncio.run(store.aget_by_ids(["山", "川"])),
    ]
    for call in calls:
        with pytest.raises(JacolbertConnectionError) as caught:
            call()
        assert (caught.value.code, caught.value.at) == ("unreachable", {"url": server.url})


def wait_until_busy(url: str, work: threading.Thread) -> None:
    while "\njacolbert_reads_in_queue 1\n" not in httpx.get(f"{url}/metrics").text:
        assert work.is_alive()


def test_a_full_queue_is_429_and_retries_wait_for_a_place(folders: dict[str, Path], tmp_path: Path) -> None:
    arguments = [f"plain={folders['plain']}", "--threads", "1", "--queue", "0"]
    server = Server.start(tmp_path / "log", *arguments)
    try:
        reranker = JacolbertReranker(url=server.url)
        long = [Document(page_content="富士山は日本で最も高い山である。" * 40)] * 100
        work = threading.Thread(target=reranker.compress_documents, args=(long, "山"))
        work.start()
        wait_until_busy(server.url, work)
        impatient = JacolbertRetriever(url=server.url, collection="plain", max_retries=0)
        with pytest.raises(JacolbertResponseError) as caught:
            impatient.invoke("山")
        assert (caught.value.code, caught.value.status, caught.value.at) == ("queue_full", 429, {"limit": 1})
        patient = JacolbertRetriever(url=server.url, collection="plain", max_retries=60)
        assert patient.invoke("山") != []
        work.join()
    finally:
        server.stop()


def search(url: str, **settings: Any) -> None:
    retriever = JacolbertRetriever(url=url, **settings)
    try:
        assert retriever.invoke("山") == []
    finally:
        retriever.close()


def asearch(url: str, **settings: Any) -> None:
    async def ask() -> None:
        retriever = JacolbertRetriever(url=url, **settings)
        try:
            assert await retriever.ainvoke("山") == []
        finally:
            await retriever.aclose()

    asyncio.run(ask())


def add(url: str, **settings: Any) -> None:
    store = JacolbertVectorStore(url, **settings)
    try:
        assert store.add_texts(["山"], ids=["1"]) == ["1"]
    finally:
        store.close()


WAYS = [(search, FOUND), (asearch, FOUND), (add, CHANGED)]


@pytest.mark.parametrize(("call", "good"), WAYS)
def test_a_request_that_was_put_off_is_repeated_as_it_was(call: Any, good: Any) -> None:
    busy = [put_off(429, "queue_full"), put_off(503, "locked"), put_off(503, "overloaded")]
    with scripted(*busy, Answer(200, good)) as script:
        call(script.url)
        assert len(script.bodies) == 4
        assert len(set(script.bodies)) == 1


@pytest.mark.parametrize(("call", "good"), WAYS)
def test_retries_are_bounded(call: Any, good: Any) -> None:
    for max_retries in (0, 2):
        with scripted(put_off(429, "queue_full")) as script:
            with pytest.raises(JacolbertResponseError) as caught:
                call(script.url, max_retries=max_retries)
            assert (caught.value.code, caught.value.status) == ("queue_full", 429)
            assert len(script.bodies) == 1 + max_retries


@pytest.mark.parametrize(
    "answer",
    [
        fault(500, "not_durable"),
        fault(500, "internal"),
        fault(504, "timeout", seconds=30.0),
        fault(503, "overloaded"),
        fault(507, "disk_full"),
        put_off(503, "locked", "31"),
        put_off(503, "locked", "Wed, 21 Oct 2026 07:28:00 GMT"),
        put_off(503, "locked", "-1"),
        put_off(500, "not_durable"),
    ],
)
def test_other_failures_are_not_repeated(answer: Answer) -> None:
    with scripted(answer) as script:
        with pytest.raises(JacolbertResponseError) as caught:
            add(script.url)
        assert caught.value.status == answer.status
        assert len(script.bodies) == 1


@pytest.mark.parametrize(("call", "good"), WAYS)
def test_a_lost_answer_is_not_asked_for_again(call: Any, good: Any) -> None:
    with scripted(None) as script:
        with pytest.raises(JacolbertConnectionError) as caught:
            call(script.url)
        assert caught.value.code == "unreachable"
        assert len(script.bodies) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>a proxy</html>"),
        (200, {"hits": [{"rank": 1}]}),
        (200, "[]"),
        (200, ""),
        (301, ""),
        (404, "<html>not found</html>"),
        (502, "bad gateway"),
        (503, {"error": "text"}),
        (500, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")),
    ],
)
def test_an_answer_of_another_server_is_unexpected(status: int, body: Any) -> None:
    for call in (search, asearch):
        with scripted(Answer(status, body)) as script:
            with pytest.raises(JacolbertResponseError, match="not one of a jacolbert server") as caught:
                call(script.url)
            assert (caught.value.code, caught.value.status) == ("unexpected_answer", status)
            assert caught.value.at["url"].startswith(script.url)


def test_a_client_that_waits_too_long_gives_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for call in (search, asearch):
            with pytest.raises(JacolbertConnectionError) as caught:
                call(url, timeout=0.05)
            assert caught.value.code == "client_timeout"


def test_an_answer_about_an_id_that_was_not_asked_for_ends_a_deletion() -> None:
    with scripted(fault(404, "unknown_document", id="other")) as script:
        store = JacolbertVectorStore(script.url)
        with pytest.raises(JacolbertResponseError) as caught:
            store.delete(["1"])
        assert caught.value.code == "unknown_document"
        assert len(script.bodies) == 1
        store.close()


def test_an_async_read_ends_with_its_first_error() -> None:
    async def read(url: str) -> None:
        store = JacolbertVectorStore(url)
        try:
            await store.aget_by_ids([f"d{number}" for number in range(500)])
        finally:
            await store.aclose()

    with scripted(fault(500, "damaged")) as script:
        with pytest.raises(JacolbertResponseError) as caught:
            asyncio.run(read(script.url))
        assert caught.value.code == "damaged"
        assert len(script.paths) < 100


def test_a_url_may_have_a_path() -> None:
    for url in ("/proxy", "/proxy/"):
        with scripted(Answer(200, FOUND)) as script:
            search(script.url + url, collection="日記")
            assert script.paths == ["/proxy/v1/collections/%E6%97%A5%E8%A8%98/search"]


@pytest.mark.parametrize(("normalised", "expected"), [(1.0000001, 1.0), (-0.01, 0.0), (0.5, 0.5)])
def test_relevance_stays_within_0_and_1(normalised: float, expected: float) -> None:
    scores = {"late_interaction": 32 * normalised, "bm25": None, "fused": None}
    place = {"rank": 1, "passage_id": 0, "passage_number": 0, "num_passages": 1, "document_id": "1"}
    hit = {**place, "score": 1.0, "scores": scores, "normalised_score": normalised, "content": "山", "metadata": {}}
    with scripted(Answer(200, {**FOUND, "hits": [hit]})) as script:
        store = JacolbertVectorStore(script.url)
        assert [score for _, score in store.similarity_search_with_relevance_scores("山")] == [expected]
        store.close()


def test_errors_say_code_status_and_place_and_can_be_pickled() -> None:
    error = JacolbertResponseError("invalid_filter", "expected a value", {"column": 8}, 400)
    assert str(error) == "expected a value (invalid_filter, status 400, column: 8)"
    other = pickle.loads(pickle.dumps(error))
    assert isinstance(other, JacolbertError)
    assert (type(other), other.code, other.reason, other.at, other.status) == (
        JacolbertResponseError, "invalid_filter", "expected a value", {"column": 8}, 400
    )  # fmt: skip
