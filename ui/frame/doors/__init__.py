"""The doors of the server: who speaks to it, what it lets in, the document behind each address."""
