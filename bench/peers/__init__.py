"""What the bot is measured beside: the plainest programs that do a comparable thing, each run as a process."""
