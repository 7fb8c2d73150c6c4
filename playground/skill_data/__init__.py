"""What was written for this project to learn from and to be asked: reviews, orders, passages, and plain answers of a
pirate.

composed_passages.py   Composes passages to learn from, each with questions that it answers and a summary in one
                       sentence
orders.py              Orders, written or composed, with what is to be found in them, and how they are asked about
reading.py             Reads the files of the folders beside this module
reviews.py             Reviews with their sentiment, written or composed, and how they are asked about
"""
