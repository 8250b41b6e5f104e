"""RayGen's arithmetic in plain PyTorch: what the engine is compared with, and the eager peer of its benchmarks."""
