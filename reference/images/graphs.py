"""Small ONNX graphs written node by node, so that a node, its output and the site have one name.

Opset 17, a dynamic first axis, float32. The same calls give the same bytes.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 17, 8


class Graph:
    """Each method adds one node and returns its output's name, which is the node's."""

    def __init__(self, name, inputs, shape):
        self.name, self.inputs, self.nodes, self.weights = name, [(inputs, shape)], [], []

    def constant(self, name, values):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, op, name, inputs, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def conv(self, name, x, weight, bias, stride=1, groups=1, pad=None):
        k = weight.shape[-1]
        pad = k // 2 if pad is None else pad
        names = [self.constant(f"{name}.weight", weight), self.constant(f"{name}.bias", bias)]
        return self.node("Conv", name, [x, *names], kernel_shape=[k, k], strides=[stride] * 2,
                         pads=[pad] * 4, group=groups, dilations=[1, 1])

    def transposed(self, name, x, weight, bias, stride, pad):
        k = weight.shape[-1]
        names = [self.constant(f"{name}.weight", weight)]
        if bias is not None:
            names.append(self.constant(f"{name}.bias", bias))
        return self.node("ConvTranspose", name, [x, *names], kernel_shape=[k, k], strides=[stride] * 2,
                         pads=[pad] * 4, group=1, dilations=[1, 1])

    def linear(self, name, x, weight, bias):
        """Gemm with the weight as PyTorch stores it, [outputs, inputs]."""
        names = [self.constant(f"{name}.weight", weight)]
        if bias is not None:
            names.append(self.constant(f"{name}.bias", bias))
        return self.node("Gemm", name, [x, *names], transB=1)

    def relu(self, name, x):
        return self.node("Relu", name, [x])

    def add(self, name, a, b):
        return self.node("Add", name, [a, b])

    def mean(self, name, x):
        """[N,C,H,W] -> [N,C]"""
        self.node("GlobalAveragePool", name, [x])
        return self.node("Flatten", f"{name}_flat", [name], axis=1)

    def save(self, path, output, shape):
        floats = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
        graph = helper.make_graph(
            self.nodes, self.name, [floats(name, ["N", *dims]) for name, dims in self.inputs],
            [floats(output, ["N", *shape])], self.weights)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="loci")
        onnx.checker.check_model(model, full_check=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model.SerializeToString(deterministic=True))
        return model


def with_outputs(model):
    """A copy whose every node output is an output of the graph: what the site tests compare."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    known = {value.name for value in model.graph.output}
    for node in model.graph.node:
        for name in node.output:
            if name not in known:
                model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return model
