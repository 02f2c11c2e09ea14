"""Optional sentence embedders: texts become vectors whose cosine tells how near their meanings are.

Lives here: the three ways to get vectors (a server over HTTP, an operator's ONNX model, a small packaged model),
their cache and their breaker. The one place in the checks that may use httpx.
May not live here: a decision about a message, or what vectors say about claims (`checks/meaning.py`). The setting
`embedder` chooses one; the models of the others are not loaded, and nothing is asked before the first text.
"""
