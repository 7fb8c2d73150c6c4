"""What leaves the playground and comes back to it, on the reader's side and not kept on the server.

kept_runs.py    A run as a reader's browser or file keeps it: written whole, and read again with every check
links.py        Links: the values of a form, compressed, for the part of an address that a browser sends to no server
"""
