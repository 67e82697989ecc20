import asyncio


async def producer(queue: asyncio.Queue, n: int) -> None:
    for i in range(n):
        await asyncio.sleep(0.01)
        await queue.put(i)
    await queue.put(None)  # no more work


async def consumer(queue: asyncio.Queue) -> list[int]:
    squares = []
    while (item := await queue.get()) is not None:
        squares.append(item**2)
        print(f"consumed {item}")
        queue.task_done()
    return squares


async def main():
    queue = asyncio.Queue(maxsize=2)
    producer_task = asyncio.create_task(producer(queue, 5))
    squares = await consumer(queue)
    await producer_task
    return squares


await main()
