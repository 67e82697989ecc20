import numpy as np

# Solve a linear system
A = np.array([[3, 2, -1], [2, -2, 4], [-1, 0.5, -1]])
b = np.array([1, -2, 0])
x = np.linalg.solve(A, b)
print("Solution:", x.round(6))
print("Check:", np.allclose(A @ x, b))

# Basic statistics along axes
rng = np.random.default_rng(42)
samples = rng.normal(loc=50, scale=5, size=(1000, 3))
print("Means near 50:", bool(np.all(np.abs(samples.mean(axis=0) - 50) < 1)))
print("Standard deviations near 5:", bool(np.all(np.abs(samples.std(axis=0) - 5) < 0.5)))

# Boolean masks and reshaping
grid = np.arange(12).reshape(3, 4)
print(grid[grid % 2 == 0])
print(grid.T.shape, grid.sum(axis=1))
