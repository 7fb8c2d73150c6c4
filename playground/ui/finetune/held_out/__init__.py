"""What was learned on sealed items, against its base: scores with intervals, in the tab and kept with it.

held_out_values.py   What the sealed part said -> a table and sentences on the page
judging.py           Asks both the sealed items, and shows what was found of a training before
"""
