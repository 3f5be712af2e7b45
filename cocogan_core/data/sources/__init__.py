"""Real pictures and where they come from.

- ``base``: what every source has in common.
- ``matterport``, ``equirect``, ``images``: Matterport3D's sky boxes, panoramas, planar pictures.
- ``labels``: numbers that are known of every picture.
- ``archives``: files in folders and zip archives; ``image_io``: picture files; ``radiance``: one format of theirs.
"""
