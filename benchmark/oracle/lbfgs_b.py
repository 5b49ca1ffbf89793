#!/usr/bin/env python3
"""Print SciPy's iterations, evaluations and minima for the tests of L-BFGS-B.

    benchmark/oracle/lbfgs_b.py

The figures stand in crates/estimators/src/lbfgs_b/tests.rs.
"""

import numpy as np
import scipy
from scipy.optimize import minimize, rosen, rosen_der


def sample(x):
    """The sample problem of the L-BFGS-B code."""
    bend = x[1:] - x[:-1] ** 2
    value = 0.25 * (x[0] - 1) ** 2 + (bend**2).sum()
    gradient = np.zeros_like(x)
    gradient[0] = 0.5 * (x[0] - 1)
    gradient[1:] += 2 * bend
    gradient[:-1] -= 4 * x[:-1] * bend
    return 4 * value, 4 * gradient


def show(name, found):
    print(f"{name}: ({found.nit}, {found.nfev}), minimum {found.fun:.17g}, {found.message}")


print("SciPy", scipy.__version__)
start = [-1.2, 1.0]
show("valley", minimize(rosen, start, jac=rosen_der, method="L-BFGS-B"))
bounds = [(-2, 0.5), (-1, 2)]
show("bounded valley", minimize(rosen, start, jac=rosen_der, method="L-BFGS-B", bounds=bounds))
bounds = [(1 if i % 2 == 0 else -100, 100) for i in range(25)]
options = dict(maxcor=5, ftol=1e7 * np.finfo(float).eps)
found = minimize(sample, np.full(25, 3.0), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
show("sample", found)
