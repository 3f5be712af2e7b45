"""Training data: prepared data sets, what is drawn from them, and what fills them.

- ``dataset``: the folder of pictures that training reads, and its writer.
- ``sampler``: random macro patches of a data set; ``label_transforms``: what turning and mirroring do to named numbers.
- ``prepare``: pictures of any source (``sources``) to a data set; ``prepare_report``: what came of it.
- ``rooms``: procedural rooms, drawn to train on.
- ``contact_sheet``: many pictures in one; ``parallel``: work in several processes.
"""
