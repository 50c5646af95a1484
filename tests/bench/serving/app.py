"""The peer: the same model behind FastAPI, computed by ONNX Runtime with one thread. Environment: MODEL, an .onnx file."""
import io
import os

import numpy
import onnxruntime
import orjson
from fastapi import FastAPI, Request, Response

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
app = FastAPI()


@app.get("/ping")
async def ping():
    return Response()


@app.post("/invocations")
async def invocations(request: Request):
    body = await request.body()
    if request.headers["content-type"] == "application/json":
        x = numpy.asarray(orjson.loads(body)["instances"], numpy.float32)
    else:
        x = numpy.load(io.BytesIO(body))
        if x.dtype == numpy.uint8:
            x = x.astype(numpy.float32) / 255
    y = session.run(None, {"x": x.reshape(-1, 1, 28, 28)})[0]
    return Response(orjson.dumps({"predictions": y.tolist()}), media_type="application/json")
