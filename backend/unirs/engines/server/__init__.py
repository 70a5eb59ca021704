"""The engine of OpenAI-compatible servers: Ollama, llama.cpp, LM Studio, vLLM and others."""

from unirs.engines.server.opening import open_server_engine

__all__ = ["open_server_engine"]
