"""COCO-GAN on a cylinder: pictures made by parts. Knows no window; importing it does not import torch."""
