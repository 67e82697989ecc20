"""Nothing that a notebook says takes time or memory that grows faster than the text: each entry is fed texts that double."""
