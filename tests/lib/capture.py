"""What went over a wire: tcpdump takes it, tshark reads it."""

import time

from . import processes


class Capture(processes.Process):
    """All TCP and UDP on an interface, from now until `end`."""

    def __init__(self, place, name="wire", interface="lo", netns=None, what="tcp or udp"):
        self.file = place / f"{name}.pcap"
        super().__init__(
            ["tcpdump", "-i", interface, "-U", "--immediate-mode", "-s", "0", "-B", "8192",
             "-Z", "root", "-w", self.file, what], place / f"{name}.tcpdump", netns)
        processes.until(lambda: "listening on" in self.output(), "tcpdump listens")

    def end(self, grace=5):
        time.sleep(0.5)  # what is on its way
        return super().end(grace)

    def count(self, wanted, *options):
        """How many frames match a display filter of tshark."""
        code, out, err = processes.output_of(
            "tshark", "-r", self.file, *options, "-Y", wanted, "-T", "fields", "-e", "frame.number")
        if code:
            raise AssertionError(f"tshark {wanted}: {err}")
        return len(out.split())
