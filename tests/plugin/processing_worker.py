"""A stand-in for the worker that answers with the colour it sees, and fails on demand.

Run as a program. Its only argument is a folder: it reads ``orders.json`` in it at every request,
and adds a line to ``log.jsonl`` for each. A colour is the red of a crop's middle, from 0 to 255.

Orders: ``seconds`` that an answer takes; ``die_on``, ``quit_on``, ``freeze_on`` and ``fail_on``: by
colour, how often to die, to end as the worker does on SIGTERM, to freeze, and which code to fail
with; ``load``: an error code; ``die_at_load``; ``batch_size``: how many it answers together;
``inputs``: kinds of input that it reads.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

from osgeo import gdal

gdal.UseExceptions()
FOLDER = Path(sys.argv[1])
HELLO = {"protocol": 3, "version": "1.2", "python": "3.11"}
MODEL = {
    "model": "stand-in",
    "engine": "unirs",
    "host": None,
    "digest": None,
    "image_size": 64,
    "device": "cpu",
    "precision": "float32",
    "memory_bytes": 1000,
    "demonstration": True,
    "capabilities": {
        "inputs": ["single", "pair", "video"],
        "clue": True,
        "change_maps": True,
        "option_scores": "exact",
        "conversation": False,
    },
    "classes": {"single": ["forest", "beach"], "video": ["flood", "traffic congestion"]},
}
waiting: queue.Queue = queue.Queue()
cancelled: set = set()


def send(**message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def fail(request, code):
    error = {"code": -32000, "message": f"Sentence of {code}.", "data": {"code": code}}
    send(id=request["id"], error=error)


def log(**facts):
    with (FOLDER / "log.jsonl").open("a") as file:
        file.write(json.dumps({"at": time.time(), **facts}) + "\n")


def colour(path):
    raster = gdal.Open(path)
    x, y = raster.RasterXSize // 2, raster.RasterYSize // 2
    return raster.GetRasterBand(1).ReadRaster(x, y, 1, 1)[0]


def date(path):
    return gdal.Open(path).GetMetadataItem("ACQUISITION_DATE")


def width(path):
    """Width of a crop in units of its CRS."""
    raster = gdal.Open(path)
    return raster.RasterXSize * raster.GetGeoTransform()[1]


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def freeze():
    os.kill(os.getpid(), signal.SIGSTOP)


def times_left(orders, what, name):
    """Whether something that is to happen so often on a colour has to happen now; counts it."""
    happened = FOLDER / f"{what}-{name}"
    times = len(happened.read_text()) if happened.exists() else 0
    if times >= orders.get(what, {}).get(name, 0):
        return False
    happened.write_text("x" * (times + 1))
    return True


def quit_as_told(request, result):
    """What the worker does on SIGTERM: part of an answer, refusals for what waits, the end."""
    while not waiting.empty():
        fail(waiting.get(), "cancelled")
    send(id=request["id"], result={**result, "answer": "", "stopped": True})
    os._exit(0)


def read():
    """Take requests until QGIS is gone, even in the middle of a line or of an answer to it."""
    try:
        for line in sys.stdin:
            take(json.loads(line))
    finally:
        os._exit(0)


def take(request):
    method, params = request["method"], request.get("params", {})
    if method == "hello":
        send(id=request["id"], result={**HELLO, "pid": os.getpid()})
    elif method == "cancel":
        cancelled.add(params["id"])
    elif method == "shutdown":
        os._exit(0)
    else:
        paths = params.get("paths", [])
        seen = {"dates": list(map(date, paths)), "widths": list(map(width, paths))}
        log(method=method, **params, **seen)
        waiting.put(request)


def answer(request):
    orders = json.loads((FOLDER / "orders.json").read_text())
    params = request["params"]
    if request["method"] == "load":
        if orders.get("die_at_load"):
            die()
        if "load" in orders:
            return fail(request, orders["load"])
        size = orders.get("batch_size", 1)
        able = {
            **MODEL["capabilities"],
            "inputs": orders.get("inputs", ["single", "pair", "video"]),
        }
        loaded = {**MODEL, "capabilities": able, "batch_size": size}
        return send(id=request["id"], result=loaded)
    colours = [colour(path) for path in params["paths"]]
    name = str(colours[0])
    if times_left(orders, "die_on", name):
        die()
    if times_left(orders, "freeze_on", name):
        freeze()
    if name in orders.get("fail_on", {}):
        return fail(request, orders["fail_on"][name])
    end = time.monotonic() + orders.get("seconds", 0)
    while time.monotonic() < end and request["id"] not in cancelled:
        time.sleep(0.01)
    options = params.get("options") or params.get("classes") or []
    if request["method"] == "classify" and not options:
        options = MODEL["classes"]["single" if len(colours) == 1 else "video"]
    chances = [{"text": text, "probability": 0.5**n} for n, text in enumerate(options, start=1)]
    text = options[0] if options else " ".join(f"colour {value}" for value in colours)
    result = {
        "answer": text,
        "clue": f"clue {name}",
        "options": chances,
        "changed": len(set(colours)) > 1 if request["method"] == "change" else None,
        **{name: MODEL[name] for name in ("model", "engine", "host", "digest")},
        "conversation_turns": 0,
        "frames_left_out": 0,
        "warnings": [],
        "device": "cpu",
        "demonstration": True,
        "zero_shot": False,
        "acquired": [None] * len(colours),
        "confidence": chances[0]["probability"] if options else 0.75,
        "agreement": None,
        "unsure": bool(options) and chances[0]["probability"] < 0.6,
        "seconds": {"total": 0.25},
        "stopped": request["id"] in cancelled,
    }
    if times_left(orders, "quit_on", name):
        quit_as_told(request, result)
    return send(id=request["id"], result=result)


def together():
    """The next request, and those that wait behind it; one of them may take all along."""
    orders = json.loads((FOLDER / "orders.json").read_text())
    requests = [waiting.get()]
    while len(requests) < orders.get("batch_size", 1) and not waiting.empty():
        requests.append(waiting.get())
    for request in requests[1:]:
        if times_left(orders, "die_on", str(colour(request["params"]["paths"][0]))):
            die()
    return requests


threading.Thread(target=read, daemon=True).start()
while True:
    for each in together():
        answer(each)
