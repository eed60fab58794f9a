"""The exercises, a module for each lesson."""


def instead(cell, old, new):
    """Return a learner's cell with one part changed, for a list of mistakes."""
    assert old in cell, old
    return cell.replace(old, new)
