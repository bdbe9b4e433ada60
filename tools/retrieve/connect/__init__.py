"""Records from literature and patent services, for people who are online; off unless allowed."""
