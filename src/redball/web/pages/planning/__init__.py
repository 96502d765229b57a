"""Plans under a budget, and the risk register."""
