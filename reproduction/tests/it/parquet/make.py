"""Writes the rows of the tests as Parquet, as the library datasets does for the hub.

    pip install pyarrow==26.0.1
    python make.py
"""
from pathlib import Path

import pyarrow
from pyarrow import parquet

HERE = Path(__file__).parent


def write(name, rows):
    parquet.write_table(pyarrow.Table.from_pylist(rows), HERE / name)


write("jqara.parquet", [
    {"id": "x", "title": "富士山", "text": "高い山", "label": 1, "question": "一番高い山は？",
     "answers": ["富士山"], "q_id": "QA1", "passage_row_id": 11},
    {"id": "y", "title": "琵琶湖", "text": "湖", "label": 0, "question": "一番高い山は？",
     "answers": ["富士山"], "q_id": "QA1", "passage_row_id": 12},
    {"id": "y", "title": "琵琶湖", "text": "湖", "label": 1, "question": "大きな湖は？",
     "answers": ["琵琶湖", "びわ湖"], "q_id": "QA2", "passage_row_id": 12},
])
write("jacwir_eval.parquet", [
    {"query": "一番高い山は？", "positive": "p1", "negatives": ["p2", "p3"]},
    {"query": "大きな湖は？", "positive": "p2", "negatives": ["p1", "p3"]},
])
write("jacwir_collection_0.parquet", [
    {"doc_id": "p3", "title": "茶", "description": "わび茶", "link": "l", "date": "d"},
    {"doc_id": "p1", "title": "富士山", "description": "高い山", "link": "l", "date": None},
])
write("jacwir_collection_1.parquet", [
    {"doc_id": "p9", "title": "土星", "description": "環", "link": "l", "date": "d"},
    {"doc_id": "p2", "title": "琵琶湖", "description": "湖", "link": "l", "date": "d"},
])
