"""The live session: camera or film -> landmarks -> pose -> rig -> senders, by the same steps as files."""
