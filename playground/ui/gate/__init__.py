"""One gate in front of the app, through which every request comes before Gradio sees it.

page.py           the Gradio page that is only served behind the gate
middleware.py     the gate: all that follows, in order
origins.py        whether the request is meant for this server
routes.py         what there is to ask for
incoming.py       which of its headers Gradio sees
open_sessions.py  whose session it is about
bodies.py         what it brings, if it is JSON
uploads.py        what it brings, if it is files
temporary.py      where those are kept
fair_queue.py     Gradio's queue, shared fairly between visitors
waking_queue.py   a queue that sleeps until something may begin
direct_runs.py    runs that do not come through it, in the same shares
programs.py       the models as a server, for programs that speak OpenAI's protocol
states.py         what is kept of a session
values.py         what handlers are given, and give back
constructors.py   how Gradio's components are made, looked up once for each kind
fetching.py       what Gradio may fetch and copy
listening.py      the address that it listens at, and a server that may take its time to begin
writing.py        how an answer is written, whatever it holds
scripts/          what it does to the scripts of the page
headers.py        what each answer tells the browser
refusals.py       what is answered instead
"""
