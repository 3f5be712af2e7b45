"""The networks, as torch modules: the paper's, compact ones for two CPU cores, and the ablations of both."""
