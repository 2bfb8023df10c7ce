"""How a browser is connected with this server: from whose pages, and by which WebSockets."""
