import asyncio


async def fetch(name: str, delay: float) -> dict:
    """Pretend to download something."""
    print(f"start {name}")
    await asyncio.sleep(delay)
    if name == "broken":
        raise ConnectionError(f"{name} refused the connection")
    print(f"done {name}")
    return {"name": name, "size": len(name) * 100}


async def main():
    results = await asyncio.gather(
        fetch("users", 0.3),
        fetch("broken", 0.1),
        fetch("orders", 0.2),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, Exception):
            print(f"failed: {type(result).__name__}: {result}")
        else:
            print(f"got {result['name']} ({result['size']} bytes)")
    return [result["size"] for result in results if not isinstance(result, Exception)]


sizes = await main()
print(f"{len(sizes)} downloads, {sum(sizes):,} bytes")
