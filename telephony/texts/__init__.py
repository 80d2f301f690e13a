"""Text messages: a port for services that send them, and the link a message carries. Pure but for the network."""
