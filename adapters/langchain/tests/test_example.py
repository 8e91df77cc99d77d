"""The example and the code of the README, as a newcomer runs them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from conftest import Server

from langchain_jacolbert import JacolbertVectorStore

HOME = Path(__file__).resolve().parents[1]


def test_the_example_puts_the_best_passage_before_the_question(store: JacolbertVectorStore, server: Server) -> None:
    command = [sys.executable, str(HOME / "examples/question.py"), server.url, "scratch"]
    lines = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.splitlines()
    assert lines[1] == "[tazawa] 秋田県の田沢湖は、日本で最も深い湖である。水深は423メートル。"
    assert lines[-1] == "質問: 日本で一番深い湖は？"


def test_the_code_of_the_readme_runs(store: JacolbertVectorStore, server: Server) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (HOME / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    code = "\n".join(blocks).replace("http://127.0.0.1:8080", server.url).replace('"news"', '"scratch"')
    subprocess.run([sys.executable, "-c", code], check=True)
