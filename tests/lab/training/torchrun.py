"""Several processes of one run, as torchrun starts them on one machine."""

import os
import subprocess
import sys


def torchrun(count, *words, folder=None):
    """Let ``count`` processes run a script or ``-m module`` to the end; where they fail, say why.

    They meet at this machine's own address: its name may lead nowhere.
    """
    launch = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1"]
    finished = subprocess.run(
        [sys.executable, *launch, "--nproc-per-node", str(count), *map(str, words)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
