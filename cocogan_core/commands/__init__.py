"""The subcommands of ``cocogan``: parsing of arguments and printing, nothing else."""
