"""Code mode: runs code that a language model writes, over tools.

It runs in sessions that can be stopped, asked about, saved and resumed.
"""

from .caps import Caps
from .outcome import (
    Answer,
    Approve,
    CallRecord,
    CellError,
    CellValue,
    Console,
    Costs,
    Decision,
    Deny,
    FileChange,
    FileInfo,
    Issue,
    Outcome,
    PendingCall,
    Place,
    ToolFault,
)
from .sandbox import Sandbox
from .schema import JsonSchema, ToolDefinitionError
from .session import Session, SessionError
from .tools import Tool, ToolContext, tool, tool_context

__all__ = [
    "Answer",
    "Approve",
    "CallRecord",
    "Caps",
    "CellError",
    "CellValue",
    "Console",
    "Costs",
    "Decision",
    "Deny",
    "FileChange",
    "FileInfo",
    "Issue",
    "JsonSchema",
    "Outcome",
    "PendingCall",
    "Place",
    "Sandbox",
    "Session",
    "SessionError",
    "Tool",
    "ToolContext",
    "ToolDefinitionError",
    "ToolFault",
    "tool",
    "tool_context",
]
