"""Reads a server's answer: event stream, chunks, tokens and finish reason.

answer.py          Turns chunks of the chat completions protocol into deltas with text, tokens and cost
endings.py         Maps finish reasons of many servers to: complete, cut, withheld or broken off
event_parser.py    Parses server-sent events from bytes, however these are split
sample.py          One sample of an answer while it arrives: text up to a stop string, reasoning and tokens
sent_calls.py      Calls of functions as servers send them: apart from the text, and in pieces
sse.py             Reads the body of an answer as chunks, streamed or not, told apart by its content
token_counts.py    Reads the server's token counts, where they can be right, and splits them over samples
token_entries.py   Reads tokens with their log-probabilities, where these are finite numbers
"""
