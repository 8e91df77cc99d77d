"""The vector store against a real server."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest
from conftest import EVERYTHING, Server
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.indexing import InMemoryRecordManager, index

from langchain_jacolbert import JacolbertInputError, JacolbertResponseError, JacolbertVectorStore

TEXTS = ["富士山は日本で最も高い山である。", "琵琶湖は日本で最も大きな湖である。", "信濃川は日本で最も長い川である。"]
IDS = ["fuji", "biwa", "shinano"]
METADATA: list[dict[str, Any]] = [
    {"年": 2024, "tags": ["山", "静岡"], "author": {"name": "山田", "age": None}},
    {"年": 2023, "ratio": 0.25, "draft": True},
    {},
]


def fill(store: JacolbertVectorStore) -> None:
    assert store.add_texts(TEXTS, METADATA, ids=IDS) == IDS


def test_nested_metadata_and_japanese_come_back_as_they_were(store: JacolbertVectorStore) -> None:
    fill(store)
    expected = [
        Document(id=id, page_content=text, metadata=metadata)
        for id, text, metadata in zip(IDS, TEXTS, METADATA, strict=True)
    ]
    assert store.get_by_ids(IDS) == expected
    assert store.similarity_search("一番大きな湖は？", k=1) == [expected[1]]


def test_metadata_of_other_programs_come_back_as_a_dict(store: JacolbertVectorStore, server: Server) -> None:
    documents = [{"id": "none", "text": "山"}, {"id": "list", "text": "川", "metadata": [1, "二"]}]
    url = f"{server.url}/v1/collections/scratch/documents"
    httpx.post(url, json={"documents": documents}).raise_for_status()
    expected = [{}, {"value": [1, "二"]}]
    assert [document.metadata for document in store.get_by_ids(["none", "list"])] == expected
    found = {document.id: document.metadata for document in store.similarity_search("山")}
    assert [found["none"], found["list"]] == expected


def test_a_filter_limits_a_search(store: JacolbertVectorStore) -> None:
    fill(store)
    found = store.similarity_search("一番大きな湖は？", k=3, filter="tags HAS '山' OR author.name = '山田'")
    assert [document.id for document in found] == ["fuji"]
    with pytest.raises(JacolbertResponseError) as caught:
        store.similarity_search("湖", filter="年 = = 1")
    assert (caught.value.code, caught.value.at["column"]) == ("invalid_filter", 5)
    with pytest.raises(JacolbertInputError, match="not dict"):
        store.similarity_search("湖", filter={"年": 2024})  # type: ignore[arg-type]


def test_scores_are_max_sim_and_relevance_is_within_0_and_1(store: JacolbertVectorStore) -> None:
    fill(store)
    scored = store.similarity_search_with_score("一番高い山は？", k=3)
    relevant = store.similarity_search_with_relevance_scores("一番高い山は？", k=3)
    assert scored[0][0].id == "fuji"
    assert [document for document, _ in scored] == [document for document, _ in relevant]
    scores = [score for _, score in scored]
    assert scores == sorted(scores, reverse=True)
    for score, (_, relevance) in zip(scores, relevant, strict=True):
        assert 0 <= relevance <= 1
        # A query has 32 rows.
        assert relevance == pytest.approx(score / 32, rel=1e-5)
    middle = (relevant[0][1] + relevant[1][1]) / 2
    above = store.similarity_search_with_relevance_scores("一番高い山は？", k=3, score_threshold=middle)
    assert above == relevant[:1]


def test_relevance_of_a_hybrid_search_is_that_of_late_interaction(store: JacolbertVectorStore) -> None:
    fill(store)
    usual = store.similarity_search_with_relevance_scores("一番高い山", k=3)
    hybrid = store.similarity_search_with_relevance_scores("一番高い山", k=3, hybrid="hybrid")
    assert {document.id: score for document, score in hybrid} == {document.id: score for document, score in usual}
    with pytest.raises(JacolbertInputError, match="words alone") as caught:
        store.similarity_search_with_relevance_scores("一番高い山", hybrid="words")
    assert caught.value.code == "no_relevance"


def test_async_calls_do_what_sync_calls_do(store: JacolbertVectorStore) -> None:
    async def check() -> None:
        documents = [Document(id=id, page_content=text) for id, text in zip(IDS, TEXTS, strict=True)]
        assert await store.aadd_documents(documents) == IDS
        assert await store.aadd_texts(["海は広い。"], ids=["umi"]) == ["umi"]
        query = "一番大きな湖は？"
        assert await store.asimilarity_search(query) == store.similarity_search(query)
        scored = await store.asimilarity_search_with_score(query, 2)
        assert scored == store.similarity_search_with_score(query, 2)
        relevant = await store.asimilarity_search_with_relevance_scores(query, 2, score_threshold=0.5)
        assert relevant == store.similarity_search_with_relevance_scores(query, 2, score_threshold=0.5)
        assert await store.aget_by_ids(["umi", "absent", "fuji"]) == store.get_by_ids(["umi", "fuji"])
        assert await store.adelete(["absent", "umi", "absent too"])
        assert await store.aget_by_ids(["umi"]) == []
        assert await store.adelete(filter=EVERYTHING)
        assert await store.asimilarity_search(query) == []
        await store.aclose()

    asyncio.run(check())


def test_ids_are_kept_made_and_overridden(store: JacolbertVectorStore) -> None:
    documents = [Document(page_content="一"), Document(id="given", page_content="二")]
    made, given = store.add_documents(documents)
    assert given == "given"
    assert [document.page_content for document in store.get_by_ids([made, given])] == ["一", "二"]
    assert store.add_documents(documents, ids=["other", "given"]) == ["other", "given"]
    assert documents[0].id is None


def test_texts_may_come_from_a_generator(store: JacolbertVectorStore) -> None:
    assert store.add_texts((text for text in TEXTS), ids=IDS) == IDS
    assert [document.page_content for document in store.get_by_ids(IDS)] == TEXTS


def test_nothing_to_do_is_no_request() -> None:
    store = JacolbertVectorStore("http://127.0.0.1:1")
    assert store.add_texts([]) == []
    assert store.delete([])
    assert store.get_by_ids([]) == []
    assert store.get_by_ids([""]) == []


@pytest.mark.parametrize(
    "id", ["a/b", "..", ".", "a/../b", "?x#y", "%2F", "100%", "富士 山", "a b", "\n", "🗻", "a\\b"]
)
def test_any_id_is_found_and_deleted(store: JacolbertVectorStore, id: str) -> None:
    store.add_texts(["山", "川"], ids=[id, "other"])
    assert [document.id for document in store.get_by_ids([id])] == [id]
    assert store.delete([id])
    assert [document.id for document in store.get_by_ids([id, "other"])] == ["other"]


def test_deleting_leaves_out_unknown_ids_and_deletes_the_others(store: JacolbertVectorStore) -> None:
    fill(store)
    assert store.delete(["absent", "fuji", "fuji", "absent too", "biwa"])
    assert [document.id for document in store.get_by_ids(IDS)] == ["shinano"]
    assert store.delete(filter="年 IS NULL")
    assert store.get_by_ids(IDS) == []


@pytest.mark.parametrize("arguments", [{}, {"ids": ["fuji"], "filter": "年 = 2024"}])
def test_deleting_needs_either_ids_or_a_filter(store: JacolbertVectorStore, arguments: dict[str, Any]) -> None:
    fill(store)
    with pytest.raises(JacolbertInputError) as caught:
        store.delete(**arguments)
    assert caught.value.code == "nothing_to_delete"
    assert len(store.get_by_ids(IDS)) == 3


def test_many_documents_are_split_into_batches(store: JacolbertVectorStore) -> None:
    texts = [f"{number}番目の山" for number in range(1_203)]
    ids = [f"d{number}" for number in range(1_203)]
    assert store.add_texts(texts, ids=ids) == ids
    assert [document.page_content for document in store.get_by_ids(["d0", "d999", "d1000", "d1202"])] == [
        texts[0], texts[999], texts[1000], texts[1202]
    ]  # fmt: skip
    assert store.delete(ids)
    assert store.similarity_search("山") == []


def test_a_body_above_8_mib_is_split(store: JacolbertVectorStore) -> None:
    note = "字" * 1_000_000
    documents = [Document(id=f"d{number}", page_content="山", metadata={"note": note}) for number in range(4)]
    store.add_documents(documents)
    assert [document.metadata["note"] == note for document in store.get_by_ids([f"d{n}" for n in range(4)])] == [
        True
    ] * 4


def test_a_document_that_fits_no_body_is_refused_before_anything_is_stored(store: JacolbertVectorStore) -> None:
    with pytest.raises(JacolbertInputError) as caught:
        store.add_texts(["山", "川"], [{}, {"note": "字" * 3_000_000}], ids=["a", "b"])
    assert (caught.value.code, caught.value.at) == ("document_too_large", {"document": 1, "limit": 8 << 20})
    assert store.get_by_ids(["a", "b"]) == []


def test_an_error_of_a_later_batch_says_what_is_stored(store: JacolbertVectorStore, server: Server) -> None:
    small = JacolbertVectorStore(server.url, "scratch", batch_documents=2)
    with pytest.raises(JacolbertResponseError) as caught:
        small.add_texts(["一", "二", "三", "四"], ids=["1", "2", "3", ""])
    assert (caught.value.code, caught.value.at["document"]) == ("invalid_document", 3)
    assert caught.value.stored_ids == ["1", "2"]
    assert [document.id for document in store.get_by_ids(["1", "2", "3"])] == ["1", "2"]
    small.close()


def cyclic() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def cyclic_dict() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["a"] = value
    return value


@pytest.mark.parametrize(
    ("metadata", "key", "text"),
    [
        ({"when": date(2024, 1, 1)}, "when", "type date"),
        ({"a": {"b": [1, {"c": b"x"}]}}, "a.b[1].c", "type bytes"),
        ({"score": float("nan")}, "score", "nan"),
        ({"s": {1, 2}}, "s", "type set"),
        ({"a": {1: 2}}, "a", "the key 1"),
        ({"n": 2**64}, "n", "64 bits"),
        ({"n": -(2**63) - 1}, "n", "64 bits"),
        ({"t": "\ud800"}, "t", "surrogate"),
        ({"\ud800": 1}, r"'\ud800'", "surrogate"),
        ({"deep": cyclic()}, "deep", "levels"),
        ({"deep": cyclic_dict()}, "deep", "levels"),
    ],
)
def test_metadata_that_json_cannot_hold_are_refused(
    store: JacolbertVectorStore, metadata: dict[str, Any], key: str, text: str
) -> None:
    with pytest.raises(JacolbertInputError, match=text) as caught:
        store.add_texts(["一", "二"], [{}, metadata], ids=["1", "2"])
    assert (caught.value.code, caught.value.at["key"]) == ("invalid_metadata", key)
    assert (caught.value.at["document"], caught.value.at["id"]) == (1, "2")
    assert store.get_by_ids(["1", "2"]) == []


def test_metadata_at_the_limits_come_back(store: JacolbertVectorStore) -> None:
    deep: Any = "底"
    for _ in range(99):
        deep = [deep]
    metadata = {"a": 2**64 - 1, "b": -(2**63), "c": 1e300, "d": deep, "e": (1, 2), "": {"": "\u0000\u2028"}}
    store.add_texts(["山"], [metadata], ids=["1"])
    assert store.get_by_ids(["1"])[0].metadata == {**metadata, "e": [1, 2]}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"metadatas": [{}]}, "wrong_count"),
        ({"ids": ["a"]}, "wrong_count"),
        ({"ids": ["a", "a"]}, "duplicate_id"),
        ({"ids": ["a", "\ud800"]}, "invalid_text"),
        ({"batch_size": 0}, "invalid_limit"),
    ],
)
def test_wrong_arguments_of_adding_are_refused(store: JacolbertVectorStore, arguments: Any, code: str) -> None:
    with pytest.raises(JacolbertInputError) as caught:
        store.add_texts(["一", "二"], **arguments)
    assert caught.value.code == code
    assert store.similarity_search("一") == []


def test_a_wrong_url_is_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match="user or password") as caught:
        JacolbertVectorStore("http://me:secret@127.0.0.1")
    assert "secret" not in str(caught.value)


def test_unknown_settings_are_refused(store: JacolbertVectorStore) -> None:
    for call in (
        store.similarity_search,
        store.similarity_search_with_score,
        store.similarity_search_with_relevance_scores,
    ):
        with pytest.raises(TypeError, match="where"):
            call("山", where="x = 1")
    with pytest.raises(TypeError, match="batchsize"):
        store.add_texts(["山"], batchsize=1)
    with pytest.raises(TypeError, match="where"):
        store.delete(["a"], where=1)


def test_one_vector_searches_are_not_implemented(store: JacolbertVectorStore) -> None:
    with pytest.raises(NotImplementedError, match="late interaction"):
        store.similarity_search_by_vector([0.5])
    with pytest.raises(NotImplementedError, match="late interaction"):
        store.max_marginal_relevance_search_by_vector([0.5])
    with pytest.raises(NotImplementedError, match="late interaction"):
        store.as_retriever(search_type="mmr").invoke("山")
    with pytest.raises(NotImplementedError, match="late interaction"):
        asyncio.run(store.amax_marginal_relevance_search("山"))


def test_a_retriever_of_the_store_searches_it(store: JacolbertVectorStore) -> None:
    fill(store)
    retriever = store.as_retriever(search_kwargs={"k": 2, "filter": "年 > 2000"})
    assert [document.id for document in retriever.invoke("一番大きな湖は？")] == ["biwa", "fuji"]
    threshold = store.as_retriever(search_type="similarity_score_threshold", search_kwargs={"score_threshold": 0.1})
    assert len(threshold.invoke("湖")) == 3
    assert retriever.tags == ["JacolbertVectorStore"]


def test_a_store_of_texts_or_documents_is_filled(store: JacolbertVectorStore, server: Server) -> None:
    place: dict[str, Any] = {"url": server.url, "collection": "scratch"}
    with pytest.warns(UserWarning, match="DeterministicFakeEmbedding is not used"):
        JacolbertVectorStore.from_texts(TEXTS, DeterministicFakeEmbedding(size=3), METADATA, ids=IDS, **place).close()
    assert [document.metadata for document in store.get_by_ids(IDS)] == METADATA
    store.delete(IDS)
    documents = [Document(id=id, page_content=text) for id, text in zip(IDS, TEXTS, strict=True)]
    JacolbertVectorStore.from_documents(documents, None, **place).close()  # type: ignore[arg-type]
    assert store.get_by_ids(IDS) == documents

    async def fill_async() -> None:
        other = await JacolbertVectorStore.afrom_texts(["海は広い。"], None, ids=["umi"], **place)
        await other.aclose()

    asyncio.run(fill_async())
    assert len(store.get_by_ids(["umi"])) == 1


def test_long_documents_have_several_passages_with_one_id(store: JacolbertVectorStore, server: Server) -> None:
    text = "".join(f"第{number}の山は高さが{number}メートルで、頂上から遠くの海が見える。" for number in range(60))
    store.add_texts([text, "琵琶湖"], ids=["long", "short"])
    detailed = JacolbertVectorStore(server.url, "scratch", details_key="place")
    found = detailed.similarity_search("第3の山の高さ", k=2)
    assert [document.id for document in found] == ["long", "long"]
    places = [document.metadata["place"] for document in found]
    assert places[0]["passage_number"] != places[1]["passage_number"]
    whole = store.get_by_ids(["long"])[0].page_content
    assert len(whole.split("\n")) == places[0]["num_passages"] > 1
    assert all(document.page_content in whole for document in found)
    detailed.close()


def test_the_key_of_details_stays_free(store: JacolbertVectorStore, server: Server) -> None:
    detailed = JacolbertVectorStore(server.url, "scratch", details_key="place")
    with pytest.raises(JacolbertInputError, match="place") as caught:
        detailed.add_texts(["山"], [{"place": "静岡"}])
    assert caught.value.code == "metadata_key_taken"
    store.add_texts(["山"], [{"place": "静岡"}])
    with pytest.raises(JacolbertInputError, match="details_key"):
        detailed.similarity_search("山")
    detailed.close()


def test_the_indexing_of_langchain_keeps_a_store_up_to_date(store: JacolbertVectorStore) -> None:
    records = InMemoryRecordManager(namespace="test")
    records.create_schema()

    def run(texts: list[str]) -> dict[str, int]:
        documents = [Document(page_content=text, metadata={"source": "memo"}) for text in texts]
        return dict(
            index(documents, records, store, cleanup="full", source_id_key="source", batch_size=2, key_encoder="sha256")
        )

    assert run(TEXTS) == {"num_added": 3, "num_updated": 0, "num_skipped": 0, "num_deleted": 0}
    assert run(TEXTS[:2]) == {"num_added": 0, "num_updated": 0, "num_skipped": 2, "num_deleted": 1}
    assert {document.page_content for document in store.similarity_search("日本", k=9)} == set(TEXTS[:2])
