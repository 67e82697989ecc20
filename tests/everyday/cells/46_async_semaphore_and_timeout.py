import asyncio

running = 0
peak = 0


async def job(number: int, limit: asyncio.Semaphore) -> int:
    global running, peak
    async with limit:
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.02)
        running -= 1
    return number * number


async def never():
    await asyncio.sleep(3600)


async def main():
    limit = asyncio.Semaphore(3)
    tasks = [asyncio.create_task(job(n, limit)) for n in range(10)]
    total = 0
    for finished in asyncio.as_completed(tasks):
        total += await finished
    print(f"Sum of squares: {total}, at most {peak} at a time")

    try:
        await asyncio.wait_for(never(), timeout=0.1)
    except asyncio.TimeoutError:
        print("Timed out")


await main()
