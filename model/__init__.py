"""Everything about digits and networks. Knows nothing of Streamlit.

TensorFlow is loaded only inside functions that run in the engine's workers.
"""
