"""The .tflite file of a network: made by TensorFlow's converter, run by LiteRT, and read.

Whole numbers of 8 bits: Jacob et al. 2018, "Quantization and training of neural networks for
efficient integer-arithmetic-only inference". A value r is written as q with r = scale · (q − zero).
"""

import gzip
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from model.experiments.experiment import Working
from model.network import Network, layers
from model.network.keras_model import lite_converter

SLICE = 0.2
"""Seconds between two signs of life."""


class LiteForm(StrEnum):
    """How the numbers in the file are written."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    WEIGHTS8 = "int8 weights"  # of large kernels alone; the converter leaves small ones as they are
    INT8 = "int8"  # all numbers, what the layers hand on included


@dataclass(frozen=True)
class Scale:
    """A value is scale · (written number − zero); a scale of 0 says that it is written as it is."""

    scale: float
    zero: int


@dataclass(frozen=True, eq=False)
class StoredLayer:
    """What the file holds of one layer.

    Attributes:
        name: as everywhere in the app.
        kind: of the numbers of its kernel in the file, "int8".
        kernel: the values that they stand for, float32 in the app's own shape.
        bias: likewise.
    """

    name: str
    kind: str
    kernel: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True, eq=False)
class LiteFile:
    """What is in a file.

    Attributes:
        layers: those that have weights, in forward order.
        input: how the picture is written.
        output: how the ten probabilities are written.
    """

    layers: tuple[StoredLayer, ...]
    input: Scale
    output: Scale

    @property
    def nonzero(self) -> int:
        """How many of its weights and biases are not zero."""
        return sum(
            int(np.count_nonzero(array))
            for each in self.layers
            for array in (each.kernel, each.bias)
        )

    @property
    def in_float(self) -> tuple[str, ...]:
        """The layers whose weights the converter left as numbers of 32 bits."""
        return tuple(each.name for each in self.layers if each.kind == "float32")


@dataclass(frozen=True, eq=False)
class LiteRun:
    """What a file answers.

    Attributes:
        probabilities: (n, 10) float32, as they are written in the file's own numbers.
        milliseconds: that one digit takes, the median of all, in one thread.
    """

    probabilities: np.ndarray
    milliseconds: float


def converted(network: Network, form: LiteForm, samples: np.ndarray | None = None) -> bytes:
    """The .tflite file of a network. One call of the converter: about half a second.

    Args:
        network: any.
        form: how numbers are written.
        samples: (n, 28, 28) float32: digits that show the converter how large the values of each
            layer become; needed for `INT8`.

    Raises:
        ValueError: there are no samples and the form needs them.
    """
    import tensorflow as tf

    converter = lite_converter(network)
    if form is not LiteForm.FLOAT32:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if form is LiteForm.FLOAT16:
        converter.target_spec.supported_types = [tf.float16]
    if form is LiteForm.INT8:
        if samples is None:
            raise ValueError("Whole numbers need digits that show how large values become.")
        shown = samples

        def each() -> Iterator[list[np.ndarray]]:
            return ([digit[None, ..., None]] for digit in shown)

        converter.representative_dataset = each
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    content: bytes = converter.convert()
    return content


def packed_size(content: bytes) -> int:
    """Bytes of a file after gzip."""
    return len(gzip.compress(content, mtime=0))


def answered(content: bytes, digits: np.ndarray) -> Generator[Working, None, LiteRun]:
    """Ask a file about digits, one after the other, as a small device does.

    Use it as `run = yield from answered(…)`.

    Args:
        content: of the file.
        digits: (n, 28, 28) float32 in [0, 1].
    """
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    taking, giving = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    x = _written(digits[..., None], taking["dtype"], Scale(*taking["quantization"]))
    found, times, last = [], [], time.perf_counter()
    for place in range(len(x)):
        interpreter.set_tensor(taking["index"], x[place : place + 1])
        began = time.perf_counter()
        interpreter.invoke()
        now = time.perf_counter()
        times.append(now - began)
        found.append(interpreter.get_tensor(giving["index"])[0])
        if now - last > SLICE:
            last = now
            yield Working((place + 1) / len(x))
    outputs = _read(np.stack(found), Scale(*giving["quantization"]))
    return LiteRun(outputs, 1000 * float(np.median(times)))


def read_file(content: bytes, network: Network) -> LiteFile:
    """What a file that was made of a network holds.

    Args:
        content: of the file.
        network: of which it was made; its layers name what is found.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAsModel(content, 0)
    graph = model.Subgraphs(0)
    # float16 weights stand before a step that widens them: what it gives is what it was given.
    widened, with_weights = {}, []
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        code = model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()
        if code == schema.BuiltinOperator.DEQUANTIZE:
            widened[operator.Outputs(0)] = operator.Inputs(0)
        elif code in (schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.FULLY_CONNECTED):
            with_weights.append(operator)
    named = [layer for layer in layers(network.config) if layer.weight_shapes]
    found = []
    for layer, operator in zip(named, with_weights, strict=True):
        kernel, bias = (
            _constant(model, graph.Tensors(widened.get(place, place)))
            for place in (operator.Inputs(1), operator.Inputs(2))
        )
        shape, _ = layer.weight_shapes.values()
        # The file has the outputs first, the app has them last.
        values = np.ascontiguousarray(np.moveaxis(kernel[1], 0, -1)).reshape(shape)
        found.append(StoredLayer(layer.name, kernel[0], values, bias[1]))
    ends = (graph.Tensors(graph.Inputs(0)), graph.Tensors(graph.Outputs(0)))
    return LiteFile(tuple(found), *(_scale(end) for end in ends))


def rounded(network: Network, file: LiteFile, origin: str) -> Network:
    """The network with the weights as they stand in the file; the app computes with them."""
    arrays = [array for each in file.layers for array in (each.kernel, each.bias)]
    return Network(network.config, dict(zip(network.weights, arrays, strict=True)), origin)


def _written(values: np.ndarray, kind: type, scale: Scale) -> np.ndarray:
    if kind == np.float32:
        return values.astype(np.float32)
    limits = np.iinfo(kind)
    whole = np.rint(values / scale.scale) + scale.zero
    written: np.ndarray = np.clip(whole, limits.min, limits.max).astype(kind)
    return written


def _read(written: np.ndarray, scale: Scale) -> np.ndarray:
    if not scale.scale:
        return written.astype(np.float32)
    values = (written.astype(np.float32) - scale.zero) * np.float32(scale.scale)
    return values.astype(np.float32)


def _scale(tensor: object) -> Scale:
    found = tensor.Quantization()  # type: ignore[attr-defined]  # of the file's own schema
    if found is None or not found.ScaleLength():
        return Scale(0.0, 0)
    return Scale(float(found.Scale(0)), int(found.ZeroPoint(0)))


def _constant(model: object, tensor: object) -> tuple[str, np.ndarray]:
    """The kind and the values of a constant; each output unit may have a scale of its own."""
    from ai_edge_litert import schema_py_generated as schema

    kinds: dict[int, np.dtype[Any]] = {
        schema.TensorType.FLOAT32: np.dtype(np.float32),
        schema.TensorType.FLOAT16: np.dtype(np.float16),
        schema.TensorType.INT8: np.dtype(np.int8),
        schema.TensorType.INT32: np.dtype(np.int32),
    }
    kind = kinds[tensor.Type()]  # type: ignore[attr-defined]
    data = model.Buffers(tensor.Buffer()).DataAsNumpy()  # type: ignore[attr-defined]
    array = data.view(kind.newbyteorder("<")).reshape(tensor.ShapeAsNumpy())  # type: ignore[attr-defined]
    quantization = tensor.Quantization()  # type: ignore[attr-defined]
    values = array.astype(np.float32)
    if kind.kind == "i" and quantization is not None and quantization.ScaleLength():
        scales = quantization.ScaleAsNumpy().astype(np.float32)
        zeros = quantization.ZeroPointAsNumpy().astype(np.float32)
        along = (-1, *(1,) * (array.ndim - 1)) if len(scales) > 1 else (1,)
        values = (values - zeros.reshape(along)) * scales.reshape(along)
    return kind.name, values.astype(np.float32)
