"""Stores a few texts in a collection, and answers a question from them in a chain.

    jacolbert index --model assets/mini --collection memo examples/collection/passages.jsonl
    jacolbert serve memo=memo
    python adapters/langchain/examples/question.py http://127.0.0.1:8080 memo

The chat model only repeats the prompt, so that nothing is downloaded. Put your own in its place.
"""

import sys

from langchain_core.documents import Document
from langchain_core.language_models import ParrotFakeChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from langchain_jacolbert import JacolbertRetriever, JacolbertVectorStore

TEXTS = {
    "fuji": "富士山は日本で最も高い山である。標高は3776メートル。",
    "biwa": "琵琶湖は滋賀県にある、日本で最も大きな湖である。",
    "tazawa": "秋田県の田沢湖は、日本で最も深い湖である。水深は423メートル。",
    "shinano": "信濃川は日本で最も長い川である。長さは367キロメートル。",
}


def context(documents: list[Document]) -> str:
    """The passages as the prompt has them."""
    return "\n".join(f"[{document.id}] {document.page_content}" for document in documents)


def main(url: str, collection: str) -> None:
    """Store the texts, and ask."""
    store = JacolbertVectorStore(url, collection)
    store.add_texts(list(TEXTS.values()), [{"topic": "地理"}] * len(TEXTS), ids=list(TEXTS))

    retriever = JacolbertRetriever(url=url, collection=collection, k=2, filter="topic = '地理'")
    prompt = ChatPromptTemplate.from_template("資料だけを使って答えてください。\n{context}\n質問: {question}")
    chat = ParrotFakeChatModel()
    chain = {"context": retriever | context, "question": RunnablePassthrough()} | prompt | chat | StrOutputParser()
    print(chain.invoke("日本で一番深い湖は？"))


if __name__ == "__main__":
    main(*sys.argv[1:])
