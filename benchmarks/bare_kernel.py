"""A kernel that only answers, on pyzmq alone: how fast the wire can be in Python.

Not a product: no `jupyter_client.Session`, no traitlets, no event loop, no checks. `python bare_kernel.py CONNECTION_FILE`.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import uuid

import zmq

with open(sys.argv[1]) as file:
    connection = json.load(file)
context = zmq.Context()


def bind(kind: int, port: str) -> zmq.Socket:
    socket = context.socket(kind)
    socket.bind(f"tcp://{connection['ip']}:{connection[port]}")
    return socket


shell, control, stdin = (bind(zmq.ROUTER, port) for port in ("shell_port", "control_port", "stdin_port"))
iopub, heartbeat = bind(zmq.PUB, "iopub_port"), bind(zmq.REP, "hb_port")
threading.Thread(target=lambda: [heartbeat.send(heartbeat.recv()) for _ in iter(int, 1)], daemon=True).start()
key = hmac.new(connection["key"].encode(), digestmod=hashlib.sha256)
session = uuid.uuid4().hex


def send(socket: zmq.Socket, identity: bytes, kind: str, content: dict, parent: bytes) -> None:
    now = datetime.datetime.now(datetime.UTC).isoformat()
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "session": session,
        "username": "k",
        "date": now,
        "version": "5.3",
    }
    frames = [json.dumps(header).encode(), parent, b"{}", json.dumps(content).encode()]
    signature = key.copy()
    for frame in frames:
        signature.update(frame)
    socket.send_multipart([identity, b"<IDS|MSG>", signature.hexdigest().encode(), *frames])


poller, count = zmq.Poller(), 0
poller.register(shell, zmq.POLLIN)
poller.register(control, zmq.POLLIN)
while True:
    for socket, _ in poller.poll():
        received = socket.recv_multipart()
        at = received.index(b"<IDS|MSG>")
        parent, kind, content = received[at + 2], json.loads(received[at + 2])["msg_type"], json.loads(received[at + 5])
        send(iopub, b"status", "status", {"execution_state": "busy"}, parent)
        if kind == "execute_request":
            count += 1
            send(iopub, b"execute_input", "execute_input", {"code": content["code"], "execution_count": count}, parent)
            send(
                iopub,
                b"execute_result",
                "execute_result",
                {"execution_count": count, "data": {"text/plain": "2"}, "metadata": {}},
                parent,
            )
            send(
                socket,
                received[0],
                "execute_reply",
                {"status": "ok", "execution_count": count, "user_expressions": {}, "payload": []},
                parent,
            )
        elif kind == "kernel_info_request":
            language = {"name": "python", "version": "3", "mimetype": "text/x-python", "file_extension": ".py"}
            info = {
                "status": "ok",
                "protocol_version": "5.3",
                "implementation": "bare",
                "implementation_version": "1",
                "language_info": language,
                "banner": "",
            }
            send(socket, received[0], "kernel_info_reply", info, parent)
        elif kind == "shutdown_request":
            send(socket, received[0], "shutdown_reply", {"status": "ok", "restart": False}, parent)
            time.sleep(0.1)
            os._exit(0)
        send(iopub, b"status", "status", {"execution_state": "idle"}, parent)
