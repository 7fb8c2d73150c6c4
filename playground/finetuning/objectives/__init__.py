"""What a training makes smaller: the loss of answers, of preferences, or of the distance from a teacher.

answers.py             Learning answers: the cross-entropy of each of their tokens, predicted from what stands before it
base.py                What a training makes smaller: how its rows are encoded, and the loss of a batch of them
choosing.py            Which objective suits the rows and the recipe
distillation.py        Learning from a teacher's probabilities, be it a model or a longer prompt
log_probabilities.py   How likely what learns finds whole answers, with one pass over several
preferences.py         Learning from preferences without a reward model: DPO
reference.py           The model as it is before anything is learned
teachers.py            Another model as a teacher: it has to split text into the same tokens, so that its probabilities
                       are of the same
"""
