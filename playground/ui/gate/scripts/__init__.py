"""What the gate does to the scripts of the page: ours come first, and one of Gradio's is mended.

component_search.py  where Gradio's own script searches too long
page_start.py        scripts that the page begins with, and all of it written once
"""
