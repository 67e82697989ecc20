import asyncio
import functools


def retry(attempts=3, delay=0.01, exceptions=(Exception,)):
    """Retry an async function with exponential backoff."""

    def decorator(func):
        @functools.wraps(func)
        async def wrapper(*args, **kwargs):
            for attempt in range(1, attempts + 1):
                try:
                    return await func(*args, **kwargs)
                except exceptions as exc:
                    print(f"{func.__name__}: attempt {attempt} failed ({exc})")
                    if attempt == attempts:
                        raise
                    await asyncio.sleep(delay * 2 ** (attempt - 1))

        return wrapper

    return decorator


calls = {"count": 0}


@retry(attempts=4, exceptions=(ConnectionError,))
async def flaky(value):
    calls["count"] += 1
    if calls["count"] < 3:
        raise ConnectionError("server is busy")
    return value.upper()


result = await flaky("finally")
print(flaky.__name__, calls["count"], result)
