"""A model of a server, once it was reached."""

from __future__ import annotations

from dataclasses import dataclass, field

from unirs.models.server_client import ServerClient


@dataclass
class ConnectedModel:
    """A model of a server, and what has turned out about it.

    Attributes:
        client: Of the server.
        name: The server's name of the model.
        top_logprobs: How many tokens the server gives probabilities of; 0: of none.
        follows_schema: Whether it keeps to a JSON schema; ``None``: not tried yet.
        sends_to: Host that the server passes images on to; ``None`` if it answers itself.
        continuing: Fields of a request that make the server continue its own last message; ``None``
            where it does not.
        clues: Descriptions of images, by their digests.
    """

    client: ServerClient
    name: str
    top_logprobs: int = 0
    follows_schema: bool | None = None
    sends_to: str | None = None
    continuing: dict[str, bool] | None = None
    clues: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str | None:
        """Host that images are sent to; ``None`` if they stay on this computer."""
        address = self.client.address
        return self.sends_to or (None if address.is_local else address.host)
