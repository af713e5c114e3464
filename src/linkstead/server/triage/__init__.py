"""Referring domains judged by people: a queue, decisions in bulk, undo, who and when."""
