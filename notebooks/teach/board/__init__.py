"""python3 -m notebooks board: who is where in a class, for the projector.

It is an app of this kit: lesson 12's log and lesson 11's people, behind lesson 09's guard.
"""
