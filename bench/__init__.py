"""What the bot costs, measured beside a peer in one run: `python -m bench [--short] [NAME …]`."""
