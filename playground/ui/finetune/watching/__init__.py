"""Watching weights from the Fine-tune tab: looks at them over time, and the alarm when their scores drop.

looks_figure.py     The looks at weights over time, drawn: mean scores with their intervals, and which were a drop
scheduled.py        Watches that are looked at by themselves, with the models of this server
watch_handlers.py   A watch is looked at, shown, given a new reference, or forgotten
watch_panel.py      The panel of a watch: what is asked of whom, and what its looks saw
watch_values.py     Watches and their looks -> what the page shows of them
"""
