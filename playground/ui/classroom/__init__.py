"""The Classroom tab: joining a class, a student's page, and the teacher's. What shows depends on who one is.

assignment_handlers.py  What a teacher does with the assignment: takes, opens, saves and gives it
assignment_panel.py     What a class is given, as a form
class_parts.py          What of a class is on the page whatever tab is in sight
class_figure.py         The distribution of scores, and everybody's estimate, drawn
entry_panel.py          Joining a class, and starting one
labels.py               Errors in the words of a class's forms
number_boxes.py         Boxes for numbers that are parameters
opening.py              The class of a server that was started for one: its code and the teacher's link
playground_values.py    A student's assignment as the Playground holds it, and what of it is fixed there
results_values.py       What came of a student's run, as plain values
student_handlers.py     What a student does: run, submit, take a setup, look
student_panel.py        A student's page
student_values.py       A student's page as plain values
tab.py                  The tab: who has come, and what they see
teacher_handlers.py     What a teacher does while the class works
teacher_panel.py        The teacher's page
teacher_values.py       The teacher's page as plain values
words.py                All texts of the tab, in one place
"""
