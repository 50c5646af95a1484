"""to_onnx.py KERAS ONNX: the MNIST CNN of specs/mnist_cnn.yaml, as serve reads it, for ONNX Runtime."""
import sys

import h5py
import numpy
from onnx import TensorProto, checker, helper, numpy_helper, save


def weights(path):
    """Keras's arrays by name: conv2d_1/kernel."""
    with h5py.File(path) as f:
        group, found = f["model_weights"], {}
        for layer in group.attrs["layer_names"]:
            for name in group[layer].attrs["weight_names"]:
                found[name.decode().rsplit(":", 1)[0].split("/", name.decode().count("/") - 1)[-1]] = numpy.array(group[layer][name])
    return found


def main(keras, onnx):
    w = weights(keras)
    rows = w["dense_1/kernel"].reshape(12, 12, 64, 128).transpose(2, 0, 1, 3).reshape(9216, 128)     # HWC, and ONNX flattens CHW
    arrays = {"k1": w["conv2d_1/kernel"].transpose(3, 2, 0, 1), "b1": w["conv2d_1/bias"],
              "k2": w["conv2d_2/kernel"].transpose(3, 2, 0, 1), "b2": w["conv2d_2/bias"],
              "k3": rows, "b3": w["dense_1/bias"], "k4": w["dense_2/kernel"], "b4": w["dense_2/bias"]}
    nodes = [helper.make_node("Conv", ["x", "k1", "b1"], ["c1"]), helper.make_node("Relu", ["c1"], ["r1"]),
             helper.make_node("Conv", ["r1", "k2", "b2"], ["c2"]), helper.make_node("Relu", ["c2"], ["r2"]),
             helper.make_node("MaxPool", ["r2"], ["p"], kernel_shape=[2, 2], strides=[2, 2]), helper.make_node("Flatten", ["p"], ["f"]),
             helper.make_node("Gemm", ["f", "k3", "b3"], ["d1"]), helper.make_node("Relu", ["d1"], ["r3"]),
             helper.make_node("Gemm", ["r3", "k4", "b4"], ["d2"]), helper.make_node("Softmax", ["d2"], ["y"], axis=1)]
    graph = helper.make_graph(
        nodes, "mnist", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 28, 28])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(numpy.ascontiguousarray(a), name) for name, a in arrays.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    checker.check_model(model, full_check=True)
    save(model, onnx)


main(*sys.argv[1:])
