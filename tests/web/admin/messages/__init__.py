"""What editors read of the messages of three subjects, in both languages."""
