"""The inputs of cells, kept between kernels."""
