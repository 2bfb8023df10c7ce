"""What one person has on all pages: the session, its address, its network, its answers."""
