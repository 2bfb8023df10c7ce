"""What stands around every page: the row of chips, time machine, lesson text, save menu."""
