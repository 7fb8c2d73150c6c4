"""A prompt-engineering playground: a `Setup` goes in, events stream out, a `Run` remains."""
