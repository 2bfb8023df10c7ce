"""The pages of Judge."""
