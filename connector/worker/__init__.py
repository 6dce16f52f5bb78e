"""The worker process: drains that run rounds, and the schedule. Threads of three lines call one service each."""
