"""What must follow when the evidence, the policy or the question is changed in a known way.

The oracle says what is right; these say how two answers of the program must agree, whatever is
right. They draw the oracle's worlds, so that what is hard is among them. `CCPOLICY_METAMORPHIC`
says how many batches of worlds each relation is tried on.
"""
