"""One process of a gloo all-reduce: averages a float32 tensor again and again, prints the times.

Written as its users would: one thread, the tensor in place, sum and one division."""

import argparse
import json
import os
import time

import torch
import torch.distributed as distributed


def main():
    parser = argparse.ArgumentParser()
    for name in ("rank", "members", "bytes", "rounds", "warm-up", "port"):
        parser.add_argument(f"--{name}", type=int, required=True)
    settings = parser.parse_args()
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(settings.port),
                      GLOO_SOCKET_IFNAME="lo")
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", rank=settings.rank, world_size=settings.members)
    values = torch.ones(settings.bytes // 4)
    times = []
    for number in range(settings.warm_up + settings.rounds):
        start = time.perf_counter()
        distributed.all_reduce(values)
        values /= settings.members
        if number >= settings.warm_up:
            times.append((time.perf_counter() - start) * 1_000)
    print(json.dumps({"rank": settings.rank, "milliseconds": times}))
    distributed.destroy_process_group()


main()
