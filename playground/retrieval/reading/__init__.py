"""Files of strangers, read in a process of their own within limits.

child.py     What runs in the process: takes a file, gives its text, and may not grow or last beyond its limits
formats.py   Text out of each format: plain text, Markdown, HTML, PDF and DOCX
parent.py    Has a file read in a process of its own, and says in words what is wrong with it
"""

from playground.retrieval.reading.parent import KINDS, SECONDS, SHARED_SECONDS, read_file

__all__ = ["KINDS", "SECONDS", "SHARED_SECONDS", "read_file"]
