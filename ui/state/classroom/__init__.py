"""A class in the room, as one session and one server know it: see `model.classroom`."""
