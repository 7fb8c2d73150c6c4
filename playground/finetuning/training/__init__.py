"""One loop for every method: steps, looks at validation loss and sample answers, and checkpoints, as they happen.

answers.py       Greedy answers of what learns, to a few prompts at once
checkpoints.py   Where a training stands, kept in a folder so that it can go on from there
events.py        What happens in a training, each kind a type of its own that plain data is made of
loop.py          Trains: steps, looks and checkpoints as they happen, until the last step or until it is closed
loss.py          Batches in the order of a seed, padded, and the mean loss over rows
overfitting.py   Names overfitting when it shows: the validation loss turns while the training loss goes on falling
schedules.py     How large each step is: the learning rate climbs in the warm-up, and falls or stays after it
sealed.py        The one judgement at the end: the loss on rows that were neither learned nor looked at
"""
