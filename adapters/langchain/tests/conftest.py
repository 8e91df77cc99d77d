"""A real server with a few collections, for all tests."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from langchain_jacolbert import JacolbertVectorStore

ROOT = Path(__file__).resolve().parents[3]
START_TIME = 60
EVERYTHING = "x IS NULL OR x IS NOT NULL"


def binary() -> Path:
    named = os.environ.get("JACOLBERT_BIN")
    path = Path(named) if named else ROOT / "target/release/jacolbert"
    if not path.is_file():
        pytest.fail(f"there is no {path}; build it, or name it in JACOLBERT_BIN", pytrace=False)
    return path.resolve()


def passages() -> list[dict[str, object]]:
    """The first passages of the examples, each with a year and a place in its metadata."""
    lines = (ROOT / "examples/collection/passages.jsonl").read_text(encoding="utf-8").splitlines()[:40]
    records = [json.loads(line) for line in lines]
    return [
        {"id": record["id"], "text": record["text"], "metadata": {"year": 2000 + number, "author": {"name": "山田"}}}
        for number, record in enumerate(records)
    ]


@dataclass
class Server:
    """A process of `jacolbert serve`."""

    process: subprocess.Popen[str]
    url: str

    @classmethod
    def start(cls, log: Path, *arguments: str, key: str | None = None) -> Server:
        environment = {name: value for name, value in os.environ.items() if name != "JACOLBERT_KEY"}
        if key is not None:
            environment["JACOLBERT_KEY"] = key
        command = [str(binary()), "serve", "--json", "--log", "warn", "--address", "127.0.0.1:0", *arguments]
        with log.open("w") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], START_TIME)
        line = process.stdout.readline() if ready else ""
        if not line:
            process.kill()
            process.communicate()
            pytest.fail(f"the server did not start: {log.read_text()}", pytrace=False)
        return cls(process, json.loads(line)["url"])

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """`wiki` is only read, `scratch` is changed, and `plain` has no words."""
    home = tmp_path_factory.mktemp("collections")
    source = home / "passages.jsonl"
    lines = [json.dumps(passage, ensure_ascii=False) for passage in passages()]
    source.write_text("\n".join(lines), encoding="utf-8")
    made = {name: home / name for name in ("wiki", "scratch", "plain")}
    index(source, made["wiki"], "--words")
    index(source, made["plain"])
    shutil.copytree(made["wiki"], made["scratch"])
    return made


def index(source: Path, folder: Path, *arguments: str) -> None:
    command = [binary(), "index", "--quiet", "--model", ROOT / "assets/mini", "-c", folder, *arguments, source]
    subprocess.run(command, check=True)


@pytest.fixture(scope="session")
def server(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("log") / "server.txt"
    server = Server.start(log, *(f"{name}={folder}" for name, folder in folders.items()))
    yield server
    server.stop()


@pytest.fixture
async def store(server: Server) -> AsyncIterator[JacolbertVectorStore]:
    """An empty collection as a store."""
    store = JacolbertVectorStore(server.url, "scratch")
    store.delete(filter=EVERYTHING)
    yield store
    store.close()
    await store.aclose()
