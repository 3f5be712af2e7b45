"""The subcommands of ``cocogan``: parsing of arguments and printing, nothing else.

- ``main``: the command, which also turns errors into exit codes.
- ``prepare``, ``rooms``: data sets; ``sample``: pictures; ``evaluate``, ``info``, ``bench``: figures.
"""
