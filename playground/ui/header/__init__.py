"""The line above the tabs.

language_choice.py   Links to the page in its other languages
model_status.py      The line that says what the chosen model is doing
welcome.py           What a visitor of a hosted demo is told first, also before Gradio has built the page
"""
