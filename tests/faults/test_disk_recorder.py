"""The recorder itself, where a mistake of it would look like one of the server's."""

import subprocess
import sys

from faults.support.recording import environment, read_events

# A descriptor's number goes from a folder, closed by closedir and not by close, to something that is no file.
REUSE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.fdopendir.restype = ctypes.c_void_p
libc.closedir.argtypes = [ctypes.c_void_p]
folder = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)
libc.closedir(libc.fdopendir(folder))
other = os.eventfd(0)
assert other == folder, (other, folder)
os.write(other, (1).to_bytes(8, "little"))
"""


def test_a_folder_that_closedir_closes_leaves_its_number(tmp_path):
    folder = tmp_path / "recorded"
    folder.mkdir()
    log = tmp_path / "log"
    subprocess.run([sys.executable, "-S", "-c", REUSE, folder], env=environment([folder], log=log), check=True)
    kinds = [event.kind for event in read_events(log)]
    assert "W" not in kinds, "what was written to another descriptor counts as written to a folder"
    assert kinds.count("C") == kinds.count("O") == 1
