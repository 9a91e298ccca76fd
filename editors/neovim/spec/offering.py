#!/usr/bin/env python3
"""A server that is nothing but commands: it answers `bvlc.preview` with what it was asked, and fails at `bvlc.show-graph`."""
import json
import sys


def read():
    length = 0
    while (line := sys.stdin.buffer.readline().strip()):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def send(message):
    content = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
    sys.stdout.buffer.flush()


while message := read():
    if message["method"] == "exit":
        break
    if "id" not in message:
        continue
    answer = {"id": message["id"], "result": None}
    if message["method"] == "initialize":
        commands = ["bvlc.preview", "bvlc.show-graph", "other.command"]
        answer["result"] = {"capabilities": {"executeCommandProvider": {"commands": commands}, "textDocumentSync": 1}}
    if message["method"] == "workspace/executeCommand":
        asked = message["params"]
        if asked["command"] == "bvlc.preview":
            answer["result"] = {"text": "asked: " + json.dumps(asked["arguments"], sort_keys=True) + "\n", "language": "yaml"}
        else:
            del answer["result"]
            answer["error"] = {"code": -32803, "message": "there is nothing to draw"}
    send(answer)
