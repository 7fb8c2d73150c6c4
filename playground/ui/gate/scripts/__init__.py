"""What the gate does to the scripts of the page: ours come first, and some of Gradio's are mended.

component_search.py  where one of Gradio's own searches too long
mended_scripts.py    Gradio's own, as the page is given them
page_start.py        scripts that the page begins with, and all of it written once
"""
