"""A server of the Model Context Protocol with some tools. Each call is a line of the file in argv[1]."""

import json
import sys

LOG = sys.argv[1]
MODE = sys.argv[2] if len(sys.argv) > 2 else ""


def schema(**properties):
    return {"type": "object", "properties": properties, "required": list(properties)}


TOOLS = [
    {"name": "add", "description": "Adds two numbers",
     "inputSchema": schema(a={"type": "number"}, b={"type": "number"})},
    {"name": "send-mail", "inputSchema": schema(to={"type": "string"})},
    {"name": "fail", "inputSchema": {"type": "object"}},
    {"name": "mixed", "inputSchema": {"type": "object"}},
    {"name": "secret", "inputSchema": {"type": "object"}},
    {"name": "wrong", "inputSchema": {"type": "object", "properties": {"a": {"type": "nothing"}}}},
]


def call(name, arguments):
    with open(LOG, "a", encoding="utf-8") as log:
        log.write(f"{name} {json.dumps(arguments, sort_keys=True)}\n")
    if name == "add":
        total = {"sum": arguments["a"] + arguments["b"]}
        return {"content": [{"type": "text", "text": json.dumps(total)}], "structuredContent": total}
    if name == "fail":
        return {"content": [{"type": "text", "text": "no such user"}], "isError": True}
    if name == "mixed":
        return {"content": [{"type": "text", "text": "a"},
                            {"type": "image", "data": "AA==", "mimeType": "image/png"}]}
    return {"content": [{"type": "text", "text": f"{name} done"}]}


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    method, params = message["method"], message.get("params") or {}
    if MODE == "silent":
        sys.exit(3)
    if method == "initialize":
        result = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                  "serverInfo": {"name": "stub", "version": "1"}}
    elif method == "tools/list":
        result = {"tools": TOOLS}
    elif method == "tools/call":
        result = call(params["name"], params.get("arguments") or {})
    else:
        answer = {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no such method"}}
        print(json.dumps(answer), flush=True)
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
