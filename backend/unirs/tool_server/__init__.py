"""``unirs mcp``: rasters and questions as tools of an agent (Model Context Protocol over stdio).

The client may read rasters below the folders that the user names (``roots``) and nothing else;
what is written lies in one folder (``results``). Questions go the worker's own way, one at a time
(``questions``). Texts from files and models are data, and marked as such (``schemas``).
"""
