"""Optional sentence embedders: texts become vectors whose cosine tells how near their meanings are.

Lives here: the three ways to get vectors (a server over HTTP, an operator's ONNX model, a small packaged model),
their cache, their breaker, and the matrix of the wordings' vectors. The one place in the checks that may use httpx.
May not live here: a decision about a message. Nothing here is imported, loaded or asked unless a setting says so.
"""
