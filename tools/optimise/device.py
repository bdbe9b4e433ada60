"""Where the torch parts are trained, and on how many threads: small matrices are quickest on one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tools.failures import BadInput


def torch_device(name: str) -> tuple[str, str]:
    """The device to train on, and a note where it is not the one that was asked for.

    `auto` is the first CUDA device if there is one. Trained models always come back to the CPU: they are small, and a
    stored one has to serve every machine.

    Raises:
        BadInput: the name is not cpu, auto, cuda or cuda:N.
    """
    if not re.fullmatch(r"cpu|auto|cuda(:\d+)?", name):
        raise BadInput(f"device: {name!r} is none; there are cpu, auto, cuda and cuda:N")
    if name == "cpu":
        return "cpu", ""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    number = int(name.partition(":")[2] or 0)
    if number < count:
        return f"cuda:{number}", ""
    return "cpu", "" if name == "auto" else f"device {name} is not there: the models are trained on the CPU"


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread inside this block, or in a function that it decorates.

    The matrices here have a few hundred rows; a second thread of BLAS only waits, and on a machine without a free core
    that took 40 times as long.
    """
    import scipy.linalg  # noqa: F401  (a library is limited only once it is loaded)
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        torch.set_num_threads(before)
