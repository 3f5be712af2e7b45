"""``python train.py …`` is ``cocogan train …``, for clones and for ``torchrun --nproc-per-node N -- train.py …``."""

import sys

from cocogan_core.commands.main import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
