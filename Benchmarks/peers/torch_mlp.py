#!/usr/bin/env python3
"""PyTorch's side of the comparisons on MNIST and the digits: dense layers (784-256-10 unless told
otherwise), ReLU, softmax cross-entropy, float32, SGD with momentum or Adam; the same rows, learning
rate, batch, epochs, preprocessing, initial distributions and number of threads as the job that
mlctl trains.

The data lies in memory as tensors and batches are taken by index, so no DataLoader is in the way;
the optimizer is the fused one. Variants:

  threads   one process, as many threads as given
  ddp       DistributedDataParallel over gloo: processes of one thread, gradients averaged at
            every step
  local     the same processes, parameters and momentum averaged every --every steps (local SGD,
            which is what mlctl does)

Prints one JSON object: samplesPerSecond counts the training loop alone (not the start of processes,
nor loading, standardising, testing), testAccuracy is that of the final parameters.
"""

import argparse
import gzip
import json
import math
import os
import pathlib
import socket
import sys
import time

parser = argparse.ArgumentParser(description="Train an MLP on MNIST with PyTorch.")
parser.add_argument("--variant", choices=["threads", "ddp", "local"], default="threads")
parser.add_argument("--data", required=True,
                    help="folder with the four gzipped IDX files, or a CSV file, label last")
parser.add_argument("--threads", type=int, default=2, help="threads in all")
parser.add_argument("--batch", type=int, default=64, help="rows per process and step")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--every", type=int, default=32, help="steps between averages (local)")
parser.add_argument("--rate", type=float, default=0.05)
parser.add_argument("--momentum", type=float, default=0.9)
parser.add_argument("--hidden", default="256", help="widths with commas, or nothing for softmax")
parser.add_argument("--optimizer", choices=["sgd", "adam"], default="sgd")
parser.add_argument("--seed", type=int, default=7)
parser.add_argument("--cosine", action="store_true", help="the rate falls to 0 along a cosine")
parser.add_argument("--until", type=float, default=0,
                    help="end after the first epoch with this test accuracy (threads only); "
                    "measuring it takes no time")
arguments = parser.parse_args()

PROCESSES = 1 if arguments.variant == "threads" else arguments.threads
THREADS = arguments.threads // PROCESSES
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(THREADS)  # read once, when the libraries load

try:
    import numpy
    import torch
    import torch.distributed
    from torch.nn.functional import cross_entropy
except ImportError as problem:
    sys.exit(f"PyTorch is not here ({problem}); Benchmarks/run makes an environment that has it")


def idx(name):
    """The array of a gzipped IDX file of bytes."""
    raw = gzip.open(pathlib.Path(arguments.data) / name).read()
    sizes = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * raw[3]).reshape(sizes)


def load():
    """Training and test tensors; columns standardised with mean and deviation of the training rows,
    a constant column divided by 1."""
    if arguments.data.endswith(".csv"):
        cells = numpy.loadtxt(arguments.data, delimiter=",", skiprows=1)
        train = test = cells[:, :-1].astype(numpy.float32)
        labels = [cells[:, -1].astype(numpy.int64)] * 2
    else:
        train = idx("train-images-idx3-ubyte.gz").reshape(-1, 784).astype(numpy.float32)
        test = idx("t10k-images-idx3-ubyte.gz").reshape(-1, 784).astype(numpy.float32)
        names = ("train-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
        labels = [idx(name).astype(numpy.int64) for name in names]
    mean = train.mean(axis=0, dtype=numpy.float64)
    deviation = train.std(axis=0, dtype=numpy.float64)
    deviation[deviation == 0] = 1
    features = [
        torch.from_numpy(((x - mean) / deviation).astype(numpy.float32)) for x in (train, test)
    ]
    labels = [torch.from_numpy(each) for each in labels]
    return features[0], labels[0], features[1], labels[1]


def dense_network(inputs):
    """The layers with mlctl's initial distributions: He below ReLU, then Glorot; biases zero."""
    widths = [inputs] + [int(word) for word in arguments.hidden.split(",") if word] + [10]
    layers = []
    for index, (before, after) in enumerate(zip(widths, widths[1:])):
        layer = torch.nn.Linear(before, after)
        with torch.no_grad():
            if index < len(widths) - 2:
                torch.nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            else:
                torch.nn.init.xavier_uniform_(layer.weight)
            layer.bias.zero_()
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def train(rank, port):
    """Trains in this process; rank 0 prints the outcome."""
    torch.set_num_threads(THREADS)
    torch.manual_seed(arguments.seed)
    if PROCESSES > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
        torch.distributed.init_process_group("gloo", rank=rank, world_size=PROCESSES)
    features, labels, test_features, test_labels = load()
    network = dense_network(features.shape[1])
    model = network
    if arguments.variant == "ddp":
        model = torch.nn.parallel.DistributedDataParallel(network, gradient_as_bucket_view=True)
    if arguments.optimizer == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=arguments.rate, fused=True)
    else:
        optimizer = torch.optim.SGD(
            model.parameters(), lr=arguments.rate, momentum=arguments.momentum, fused=True
        )
    rows = features.shape[0]
    # index_select into memory of its own is a tenth faster than features[batch].
    inputs, targets = torch.empty(arguments.batch, features.shape[1]), torch.empty(arguments.batch).long()
    steps = math.ceil(rows / (arguments.batch * PROCESSES))
    if PROCESSES > 1:
        torch.distributed.barrier()
    started, started_cpu = time.perf_counter(), time.process_time()
    hits, measuring, epoch = 0, 0, 0
    for epoch in range(arguments.epochs):
        # Every process draws the same order and takes its own share of it.
        generator = torch.Generator().manual_seed(arguments.seed + epoch)
        order = torch.randperm(rows, generator=generator)
        for step in range(steps):
            first = (step * PROCESSES + rank) * arguments.batch
            batch = order[first : first + arguments.batch]
            if len(batch) < arguments.batch:  # the end of an epoch: full batches, as mlctl has
                batch = torch.cat([batch, order[: arguments.batch - len(batch)]])
            torch.index_select(features, 0, batch, out=inputs)
            torch.index_select(labels, 0, batch, out=targets)
            if arguments.cosine:
                part = (epoch * steps + step) / (arguments.epochs * steps)
                optimizer.param_groups[0]["lr"] = arguments.rate * (1 + math.cos(math.pi * part)) / 2
            optimizer.zero_grad(set_to_none=True)
            cross_entropy(model(inputs), targets).backward()
            optimizer.step()
            if arguments.variant == "local" and (step + 1) % arguments.every == 0:
                average(network, optimizer)
        if arguments.until > 0:
            pause = time.perf_counter()
            with torch.no_grad():
                hits = (network(test_features).argmax(dim=1) == test_labels).sum().item()
            measuring += time.perf_counter() - pause
            if hits >= arguments.until * len(test_labels):
                break
    if arguments.variant == "local":
        average(network, optimizer)
    if PROCESSES > 1:
        torch.distributed.barrier()
    seconds, cpu = time.perf_counter() - started - measuring, time.process_time() - started_cpu
    if rank == 0:
        with torch.no_grad():
            hits = (network(test_features).argmax(dim=1) == test_labels).sum().item()
        outcome = {
            "variant": arguments.variant,
            "processes": PROCESSES,
            "threadsPerProcess": THREADS,
            "batchPerProcess": arguments.batch,
            "samplesPerSecond": rows * (epoch + 1) / seconds,
            "epochs": epoch + 1,
            "seconds": seconds,
            "cpuSecondsPerProcess": cpu,
            "testAccuracy": hits / len(test_labels),
            "torch": torch.__version__,
        }
        print(json.dumps(outcome), flush=True)
    if PROCESSES > 1:
        torch.distributed.destroy_process_group()


def average(network, optimizer):
    """Mean of parameters and momentum over all processes, in one exchange."""
    with torch.no_grad():
        parts = [p.data for p in network.parameters()]
        parts += [optimizer.state[p]["momentum_buffer"] for p in network.parameters()]
        flat = torch.cat([part.view(-1) for part in parts])
        torch.distributed.all_reduce(flat)
        flat /= PROCESSES
        for part, mean in zip(parts, flat.split([part.numel() for part in parts])):
            part.copy_(mean.view_as(part))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    if PROCESSES == 1:
        train(0, 0)
    else:
        torch.multiprocessing.spawn(train, args=(free_port(),), nprocs=PROCESSES)
