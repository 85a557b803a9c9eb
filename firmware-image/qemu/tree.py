"""The image as it is built: its programs, units and scripts, judged without starting it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qemu.hardened import Hardened  # noqa: E402, F401
from qemu.offline import InTheTree  # noqa: E402, F401
from qemu.reset import Reset  # noqa: E402, F401
from qemu.setup import Setup  # noqa: E402, F401
from qemu.shared import Shared  # noqa: E402, F401
from qemu.trust import Trust  # noqa: E402, F401
