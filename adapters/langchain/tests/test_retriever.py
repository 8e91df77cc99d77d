"""The retriever against a real server."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import Any

import pytest
from conftest import Server, passages
from langchain_core.runnables import ConfigurableField
from pydantic import ValidationError

from langchain_jacolbert import JacolbertError, JacolbertInputError, JacolbertResponseError, JacolbertRetriever

QUERY = "富士山の標高は何メートルか？"


@pytest.fixture
def retriever(server: Server) -> JacolbertRetriever:
    return JacolbertRetriever(url=server.url, collection="wiki", k=3)


def test_a_hit_is_the_stored_passage_with_its_details(retriever: JacolbertRetriever) -> None:
    stored = {passage["id"]: passage for passage in passages()}
    documents = retriever.invoke(QUERY)
    assert [document.metadata["jacolbert"]["rank"] for document in documents] == [1, 2, 3]
    assert documents[0].id == "fuji-1"
    for document in documents:
        details = document.metadata.pop("jacolbert")
        assert document.id is not None
        expected = stored[document.id]
        assert (document.page_content, document.metadata) == (expected["text"], expected["metadata"])
        assert details["score"] == details["scores"]["late_interaction"]
        assert 0 < details["normalised_score"] <= 1
        assert (details["passage_number"], details["num_passages"]) == (0, 1)
        assert isinstance(details["passage_id"], int)


def test_async_answers_are_those_of_sync(retriever: JacolbertRetriever) -> None:
    expected = retriever.invoke(QUERY)

    async def both() -> Any:
        found = await asyncio.gather(retriever.ainvoke(QUERY), retriever.ainvoke(QUERY))
        await retriever.aclose()
        return found

    # A second event loop needs connections of its own.
    assert asyncio.run(both()) == [expected, expected]
    assert asyncio.run(both()) == [expected, expected]


def test_event_loops_that_live_at_the_same_time_have_connections_of_their_own(retriever: JacolbertRetriever) -> None:
    expected = retriever.invoke(QUERY)
    loops = [asyncio.new_event_loop(), asyncio.new_event_loop()]
    for loop in [*loops, *loops]:
        assert loop.run_until_complete(retriever.ainvoke(QUERY)) == expected
    for loop in loops:
        loop.run_until_complete(retriever.aclose())
        loop.close()


def test_a_filter_limits_the_search_and_invoke_overrides_it(retriever: JacolbertRetriever) -> None:
    filtered = retriever.model_copy(update={"filter": "year < 2002"})
    assert sorted(document.metadata["year"] for document in filtered.invoke(QUERY)) == [2000, 2001]
    only = filtered.invoke(QUERY, filter="year = 2005 AND author.name = '山田'")
    assert [document.metadata["year"] for document in only] == [2005]


@pytest.mark.parametrize(
    "hybrid",
    ["hybrid", "words", "max_sim", {"weighted": {"words": 0.5}}, {"reciprocal_rank": {"constant": 60, "words": 1}}],
)
def test_hybrid_searches_have_scores_of_words(retriever: JacolbertRetriever, hybrid: Any) -> None:
    documents = retriever.model_copy(update={"hybrid": hybrid}).invoke("富士山の標高")
    assert documents[0].metadata["jacolbert"]["scores"]["bm25"] > 0
    assert documents == retriever.invoke("富士山の標高", hybrid=hybrid)


def test_a_taken_details_key_is_an_error_and_another_one_is_not(server: Server) -> None:
    def check(key: str | None) -> list[str]:
        retriever = JacolbertRetriever(url=server.url, collection="wiki", k=1, details_key=key)
        return sorted(retriever.invoke(QUERY)[0].metadata)

    with pytest.raises(JacolbertInputError, match="details_key") as caught:
        check("year")
    assert (caught.value.code, caught.value.at["key"]) == ("metadata_key_taken", "year")
    assert check("更") == ["author", "year", "更"]
    assert check(None) == ["author", "year"]


def check_refused(retriever: JacolbertRetriever, query: str, code: str, status: int, at: dict[str, Any]) -> None:
    with pytest.raises(JacolbertResponseError) as caught:
        retriever.invoke(query)
    assert (caught.value.code, caught.value.status, caught.value.at) == (code, status, at)
    with pytest.raises(JacolbertResponseError) as caught:
        asyncio.run(ask(retriever, query))
    assert (caught.value.code, caught.value.status, caught.value.at) == (code, status, at)


async def ask(retriever: JacolbertRetriever, query: str) -> None:
    try:
        await retriever.ainvoke(query)
    finally:
        await retriever.aclose()


def test_a_malformed_filter_names_its_place(retriever: JacolbertRetriever) -> None:
    wrong = retriever.model_copy(update={"filter": "年 >= "})
    check_refused(wrong, QUERY, "invalid_filter", 400, {"field": "filter", "column": 6, "byte": 7})


@pytest.mark.parametrize("name", ["absent", "无", "a/b", "..", "wiki/../wiki", "wiki?x", "%77iki"])
def test_an_unknown_collection_is_named(server: Server, name: str) -> None:
    retriever = JacolbertRetriever(url=server.url, collection=name)
    check_refused(retriever, QUERY, "unknown_collection", 404, {"collection": name})


def test_a_collection_without_words_has_no_hybrid_search(server: Server) -> None:
    retriever = JacolbertRetriever(url=server.url, collection="plain", hybrid="hybrid")
    check_refused(retriever, QUERY, "no_words", 409, {})


def test_limits_of_the_server_are_named(retriever: JacolbertRetriever) -> None:
    above = {"field": "k", "found": 1001, "limit": 1000}
    check_refused(retriever.model_copy(update={"k": 1001}), QUERY, "above_limit", 422, above)


def test_a_lone_surrogate_is_refused(retriever: JacolbertRetriever) -> None:
    with pytest.raises(JacolbertInputError, match=r"U\+D800") as caught:
        retriever.invoke("山\ud800")
    assert caught.value.code == "invalid_text"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"url": "127.0.0.1:8080"}, "url must be like"),
        ({"url": "ftp://127.0.0.1"}, "url must be like"),
        ({"url": "http://me:secret@127.0.0.1"}, "user or password"),
        ({"url": "http://127.0.0.1/?a=b"}, "query or fragment"),
        ({"url": "http://127.0.0.1:99999"}, "ort"),
        ({"api_key": "secret\n"}, "visible ASCII"),
        ({"api_key": "secret 鍵"}, "visible ASCII"),
        ({"api_key": ""}, "visible ASCII"),
        ({"k": -1}, "greater than or equal"),
        ({"timeout": 0}, "greater than"),
        ({"max_retries": -1}, "greater than or equal"),
        ({"collection": ""}, "at least 1"),
        ({"hybrid": "bm25"}, "hybrid"),
        ({"filter": {"year": 2000}}, "string"),
        ({"index": "wiki"}, "Extra inputs"),
    ],
)
def test_wrong_settings_are_refused_and_not_shown(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text) as caught:
        JacolbertRetriever(**settings)
    assert "secret" not in str(caught.value)


def test_copies_have_connections_of_their_own(retriever: JacolbertRetriever) -> None:
    expected = retriever.invoke(QUERY)
    for other in (copy.deepcopy(retriever), pickle.loads(pickle.dumps(retriever)), retriever.model_copy()):
        assert other.invoke(QUERY) == expected
    elsewhere = retriever.model_copy(update={"url": "http://127.0.0.1:1"})
    with pytest.raises(JacolbertError) as caught:
        elsewhere.invoke(QUERY)
    assert caught.value.code == "unreachable"
    retriever.close()
    assert retriever.invoke(QUERY) == expected


def test_settings_can_be_configured_in_a_chain(retriever: JacolbertRetriever) -> None:
    chain = retriever.configurable_fields(k=ConfigurableField(id="k")) | len
    assert chain.invoke(QUERY, {"configurable": {"k": 7}}) == 7


def test_a_batch_answers_all_queries(retriever: JacolbertRetriever) -> None:
    queries = [QUERY, "日本最大の湖は？"] * 10
    assert retriever.batch(queries) == [retriever.invoke(query) for query in queries]
