"""What changed since the last look, and who wants to know: changes become events, events become messages.

Meaning only: the rows of channels and deliveries, and the sending itself, live in `server/alerts`.
"""
