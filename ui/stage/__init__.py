"""The landing page: the whole network alive on one screen."""
