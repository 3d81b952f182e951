"""avatarkit: one photo becomes an editable, rigged avatar."""
