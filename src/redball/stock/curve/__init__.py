"""The best stock for every budget: readiness against cost."""
