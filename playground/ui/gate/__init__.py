"""One gate in front of the app, through which every request comes before Gradio sees it.

visitors.py     who it is: a cookie of ours, or an address
page.py         the Gradio page that is only served behind the gate
"""

from playground.ui.gate.visitors import Visitor, visitor_of

__all__ = ["Visitor", "visitor_of"]
