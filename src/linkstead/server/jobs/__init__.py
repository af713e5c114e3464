"""The processes behind the pages: workers, the monitor, their heartbeats and the reaper."""
