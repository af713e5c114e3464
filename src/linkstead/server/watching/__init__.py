"""What people see of the monitor: what is due, running and blocked, the plan, the crawler's own page."""
