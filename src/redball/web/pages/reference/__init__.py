"""What the API answers: its description, and that description as a page."""
