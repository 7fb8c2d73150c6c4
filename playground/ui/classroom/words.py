"""All texts of the Classroom tab, in one place, so that another language can stand beside them."""

TITLE = "## Classroom"
ABOUT = (
    "A teacher gives a class one assignment: students improve a prompt on items that they see, and are scored on items "
    "that nobody sees. No accounts; nothing personal but a nickname."
)
WHAT_IS_KEPT = (
    "Kept on this server until the teacher ends the class: nicknames, prompts, answers and scores. Then they go "
    "to the teacher as files, and are deleted here. The teacher and whoever runs this server can read them."
)
JOIN, CODE, NICKNAME, JOIN_BUTTON = "### Join a class", "Code on the board", "Nickname", "Join"
CODE_HELP = "8 letters and digits, as they stand there."
NICKNAME_HELP = "Not your full name. 1 to 24 letters or digits."
START, START_TITLE, START_BUTTON = "### Start a class", "What the class is called", "Start a class"
START_HELP = (
    "For students on other computers, start the server with `python app.py --class --host 0.0.0.0`: then they share it "
    "safely. Here, only this computer reaches it."
)
KEEP_LINK = "Teacher's link, shown once. Keep it: it is the way back to this page, and whoever has it is the teacher."
HOW_TO_JOIN = "Students type the code, open the link, or scan the picture."
PICTURE = "QR code of the link with which students join"

# ------------------------------------------------------------------------------------------------------ students
NOTHING_YET = "You are in, {name}. The class has no assignment yet; it appears here when the teacher gives one."
HELLO = "{title} \u00b7 you are {name}"
TEMPLATE, TEMPLATE_HELP, SYSTEM = "Prompt template", "{input} stands where each item goes.", "System message"
RUN, STOP, SUBMIT = "Run on the items you see", "Stop", "Submit"
TAKE, OPEN = "Use the Playground's setup", "Open in the Playground"
OPENED = (
    "This is your class's assignment. You may change {free}; the rest is fixed. What you run here uses your tokens. "
    "Take it back to your class with \u201cUse the Playground's setup\u201d there."
)
CONSENT = "The teacher may show my prompt, with my nickname, to the class"
LEAVE = "Leave the class in this browser"
SUBMITTED = "Submitted as number {number}. It is kept, whatever happens now. {score}"
SUBMITTED_BEFORE = "This is what you submitted as number {number}: nothing has changed since, and none was used up."
SCORED, UNSCORED = "Its score on the items you see: {mean}.", "Run it to see its score on the items you see."
RUNNING = "{done} of {total} answers."
DONE = "Score on the {n} items you see: {mean} ({low} to {high}), after {looks}. {rule}"
DONE_LABORATORY = "Your estimate is kept: {second} is {difference} better than {first} ({low} to {high}), {p}."
STOPPED = "Stopped. What was answered is kept, and costs nothing when you run it again."
NO_SCORES = "Scores are shown when all items have been answered: then it is a look."
LOOKS_RULE = (
    "Each other prompt that you look at makes the interval wider: the best of many scores is partly luck. The same "
    "prompt run again is no further look."
)
MINE, ITEMS, BOARD, SHOWN = "Your assignment", "Items you see", "Leaderboard", "Shown to everybody"
LEFT = (
    "You have left; your place is kept: join again in this browser with the same nickname, or let the teacher free it."
)

# ------------------------------------------------------------------------------------------------------- teacher
PRESENT = "### Who is there"
ASSIGNMENT = "### Assignment"
ASSIGNMENT_HELP = (
    "Begin with the Playground's setup, where {{item}} in its input stands for each item, or with an experiment, say "
    "what may be changed, and give it to the class. "
    "Giving another one deletes what was submitted for the one before: save the scores first."
)
DATA, EXPERIMENT, TAKE_SETUP = "Items from", "Or an experiment", "Use the Playground's setup"
MAY_CHANGE = "Students may change"
MAY = {"Only the prompt": "prompt", "Only sampling": "sampling", "Prompt, technique and sampling": "everything"}
LABORATORY = "Laboratories: everybody runs the first two techniques on items of their own"
AS_TEXT = "The experiment, as a file holds it"
GIVE, SAVE, OPEN_FILE = "Give it to the class", "Save as a file", "Open a file"
WOULD_BE_LOST = (
    "Giving this deletes what was done for the assignment before: {submissions} and {looks}. Save the scores first, or "
    "press again to give it."
)
OWN_TEMPLATE = (
    "Chosen, with the prompt template of \u201c{data}\u201d: the Playground's input does not say where the item goes. "
    "Students see it when you give it to them."
)
CHOSEN = "Chosen: {title}. Students see it when you give it to them."
GIVEN = "Given. Students see it now."
LIMITS = "Change the limits now"
LIMITS_SET = "Changed for everybody, from now on."
PAUSE, GO_ON = "Pause the class", "Go on"
CLOSE_DOOR, OPEN_DOOR = "Let nobody else join", "Let others join"
PAUSED, GOES_ON = "The class is paused.", "The class goes on."
SENT, TAKEN_BACK = "Sent to everybody.", "The message is taken back."
MESSAGE, SEND = "Message to everybody", "Send"
WHO, FREE, PROJECT, UNPROJECT = "Student", "Free this name", "Show this prompt to all", "Stop showing"
REMOVE = "Remove, with all submissions"
REMOVED = "{name} and all that was submitted by that name are deleted. With the code on the board one can join again."
FREED = "Whoever joins as {name} next has this place, with all that it holds."
NO_CONSENT = "{name} has not agreed to that: the tick is on the student's own page."
NO_SUBMISSION = "{name} has not submitted anything."
SCORES = "### Scores"
OPEN_SEALED, SHOW_BOARD, HIDE_BOARD = "Open the sealed scores", "Show the leaderboard to all", "Hide the leaderboard"
SEALED_PROGRESS, SEALED_DONE = "{done} of {total} students scored on the sealed items.", "The sealed scores are open."
NOT_SCORED = (
    "Your last submission has no score on the sealed items: to score it takes more than the {tokens:,} tokens that a "
    "student has. The teacher can raise that limit, and score it."
)
LEFT_OUT = (
    "Not scored: {names}. To score these prompts takes more than the {tokens:,} tokens that a student has. Raise that "
    "limit and open the sealed scores again: then they are scored, too."
)
BOARD_RULE = (
    "Items seen: the best submission of each that has been run. Intervals hold together with 95 %: they are adjusted "
    "for the number of students and for how often each looked at a score (Bonferroni). A place such as 1\u20133 says "
    "that the evidence cannot tell these apart."
)
SEALED_RULE = (
    "Sealed items: each student's last submission, looked at once. Intervals hold together with 95 %, adjusted for the "
    "number of students (Bonferroni). A place such as 1\u20133 says that the evidence cannot tell these apart."
)
PROMPTS = "### All prompts"
PROMPTS_HELP = "The last submission of each; what is underlined was added, what is struck out was taken away."
LABS = (
    "All items together: {difference} ({low} to {high}), {p}, {n} items. Of {students} students {significant} "
    "found a difference; with none to be found, {expected} would by luck. {lucky}"
)
LUCKY, NOT_LUCKY = "By luck: {names}.", "Nobody's finding contradicts all items together."
TAKE_HOME, CSV, JSON = "### Take home and end", "Scores as CSV", "Everything as JSON"
NEW_LINK = "New teacher's link"
END, DELETE = "End the class", "I have the files: delete everything"
END_HELP = "Ending takes nothing more from students. The files can be saved until everything is deleted."
NOT_ENDED = "End the class first; then save the files, and delete."
DELETED = "The class is deleted: nothing of it is kept on this server."
OLD_LINK = "That link is not known here any more: its class has ended, or there is a newer link. Your place stays."
NOT_KNOWN = "This place or link is not known here any more: the class has ended, or there is a newer link. Join again."
