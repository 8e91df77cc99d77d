"""HTTP connections to a server."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
import weakref
from functools import cache
from typing import Any

import httpx
from pydantic import SecretStr, ValidationError

from langchain_jacolbert.answers import FaultBody
from langchain_jacolbert.call import AnswerT, Call
from langchain_jacolbert.errors import (
    JacolbertConnectionError,
    JacolbertError,
    JacolbertInputError,
    JacolbertResponseError,
)

MAX_WAIT = 30.0
"""Seconds. A request that the server puts off for longer is not repeated."""

CONNECT_TIME = 10.0
"""Seconds until a connection is given up that does not come about."""


class Connection:
    """HTTP connections to a server, for threads and event loops alike.

    A request that is answered with 429 or 503 and `Retry-After` is repeated after that time, `max_retries` times at
    most. The server has then done nothing, and all requests of this package read, store with `upsert` or delete by
    name, so that repeating them is safe. A request without an answer is not repeated.
    """

    def __init__(self, url: str, key: SecretStr | None, timeout: float, max_retries: int) -> None:
        self.settings = (url, key, timeout, max_retries)
        self._url = url
        self._max_retries = max_retries
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        # Connections belong to the event loop that opened them.
        self._async_clients: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        # Copies and other processes open connections of their own.
        return (Connection, self.settings)

    def send(self, call: Call[AnswerT]) -> AnswerT:
        """The answer to a call."""
        retries = 0
        while True:
            try:
                response = self._sync_client().request(**self._parts(call))
            except (httpx.RequestError, httpx.InvalidURL) as error:
                raise self._no_answer(error) from error
            wait = self._wait(response, retries)
            if wait is None:
                return _answer(call, response)
            time.sleep(wait)
            retries += 1

    async def asend(self, call: Call[AnswerT]) -> AnswerT:
        """The answer to a call."""
        retries = 0
        while True:
            try:
                response = await self._async_client().request(**self._parts(call))
            except (httpx.RequestError, httpx.InvalidURL) as error:
                raise self._no_answer(error) from error
            wait = self._wait(response, retries)
            if wait is None:
                return _answer(call, response)
            await asyncio.sleep(wait)
            retries += 1

    def close(self) -> None:
        """Close the connections of `send`."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """Close the connections of `asend` in this event loop."""
        with self._lock:
            client = self._async_clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def _sync_client(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(**self._client_settings())
                weakref.finalize(self, self._client.close)
            return self._client

    def _async_client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        with self._lock:
            for other in [other for other in self._async_clients if other.is_closed()]:
                del self._async_clients[other]
            if loop not in self._async_clients:
                self._async_clients[loop] = httpx.AsyncClient(**self._client_settings())
            return self._async_clients[loop]

    def _client_settings(self) -> dict[str, Any]:
        _, key, timeout, _ = self.settings
        headers = {b"accept": b"application/json"}
        if key is not None:
            headers[b"authorization"] = b"Bearer " + key.get_secret_value().encode()
        times = httpx.Timeout(timeout, connect=min(timeout, CONNECT_TIME))
        return {"headers": headers, "timeout": times, "verify": _ssl_context()}

    def _parts(self, call: Call[Any]) -> dict[str, Any]:
        parts: dict[str, Any] = {"method": call.method, "url": self._url + call.path}
        if call.body is not None:
            parts["content"] = call.body
            parts["headers"] = {"content-type": "application/json"}
        return parts

    def _wait(self, response: httpx.Response, retries: int) -> float | None:
        """Seconds to wait before the request is repeated; `None` if it is not."""
        given = response.headers.get("retry-after", "")
        if response.status_code not in (429, 503) or retries >= self._max_retries:
            return None
        if not (given.isascii() and given.isdigit()) or float(given) > MAX_WAIT:
            return None
        return float(given)

    def _no_answer(self, error: httpx.RequestError | httpx.InvalidURL) -> JacolbertError:
        at = {"url": self._url}
        cause = str(error) or type(error).__name__
        if isinstance(error, httpx.InvalidURL):
            # An id of more than about 65,000 characters.
            return JacolbertInputError("invalid_url", f"the request has no valid url: {cause}", at)
        if isinstance(error, httpx.TimeoutException):
            reason = f"no answer from {self._url} within the timeout: {cause}"
            return JacolbertConnectionError("client_timeout", reason, at)
        return JacolbertConnectionError("unreachable", f"no answer from {self._url}: {cause}", at)


@cache
def _ssl_context() -> ssl.SSLContext:
    """The usual one. All clients share it, since making it takes tens of milliseconds."""
    return httpx.create_ssl_context()


def _answer(call: Call[AnswerT], response: httpx.Response) -> AnswerT:
    if not response.is_success:
        raise _fault(response)
    try:
        return call.answer.model_validate_json(response.content)
    except ValidationError as error:
        raise _unexpected(response) from error


def _fault(response: httpx.Response) -> JacolbertResponseError:
    try:
        fault = FaultBody.model_validate_json(response.content).error
    except ValidationError:
        return _unexpected(response)
    return JacolbertResponseError(fault.code, fault.reason, fault.at, response.status_code)


def _unexpected(response: httpx.Response) -> JacolbertResponseError:
    url = response.request.url
    reason = f"the answer of {url} is not one of a jacolbert server"
    return JacolbertResponseError("unexpected_answer", reason, {"url": str(url)}, response.status_code)
