"""The page in the language of whoever reads it: an English text, as it stands in the code, is the key to the others.

A language is a folder of YAML files with the texts of each part of the page. One language travels with a page: it is
translated here, when it is sent. Values, names in presets and links, and what models write are never translated.

choosing.py      which language a request is answered in
texts.py         the texts of a language, and sentences with gaps found again among them
translating.py   the texts of what a handler gives back, in the language of its request
components.py    which of a component's properties are texts
opening.py       the page as it is first sent
"""
