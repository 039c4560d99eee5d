#!/usr/bin/env python3
"""Runs a command and says how much memory it held at most, in KiB, on a line of its own at the end: weigh.py COMMAND..."""
import resource
import subprocess
import sys

code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
