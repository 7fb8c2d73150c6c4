"""The techniques in which something besides a model is asked: a tool, a person, documents.

function_calling.py  Function calling: the model is told of functions, and calls them by the protocol of its makers
react.py             ReAct: thoughts, actions and what comes of them, in turns
retrieval.py         Retrieval: passages that a search finds stand in the prompt, and the answer cites them
"""
