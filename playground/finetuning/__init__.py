"""Training: data, recipes, methods, the loop and its processes; and what comes with the playground, made by them.

__main__.py          Trains the adapters and the classifier that come with the playground, or checks them, and commands
                     for one's own
answering.py         Greedy answers of a model to many prompts, in batches of plain `generate`
cards.py             Writes and reads the model card beside trained weights
check_command.py     Checks rows to learn from on the command line, and shows some as the model will see them
chosen_models.py     The models that a person chooses for a training: the one that learns, and one that teaches it
command_jobs.py      What commands that train have in common: a model, data and a folder are named, and a training
                     is followed
command_line.py      The parser that every command of this package begins with
estimate.py          What a training would take, said before it begins: seconds and memory
figures.py           Held-out figures: the share of answers that pass each measure, with its interval
fitting.py           A recipe with as many steps as fit into a time
make_adapter.py      Trains an adapter for a skill and writes its folder, measured before and after
named_weights.py     Weights that a person names on the command line: an adapter that comes along, or a folder
probe_command.py     Probes an adapter, or a whole model, against the default model on the command line
read_logits.py       Logits after the last tokens of each row, without a copy of the model's last layer for each
recipe.py            All that decides how a model is trained, but for its data: each number declared once
recipe_files.py      Reads a recipe from a file in YAML or JSON, and writes one, in the words of the form
shipped_weights.py   Lists the adapters and the classifier that come with the playground
tiny_classifier.py   A sentiment classifier of a megabyte and a half: a two-layer BERT
train_command.py     Trains on the command line by a recipe in a file, as the Fine-tune tab does
training_data.py     The data that trainings can begin with, with prompts to look at while it trains
vocabulary.py        Makes a small tokenizer and word vectors from a language model's vocabulary
whole_file.py        Writes files that are there whole or not at all
heads/               Heads for one task on small encoders, and a reward model: labels, spans, answers, preferences
held_out/            What a model scores on items that it has not learned: a sealed part, asked in several ways
history/             Several trainings side by side: in what their recipes differ, what came of each, as a file, or in
                     trackio
jobs/                Trainings that go on in a process of their own, one at a time
methods/             The ways to train: each says what it trains, what it takes, and when it fails
objectives/          What a training makes smaller: the loss of answers, of preferences, or of the distance from
                     a teacher
preparation/         Rows to learn from: read, checked, parted, and shown as the model will see them
probes/              What training did besides what it was to do: probes of weights before and after, each a
                     generator that can be closed
search/              A search over recipes: several are tried, judged by the validation part, and the best of them once
                     by the sealed one
prompt_or_tune/      Prompt or tune? One sealed part, asked with prompts and after trainings
skills/              The skills that adapters teach, in the order in which they are shown
taking_away/         What a training left, to be taken away: its card, an archive, a merged model, or a repository at a
                     hub
training/            One loop for every method: steps, looks and checkpoints, as they happen
"""
