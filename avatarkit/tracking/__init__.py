"""Pixels to landmarks. The one folder that knows MediaPipe."""
