"""What can go wrong. Every error of this package is a `JacolbertError`."""

from __future__ import annotations

from typing import Any


class JacolbertError(Exception):
    """A request was refused, or got no answer that could be read.

    `code` is what programs decide by: one of the server's codes, or one of this package, which the subclasses name.
    `reason` is for people. `at` says where the cause lies, for instance `{"field": "filter", "column": 8, "byte": 7}`.
    `status` is the HTTP status, if there was an answer.
    """

    def __init__(self, code: str, reason: str, at: dict[str, Any] | None = None, status: int | None = None) -> None:
        super().__init__(code, reason, at, status)
        self.code = code
        self.reason = reason
        self.at: dict[str, Any] = {} if at is None else at
        self.status = status
        self.stored_ids: list[str] = []
        """Ids of the documents that earlier requests of the same call have stored."""

    def __str__(self) -> str:
        facts = [self.code]
        if self.status is not None:
            facts.append(f"status {self.status}")
        facts.extend(f"{name}: {value}" for name, value in self.at.items())
        return f"{self.reason} ({', '.join(facts)})"


class JacolbertInputError(JacolbertError, ValueError):
    """Refused before anything was sent.

    Codes: `invalid_metadata`, `invalid_text`, `duplicate_id`, `wrong_count`, `document_too_large`, `invalid_limit`,
    `invalid_url`, `invalid_filter_type`, `nothing_to_delete`; and when a search is read, `metadata_key_taken`
    and `no_relevance`.
    """


class JacolbertConnectionError(JacolbertError):
    """No answer came: `unreachable`, or `client_timeout` if the `timeout` of the client was over.

    If the request was a change, it may have been made.
    """


class JacolbertResponseError(JacolbertError):
    """The server answered with an error, and `code` is its code.

    `unexpected_answer` is an answer that no jacolbert server gives, for instance the page of a proxy.
    """
