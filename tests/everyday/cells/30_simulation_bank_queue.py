import heapq
import random
from dataclasses import dataclass, field


@dataclass(order=True)
class Event:
    time: float
    kind: str = field(compare=False)
    customer: int = field(compare=False)


def simulate(n_customers, n_tellers, seed=1):
    rng = random.Random(seed)
    events = []
    t = 0.0
    for customer in range(n_customers):
        t += rng.expovariate(1 / 3)
        heapq.heappush(events, Event(t, "arrival", customer))

    free, waiting, arrived, waits = n_tellers, [], {}, []
    while events:
        event = heapq.heappop(events)
        if event.kind == "arrival":
            arrived[event.customer] = event.time
            waiting.append(event.customer)
        else:
            free += 1
        while free and waiting:
            customer = waiting.pop(0)
            free -= 1
            waits.append(event.time - arrived[customer])
            heapq.heappush(events, Event(event.time + rng.uniform(2, 8), "departure", customer))
    return waits


for tellers in (1, 2, 3):
    waits = simulate(200, tellers)
    print(f"{tellers} teller(s): average wait {sum(waits) / len(waits):7.2f} min, longest {max(waits):7.2f} min")
