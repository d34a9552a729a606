"""The three panes of the main screen, each named as on the screen."""
