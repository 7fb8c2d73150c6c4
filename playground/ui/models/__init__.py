"""The Models tab: load models and adapters, connect endpoints.

endpoint_panel.py    Connect an endpoint: an address and a key, what it offers, and what was seen to work
endpoint_values.py   What is known of connected endpoints, as plain values for the page
list_values.py       Models, adapters and loads -> what their list shows
load_line.py         One line that tells of a load, with the button that stops it
load_panel.py        The list of models, and forms that load a model or an adapter
tab.py               The Models tab: load models and adapters, and connect endpoints
"""
