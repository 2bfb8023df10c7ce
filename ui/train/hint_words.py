"""What is to be noticed in a training's curves, in words: what, why, and what a click would do."""

from model.training.diagnosis import CHANCE, Hint, HintKind, ShowEpoch
from ui.locale import say


def what(hint: Hint) -> str:
    """What is to be noticed, in a sentence or two."""
    match hint.kind:
        case HintKind.NOT_A_NUMBER:
            return say(
                "The loss is not a number any more: the training has diverged, its weights grew "
                "without end."
            )
        case HintKind.RATE_TOO_HIGH:
            return say(
                "The learning rate of {rate:g} looks too high: the loss is {loss:.2f}. Guessing "
                "gives {chance:.2f}.",
                rate=hint.rate,
                loss=hint.loss,
                chance=CHANCE,
            )
        case HintKind.RATE_TOO_LOW:
            return say(
                "The learning rate of {rate:g} looks too low: the loss hardly falls.",
                rate=hint.rate,
            )
        case HintKind.NOT_FALLING:
            return say(
                "The loss does not fall: after {batches:,} batches it is still {loss:.2f}. "
                "Guessing gives {chance:.2f}.",
                batches=hint.batches,
                loss=hint.loss,
                chance=CHANCE,
            )
        case HintKind.DEAD_RELUS:
            return say(
                "In {layer}, {share:.0%} of the neurons give zero for every one of 100 test "
                "digits.",
                layer=hint.layer,
                share=hint.share,
            )
        case HintKind.OVERFITTING:
            return say(
                "The validation loss has turned up since epoch {best} while the training loss "
                "still falls: the network learns its training digits by heart.",
                best=hint.best,
            )


def why(hint: Hint) -> str:
    """Why it happens, and what helps."""
    match hint.kind:
        case HintKind.NOT_A_NUMBER:
            return say(
                "Each step moved the weights further than the last one, until they were too large "
                "for the computer's numbers. What is computed from them is “not a number” (NaN), "
                "and no further step repairs that. The usual cause is a learning rate that is too "
                "high."
            )
        case HintKind.RATE_TOO_HIGH:
            return say(
                "The gradient says which way is down from here, but only nearby. A step that is "
                "too long jumps over the valley and lands higher up. After a few such jumps most "
                "neurons give zero for every digit, and the network can only guess."
            )
        case HintKind.RATE_TOO_LOW:
            return say(
                "Every step goes the right way, but it is so short that thousands of them lead "
                "nowhere. For this optimiser {usual:g} is a good first choice.",
                usual=hint.usual,
            )
        case HintKind.NOT_FALLING:
            return say(
                "Either the first weights were unlucky, or the optimiser gets no useful direction, "
                "for instance because too much is dropped out or the network is too small. Another "
                "seed gives other first weights; Adam with 0.001 works for most networks."
            )
        case HintKind.DEAD_RELUS:
            return say(
                "ReLU turns negative sums into zero. A neuron whose sum is negative for every "
                "digit always gives zero; its gradient is zero too, so it cannot learn its way "
                "back: it is called dead. One step that was too long is often enough. Smaller "
                "steps or other first weights help."
            )
        case HintKind.OVERFITTING:
            return say(
                "It gets better at the digits that it trains on and worse at those that it has not "
                "seen. This is called overfitting. More digits, random shifts and rotations, "
                "dropout or early stopping help. Shifted and turned digits are never twice the "
                "same, so that they are hard to learn by heart."
            )


def remedy_words(hint: Hint) -> str:
    """What a click on the remedy does."""
    if isinstance(hint.remedy, ShowEpoch):
        return say("Show the network of epoch {epoch} on all pages", epoch=hint.remedy.epoch)
    rate = hint.remedy.settings.learning_rate
    match hint.kind:
        case HintKind.OVERFITTING:
            return say("Start over with random shifts and rotations")
        case HintKind.NOT_FALLING:
            return say("Start over with Adam, {rate:g} and a new seed", rate=rate)
        case HintKind.DEAD_RELUS:
            return say("Start over with {rate:g} and a new seed", rate=rate)
        case _:
            return say("Start over with {rate:g}", rate=rate)
