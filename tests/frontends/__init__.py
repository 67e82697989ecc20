"""Real front ends, each driving a real kernel process the way a person's machine would."""
