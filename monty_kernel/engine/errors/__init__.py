"""What a person reads when a cell fails: where, why and what to write instead."""
