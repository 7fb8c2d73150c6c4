"""What fills a form is on its way for a moment, and a run that is asked for meanwhile waits until it is there.

The scripts are by hand: Gradio sends what the form holds at the click, which would still be what stood there before.
"""

MOST = 3000  # milliseconds that a run waits: of what failed no end is told
# Of an event that fills a form, with its inputs as they are.
BEGINS = "(...values) => { (window.fillingSince ??= []).push(performance.now()); return values; }"
# Of what follows upon it.
ENDS = "(...values) => { window.fillingSince?.shift(); return values; }"
# Of an event that reads the form, before it does: a statement of an async function. It waits a moment in any case, in
# which an event of just before has begun.
AWAIT_FILLED = (
    "do await new Promise((wake) => setTimeout(wake, 10)); "
    f"while (window.fillingSince?.some((since) => performance.now() - since < {MOST}));"
)
