"""What every handler of the page uses: errors, payloads, sessions and shares of the server.

drafts.py              What a tab's form holds is kept in the browser, as the values of a link, and stands there again
                       after a reload
event_options.py       How the page's handlers are attached, and what of the server each kind of them may use
experiment_limits.py   What one experiment, or one list of prompts, may take on this server: checked, and said before
                       anything is asked
fair_shares.py         How much of a shared server one visitor, and all visitors of one address together, may have at a
                       time
form_filling.py        What fills a form is on its way for a moment, and a run that is asked for meanwhile waits until
                       it is there
messages.py            Errors on their way to the page: the one place where they become words for the person
one_at_a_time.py       One run of a kind per session, with the button that stops it
payers.py              Whom the requests of each page and browser are charged to, such as a student's budget
payloads.py            What the page's own parts report of a click, read as strictly as a setup: anybody can send
                       anything
put_back.py            What a form held before something else filled it is put back with a button, which is there
                       only then
sessions.py            What each visitor connected: endpoints, their keys and their models, in the visitor's session
                       and nowhere else
tab.py                 What all tabs of the page share, and what each of them tells the others
trigger_modes.py       Which handlers wait for the answer to the event before, so that no two of them start each other
                       for ever
uploads.py             A file that somebody uploads, as the text that it is
visitors.py            Who a request comes from: a cookie that this server signed, or the address if there is none
"""
