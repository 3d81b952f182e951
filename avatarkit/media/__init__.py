"""What a file or a camera gives, read with orientation, colour and time right."""
