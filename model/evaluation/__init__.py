"""How good a network is: on test digits, on damaged ones, on what is no digit."""
