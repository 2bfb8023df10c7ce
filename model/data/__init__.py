"""The digits: MNIST in two sizes, its download, and where files are kept."""
