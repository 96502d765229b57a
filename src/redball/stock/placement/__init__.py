"""Safety stock along a production chain with guaranteed service times."""
