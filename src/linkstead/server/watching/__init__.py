"""What people see of the monitor: what is due, running, slow and blocked; the plan; the crawler's own page."""
