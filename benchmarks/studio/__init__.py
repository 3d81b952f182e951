"""A generator of truth: motion put on our own avatars and filmed, so that everything that moves is known."""
