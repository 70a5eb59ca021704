"""What a question is about: layers, dates, and the dock's panel that shows them."""
