"""The official SDK's server, on streams that are given to it."""

from __future__ import annotations

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server


class ToolServer(MCPServer):
    """Serves one client. Standard input and output were reserved for it before."""

    async def run_on(self, stdin: anyio.AsyncFile[str], stdout: anyio.AsyncFile[str]) -> None:
        """Answer messages until stdin ends.

        Args:
            stdin: One message a line.
            stdout: The same.
        """
        async with stdio_server(stdin, stdout) as (reading, writing):
            server = self._lowlevel_server
            await server.run(reading, writing, server.create_initialization_options())
