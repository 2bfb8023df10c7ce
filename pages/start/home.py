import streamlit as st

from ui.state.pages import PageName, page
from ui.state.shown_network import network
from ui.style.diagram import network_diagram

st.title("DigitScope")
st.markdown(
    "A small **convolutional neural network** reads handwritten digits. "
    "Draw for it, train it, and look at every number inside."
)

DOORS: tuple[tuple[PageName, str, str], ...] = (
    ("draw", "Draw a digit", "Watch the network read while your pen moves."),
    ("train", "Train the network", "See it learn, batch by batch."),
    ("network_view", "Look inside", "What each layer makes of your digit."),
    ("evaluate", "Judge it", "How good it is, where it fails, and why."),
)
for column, (name, label, sentence) in zip(st.columns(4), DOORS, strict=True):
    with column.container(border=True, height="stretch"):
        st.page_link(page(name), label=f"**{label}**", width="stretch")
        st.caption(sentence)

st.subheader("The network")
network_diagram(network().config)

pooling = {
    "max": "Of every 2×2 values only the largest goes on",
    "average": "Of every 2×2 values the mean goes on",
}[network().config.pooling]
st.subheader("How a picture becomes an answer")
st.markdown(
    f"""
1. **Preprocessing.** Your picture is cropped, scaled to 28×28 pixels, centred, and its grey
   values become numbers from 0 (paper) to 1 (ink).
2. **Convolution.** A small window of weights, the kernel, slides over the picture. At each place
   it multiplies and adds: $y(i,j) = \\sum_p \\sum_q x(i+p,\\, j+q)\\, k(p,q)$, plus a bias.
3. **Activation.** Negative sums become zero: $f(x) = \\max(0, x)$. This is called ReLU.
4. **Pooling.** {pooling}, so the maps halve in size.
5. **Fully connected layers.** All that is left is weighed together into ten scores, and softmax
   turns them into ten probabilities.
"""
)
