"""Grade what a class has handed in: run each learner's cells, and ask the kit's own checks.

What is guarded. A lesson runs in a fresh copy of the kit, which has no solutions, with the learner's files
as its workspace. What cells print is not read: after a cell that checks an answer, the grader asks the kit's
check itself, so a cell that makes another check(), prints "04.1 done" or writes progress.json gains nothing.
A kernel has limits of time, memory, processes and files (jail.py, processes.py), and all that it has started
is ended with it. Where the system has namespaces, it has no network, and writes in its own folder only.

What is not guarded. A check tries functions, so it runs in the process of the learner's code, and Python
keeps nothing from code in its own process: who writes code against this program can forge a mark. The report
shows the answer to each mark. The code can read what you can read, but without a network it tells nobody.
Without namespaces it may reach the network, write what you can write, and leave a process behind that hid
from its parent. As root the system sets no limit to the number of processes: they are counted, and ended.
"""
