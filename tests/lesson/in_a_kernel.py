"""Cells as a kernel of a copied kit runs them."""

from lesson.kernels import run_all

BEGIN = "from lesson import begin\nbegin('04_echo_endpoint')"


def outputs_of_cells(kit, *sources, **launch):
    """Run cells in a new kernel, as a lesson starts it; return what each one put out, as text."""
    results = run_all(sources, may_raise=range(len(sources)), cwd=kit / "notebooks", **launch)
    return [
        "".join(o.get("text") or "\n".join(o.get("traceback", [])) for o in outputs) for outputs in results
    ]
