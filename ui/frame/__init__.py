"""What stands around every page: sidebar, time machine, lesson text, save menu."""
