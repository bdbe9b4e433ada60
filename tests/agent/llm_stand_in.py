"""A scripted OpenAI-compatible server on loopback. It tests the protocol, never a model's quality.

Each step of the script answers one request: {"content"}, {"calls": [(name, arguments)]}, {"status"}, {"cut": True}.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def scripted_llm(steps):
    """Serve the steps in order; yields an object with `base_url` and the `requests` received."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.steps, server.requests = list(steps), []
    server.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(json.loads(body))
        step = self.server.steps.pop(0) if self.server.steps else {"status": 400}
        status = step.get("status", 200)
        payload = json.dumps(_completion(step) if status == 200 else {"error": {"message": "scripted"}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_):
        pass


def _completion(step):
    message = {"role": "assistant", "content": step.get("content")}
    if step.get("calls"):
        message["tool_calls"] = [
            {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for i, (name, arguments) in enumerate(step["calls"])
        ]
    reason = None if step.get("cut") else "tool_calls" if step.get("calls") else "stop"
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "scripted",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}]}
