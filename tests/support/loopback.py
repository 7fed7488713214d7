"""A command in a network namespace with loopback alone: unshare -rn python loopback.py COMMAND"""

import fcntl
import os
import socket
import struct
import subprocess
import sys


def apart():
    """What makes a command run so; nothing where namespaces are refused."""
    within = ["unshare", "-rn", sys.executable, __file__]
    try:
        refused = subprocess.run([*within, "true"], capture_output=True, check=False).returncode
    except FileNotFoundError:
        return []
    return [] if refused else within


if __name__ == "__main__":
    name = struct.pack("16sh", b"lo", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, 0x8913, name))[1]  # SIOCGIFFLAGS
        up = struct.pack("16sh", b"lo", flags | 1)
        fcntl.ioctl(any_socket, 0x8914, up)  # SIOCSIFFLAGS, IFF_UP
    os.execvp(sys.argv[1], sys.argv[1:])
