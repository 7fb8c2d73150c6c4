"""What a server sends: event streams, answers, tokens and why an answer ended.

answer.py          Chunks of the chat completions protocol -> deltas: text up to stop strings, reasoning, tokens, and
                   what it cost
endings.py         How an answer ended, in the words of many servers: complete, cut, withheld, or broken off
event_parser.py    Parses an event stream from bytes in whatever pieces they come; the events do not depend on the
                   pieces
sample.py          One sample of an answer while it grows: its text up to a stop string, its reasoning, tokens, and how
                   it ended
sse.py             The body of an answer as chunks, those of one read together: told by what it holds, whatever it is
                   called
token_counts.py    How many tokens an answer took: what a server counts, as far as it can be believed, in parts for each
                   sample
token_entries.py   Tokens with their log-probabilities, as far as a server gives finite ones
"""
