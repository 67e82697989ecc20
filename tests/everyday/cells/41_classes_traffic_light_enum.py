from enum import Enum, auto


class Light(Enum):
    RED = auto()
    GREEN = auto()
    YELLOW = auto()

    def next(self):
        match self:
            case Light.RED:
                return Light.GREEN
            case Light.GREEN:
                return Light.YELLOW
            case Light.YELLOW:
                return Light.RED


DURATIONS = {Light.RED: 30, Light.GREEN: 25, Light.YELLOW: 5}

light = Light.RED
elapsed = 0
for _ in range(5):
    print(f"{elapsed:>4} s  {light.name:<7} for {DURATIONS[light]} s")
    elapsed += DURATIONS[light]
    light = light.next()

print([member.name for member in Light])
print(Light(2), Light["RED"].value, light is Light.GREEN)
