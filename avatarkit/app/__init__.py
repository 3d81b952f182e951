"""The web app: a page on this computer where a newcomer makes, moves and puppets an avatar."""
