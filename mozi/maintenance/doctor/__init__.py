"""What is wrong with an installation: `flask doctor`, and the same on the status page."""
