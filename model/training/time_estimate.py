"""How long a training will take, said before it starts.

Work is counted from the layer table alone, in steps that take about as long as one multiplication
with its addition; how many of them this machine does in a second is measured once, or known from
the last run. The weights below were fitted to measurements of eleven architectures on two busy
cores: what they give is "about", good to a factor of two.
"""

import math

from model.network import LayerKind, NetworkConfig, count_parameters, layers
from model.training.config import TrainingConfig
from model.training.trainer import Trainer

BACKWARD = 3
"""A training step costs three forward passes: forward, and the gradients of weights and inputs."""
VALUE = 300.0  # moving one activation through memory, there and back
PARAMETER = 100.0  # the optimiser's update of one parameter
BATCH = 1e7  # whatever a batch costs beside: calling, gathering, recording
MEASURED_SECONDS = 0.4


def multiplications(network: NetworkConfig) -> int:
    """Return how many multiplications (each with an addition) one digit's forward pass takes."""
    total = 0
    for layer in layers(network):
        if layer.kind is LayerKind.CONVOLUTION:
            sums = layer.window**2 * layer.input_shape[-1]
            total += math.prod(layer.output_shape) * sums
        elif layer.kind is LayerKind.DENSE:
            total += layer.input_shape[0] * layer.output_shape[0]
    return total


def work(network: NetworkConfig, batch_size: int) -> float:
    """Return the work that training takes for each digit, in multiplications."""
    values = sum(math.prod(layer.output_shape) for layer in layers(network))
    each_batch = BATCH + PARAMETER * count_parameters(network)
    return BACKWARD * multiplications(network) + VALUE * values + each_batch / batch_size


def machine_speed(network: NetworkConfig, batch_size: int, digits_per_second: float) -> float:
    """Return the work a second that a training's speed shows, to predict other trainings with."""
    return work(network, batch_size) * digits_per_second


def training_seconds(
    network: NetworkConfig, settings: TrainingConfig, training: int, validation: int, speed: float
) -> float:
    """Return about how many seconds a whole training will take.

    Args:
        network: the architecture.
        settings: of the training.
        training: digits in an epoch.
        validation: digits looked at after each epoch.
        speed: work a second, see `machine_speed`.
    """
    look = multiplications(network) * validation
    return settings.epochs * (work(network, settings.batch_size) * training + look) / speed


def measured_speed() -> float:
    """Train the course's network for a moment and return the machine's speed. Runs in a worker."""
    network, settings = NetworkConfig(), TrainingConfig()
    progress = Trainer(network, settings).advance(MEASURED_SECONDS)
    return machine_speed(network, settings.batch_size, progress.images / progress.seconds)
