"""Where the server is and how it is asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, field_validator

from langchain_jacolbert.connection import Connection

DEFAULT_URL = "http://127.0.0.1:8080"
"""Where `jacolbert serve` listens unless it is told otherwise."""

DEFAULT_RETRIES = 3


class ServerSettings(BaseModel):
    """Where the server is and how it is asked."""

    # A message of pydantic would show the key.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: str = DEFAULT_URL
    """Address of the server; it may have a path, as behind a proxy."""

    api_key: SecretStr | None = None
    """The key of the server, if it has one."""

    timeout: float = Field(default=60.0, gt=0)
    """Seconds until the client gives up waiting. The server gives a search 30 seconds."""

    max_retries: int = Field(default=DEFAULT_RETRIES, ge=0)
    """How often a request is repeated that the server put off (429 or 503 with `Retry-After`)."""

    _connection: Connection | None = PrivateAttr(default=None)

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the url must be like http://127.0.0.1:8080")
        if parts.port == 0:
            raise ValueError("the url must not have port 0")
        if "@" in parts.netloc:
            raise ValueError("the url must not have a user or password; a key is given as api_key")
        if parts.query or parts.fragment:
            raise ValueError("the url must not have a query or fragment")
        return url.rstrip("/")

    @field_validator("api_key")
    @classmethod
    def _check_key(cls, key: SecretStr | None) -> SecretStr | None:
        # No server has another key, and a library below would show one that it refuses.
        if key is not None and not all("!" <= sign <= "~" for sign in key.get_secret_value() or " "):
            raise ValueError("the api_key must consist of visible ASCII characters, at least one")
        return key

    @property
    def connection(self) -> Connection:
        """The connection with these settings. It is made anew if they have changed."""
        current = (self.url, self.api_key, self.timeout, self.max_retries)
        connection = self._connection
        if connection is None or connection.settings != current:
            connection = Connection(*current)
            self._connection = connection
        return connection

    def close(self) -> None:
        """Close the connections of synchronous calls. A later call opens them again."""
        self.connection.close()

    async def aclose(self) -> None:
        """Close the connections of asynchronous calls in this event loop. A later call opens them again."""
        await self.connection.aclose()
