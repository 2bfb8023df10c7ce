"""A class in the room: what a teacher and some thirty students share for a lesson.

All of it is in one database (`database`), so that several servers may serve one class, and all of
it is gone when the class ends. Nobody has a name here, and nobody writes a word: students are told
apart by an animal and a colour (`names`).
"""
