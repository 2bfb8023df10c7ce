"""The pen's channel: ink to a worker and readings back, for one person's seat."""
