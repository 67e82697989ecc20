"""What a kernel and a headless run share: how cells run, and what is around them."""
