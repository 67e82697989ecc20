import logging

logger = logging.getLogger("pipeline")
logger.setLevel(logging.DEBUG)
logger.propagate = False
handler = logging.StreamHandler()
handler.setFormatter(logging.Formatter("%(levelname)-8s %(name)s: %(message)s"))
logger.handlers.clear()
logger.addHandler(handler)


def process(values):
    results = []
    for index, value in enumerate(values):
        logger.debug("processing item %d: %r", index, value)
        try:
            results.append(100 / float(value))
        except ZeroDivisionError:
            logger.warning("item %d is zero, skipped", index)
        except ValueError as e:
            logger.error("item %d is no number: %s", index, e)
    logger.info("done, %d of %d items", len(results), len(values))
    return results


results = process(["4", "0", "ten", 8])
print([round(r, 2) for r in results])
